//! The stages of a policy version.

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
