//! The stages of what events make. A day is the one after the date that it names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EventType;
use super::stages::{Arrow, Machine, Move, stages};

stages! {
    /// Whether anything may be recorded about a subject.
    SubjectStage of "subject" {
        /// In the programme.
        Enrolled,
        /// It has left.
        Departed,
    }
    new by event SubjectEnrolled to Enrolled;
    Enrolled by event SubjectDeparted to Departed;
    Departed by event SubjectResumed to Enrolled;
}

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

stages! {
    /// Whether an accreditation lets its assessor assess.
    AccreditationStage of "accreditation" {
        /// It does.
        Valid,
        /// Its last day is over.
        Expired,
        /// Withdrawn, or in the place of a newer one.
        Ended,
    }
    new by event AccreditationGranted to Valid;
    Valid by day "valid_until" to Expired;
    Valid by event AccreditationWithdrawn to Ended;
    Valid by event AccreditationGranted to Ended;
    Valid by event MemberRemoved to Ended;
    Expired by event AccreditationWithdrawn to Ended;
    Expired by event AccreditationGranted to Ended;
    Expired by event MemberRemoved to Ended;
}

stages! {
    /// Whether an assessment stands.
    AssessmentStage of "assessment" {
        /// It counts.
        Standing,
        /// Its last day is over.
        Expired,
        /// Withdrawn, retracted, struck, or in the place of a newer one; it never returns.
        Ended,
    }
    new by event AssessmentPublished to Standing;
    Standing by day "valid_until" to Expired;
    Standing by event AssessmentWithdrawn to Ended;
    Standing by event CorrectionIssued "that retracts" to Ended;
    Standing by event CorrectionIssued "that raises grades" to Standing;
    Standing by event AssessmentPublished to Ended;
    Standing by event ContestFiled to Standing;
    Standing by event ContestDecided to Standing;
    Standing by event ContestDecided "upheld" to Ended;
    Standing by event AppealDecided to Standing;
    Standing by event AppealDecided "upheld" to Ended;
    Expired by event AssessmentWithdrawn to Ended;
    Expired by event CorrectionIssued "that retracts" to Ended;
    Expired by event CorrectionIssued "that raises grades" to Expired;
    Expired by event AssessmentPublished to Ended;
    Expired by event ContestFiled to Expired;
    Expired by event ContestDecided to Expired;
    Expired by event ContestDecided "upheld" to Ended;
    Expired by event AppealDecided to Expired;
    Expired by event AppealDecided "upheld" to Ended;
}

stages! {
    /// Whether an endorsement stands.
    EndorsementStage of "endorsement" {
        /// It counts.
        Standing,
        /// It hides a declared collaboration, and weighs nothing.
        Voided,
        /// Its last day is over.
        Expired,
        /// Withdrawn or retracted.
        Ended,
    }
    new by event EndorsementPublished to Standing;
    new by event EndorsementPublished "hiding a collaboration" to Voided;
    Standing by event CollaborationDeclared to Voided;
    Standing by day "expires_on" to Expired;
    Standing by event EndorsementWithdrawn to Ended;
    Standing by event CorrectionIssued "that retracts" to Ended;
    Voided by day "expires_on" to Expired;
    Voided by event EndorsementWithdrawn to Ended;
    Voided by event CorrectionIssued "that retracts" to Ended;
    Expired by event CorrectionIssued "that retracts" to Ended;
}

stages! {
    /// Whether a sanction stands.
    SanctionStage of "sanction" {
        /// It runs, or will from its first day.
        Standing,
        /// Its last day is over.
        Over,
        /// Lifted before that.
        Lifted,
        /// A contest was upheld, the council retracted it, or the decision that it rested on has fallen.
        Struck,
    }
    new by event SanctionImposed to Standing;
    Standing by day "ends_on" to Over;
    Standing by event SanctionLifted to Lifted;
    Standing by event ContestFiled to Standing;
    Standing by event ContestDecided to Standing;
    Standing by event ContestDecided "with an end that is past" to Over;
    Standing by event ContestDecided "upheld" to Struck;
    Standing by event AppealDecided to Standing;
    Standing by event AppealDecided "with an end that is past" to Over;
    Standing by event AppealDecided "upheld" to Struck;
    Standing by event DecisionOverturned to Struck;
    Standing by event CorrectionIssued "that retracts" to Struck;
    Over by event ContestFiled to Over;
    Over by event ContestDecided to Over;
    Over by event ContestDecided "upheld" to Struck;
    Over by event AppealDecided to Over;
    Over by event AppealDecided "with an end to come" to Standing;
    Over by event AppealDecided "upheld" to Struck;
    Over by event DecisionOverturned to Struck;
    Over by event CorrectionIssued "that retracts" to Struck;
    Lifted by event ContestFiled to Lifted;
    Lifted by event ContestDecided to Lifted;
    Lifted by event ContestDecided "upheld" to Struck;
    Lifted by event AppealDecided to Lifted;
    Lifted by event AppealDecided "upheld" to Struck;
    Lifted by event DecisionOverturned to Struck;
    Lifted by event CorrectionIssued "that retracts" to Struck;
}

stages! {
    /// Whether an account is a subject's own.
    AccountStage of "account" {
        /// It is.
        Linked,
        /// It was.
        Unlinked,
    }
    new by event AccountLinked to Linked;
    Linked by event AccountUnlinked to Unlinked;
}

stages! {
    /// Whether paid work goes on.
    CollaborationStage of "collaboration" {
        /// Until the end of its last day; ended early, that is the day on which it was.
        Declared,
        /// Its last day is over.
        Over,
    }
    new by event CollaborationDeclared to Declared;
    new by event CollaborationDeclared "after its end" to Over;
    Declared by event CollaborationEnded to Declared;
    Declared by day "ends_on" to Over;
}

stages! {
    /// Whether an official decision stands.
    DecisionStage of "decision" {
        /// It does.
        Standing,
        /// It was overturned or retracted, and what rested on it has fallen.
        Overturned,
    }
    new by event DecisionRecorded to Standing;
    Standing by event DecisionOverturned to Overturned;
    Standing by event CorrectionIssued "that retracts" to Overturned;
}

stages! {
    /// Whether a policy version is in force.
    PolicyStage of "policy version" {
        /// Not yet.
        Coming,
        /// It is.
        InForce,
        /// It was.
        Past,
        /// A newer version was published before its first day.
        Cancelled,
    }
    new by event LedgerOpened to InForce;
    new by event PolicyPublished to Coming;
    Coming by event PolicyPublished to Cancelled;
    Coming by day "the last day of the version before" to InForce;
    InForce by day "its last day" to Past;
}

stages! {
    /// What becomes of a piece of evidence.
    EvidenceStage of "evidence" {
        /// Its custodian keeps it.
        Held,
        /// Its custodian destroyed it.
        Destroyed,
        /// The subject had it erased.
        Erased,
    }
    new by event EvidenceCommitted to Held;
    Held by event EvidenceDisclosed to Held;
    Held by event EvidenceDestroyed to Destroyed;
    Held by event ErasureExecuted to Erased;
}

stages! {
    /// What becomes of a request for erasure.
    ErasureStage of "erasure" {
        /// The operator has not answered.
        Requested,
        /// What it names was destroyed, all or in part.
        Executed,
        /// It stays, on a legal ground.
        Refused,
    }
    new by event ErasureRequested to Requested;
    Requested by event ErasureExecuted to Executed;
    Requested by event ErasureRefused to Refused;
}
