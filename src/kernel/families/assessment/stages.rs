//! The stages of an assessment, and of the notice before it.

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
    /// How a notified assessment stands.
    NoticeStage of "notice" {
        /// The subject may reply.
        Waiting,
        /// The subject has replied.
        Replied,
        /// The days to reply are over, and it did not.
        Unanswered,
        /// The assessment is published.
        Published,
        /// Nothing can be published by it any more.
        Lapsed,
    }
    new by event AssessmentNotified to Waiting;
    Waiting by event AssessmentReplied to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event AssessmentPublished to Published;
    Unanswered by event AssessmentPublished to Published;
    Replied by day "the last day of use" to Lapsed;
    Unanswered by day "the last day of use" to Lapsed;
}
