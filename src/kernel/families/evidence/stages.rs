//! The stages of a piece of evidence.

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
