//! The stages of a request for erasure.

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
