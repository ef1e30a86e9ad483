//! The stages of a sanction, and of the proposal before it.

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
    /// How a proposed sanction stands.
    ProposalStage of "proposal" {
        /// The subject may reply.
        Waiting,
        /// The subject has replied.
        Replied,
        /// The days to reply are over, and it did not.
        Unanswered,
        /// The sanction is imposed.
        Imposed,
        /// Nothing can be imposed by it any more.
        Lapsed,
    }
    new by event SanctionProposed to Waiting;
    Waiting by event SanctionReplied to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event SanctionImposed to Imposed;
    Unanswered by event SanctionImposed to Imposed;
    Replied by day "the last day of use" to Lapsed;
    Unanswered by day "the last day of use" to Lapsed;
}
