//! The stages of a member.

stages! {
    /// Whether a member acts, and what it said weighs.
    Membership of "member" {
        /// It acts.
        Active,
        /// It does not act for now; what it said weighs nothing meanwhile.
        Suspended,
        /// It never acts again; what it said weighs nothing.
        Removed,
    }
    new by event LedgerOpened to Active;
    new by event OperatorChanged to Active;
    new by event MemberAdmitted to Active;
    Active by event MemberUpdated to Active;
    Suspended by event MemberUpdated to Suspended;
    Active by event MemberSuspended to Suspended;
    Suspended by event MemberReinstated to Active;
    Active by event MemberRemoved to Removed;
    Active by event OperatorChanged to Removed;
    Suspended by event MemberRemoved to Removed;
}
