//! The stages of a key.

stages! {
    /// Whether a key signs.
    KeyStage of "key" {
        /// Brought in by the council for a lost one: it does not sign yet.
        Waiting,
        /// It signs.
        Live,
        /// It never signs again.
        Ended,
    }
    new by event LedgerOpened to Live;
    new by event CouncilChanged to Live;
    new by event OperatorChanged to Live;
    new by event MemberAdmitted to Live;
    new by event SubjectEnrolled to Live;
    new by event KeyAdded to Live;
    new by event KeyRotated to Live;
    new by event KeyAdded "by the council" to Waiting;
    Waiting by day "live_from" to Live;
    Waiting by event KeyRevoked to Ended;
    Waiting by event MemberRemoved to Ended;
    Waiting by event OperatorChanged to Ended;
    Live by event KeyRevoked to Ended;
    Live by event KeyRotated to Ended;
    Live by event MemberRemoved to Ended;
    Live by event CouncilChanged to Ended;
    Live by event OperatorChanged to Ended;
    Ended by event KeyRevoked "with an earlier invalid_from" to Ended;
}
