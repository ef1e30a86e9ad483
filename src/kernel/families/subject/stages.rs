//! The stages of a KOL's membership of the programme.

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
