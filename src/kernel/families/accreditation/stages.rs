//! The stages of an accreditation.

stages! {
    /// Whether an accreditation lets its assessor assess.
    AccreditationStage of "accreditation" {
        /// It does.
        Valid,
        /// Its last day is over.
        Expired,
        /// Withdrawn, or in the place of a newer one.
        Ended,
    }
    new by event AccreditationGranted to Valid;
    Valid by day "valid_until" to Expired;
    Valid by event AccreditationWithdrawn to Ended;
    Valid by event AccreditationGranted to Ended;
    Valid by event MemberRemoved to Ended;
    Expired by event AccreditationWithdrawn to Ended;
    Expired by event AccreditationGranted to Ended;
    Expired by event MemberRemoved to Ended;
}
