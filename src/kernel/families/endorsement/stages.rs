//! The stages of an endorsement.

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
