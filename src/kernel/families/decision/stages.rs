//! The stages of an official decision.

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
