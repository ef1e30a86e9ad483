//! The stages of a linked account.

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
