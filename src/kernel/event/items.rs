//! The stages of what events make. A day is the one after the date that it names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stages::{Arrow, Machine, Move, stages};

stages! {
    /// Whether anything may be recorded about a subject.
    SubjectStage of "subject" {
        /// In the programme.
        Enrolled,
        /// It has left.
        Departed,
    }
    new by event "subject.enrolled" to Enrolled;
    Enrolled by event "subject.departed" to Departed;
    Departed by event "subject.resumed" to Enrolled;
}

stages! {
    /// Whether a key signs.
    KeyStage of "key" {
        /// Brought in by the council for a lost one: it does not sign yet.
        Waiting,
        /// It signs.
        Live,
        /// It never signs again.
        Ended,
    }
    new by event "ledger.opened" to Live;
    new by event "council.changed" to Live;
    new by event "operator.changed" to Live;
    new by event "member.admitted" to Live;
    new by event "subject.enrolled" to Live;
    new by event "key.added" to Live;
    new by event "key.rotated" to Live;
    new by event "key.added by the council" to Waiting;
    Waiting by day "live_from" to Live;
    Waiting by event "key.revoked" to Ended;
    Waiting by event "member.removed" to Ended;
    Waiting by event "operator.changed" to Ended;
    Live by event "key.revoked" to Ended;
    Live by event "key.rotated" to Ended;
    Live by event "member.removed" to Ended;
    Live by event "council.changed" to Ended;
    Live by event "operator.changed" to Ended;
    Ended by event "key.revoked with an earlier invalid_from" to Ended;
}

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
    new by event "accreditation.granted" to Valid;
    Valid by day "valid_until" to Expired;
    Valid by event "accreditation.withdrawn" to Ended;
    Valid by event "accreditation.granted" to Ended;
    Valid by event "member.removed" to Ended;
    Expired by event "accreditation.withdrawn" to Ended;
    Expired by event "accreditation.granted" to Ended;
    Expired by event "member.removed" to Ended;
}

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
    new by event "assessment.published" to Standing;
    Standing by day "valid_until" to Expired;
    Standing by event "assessment.withdrawn" to Ended;
    Standing by event "correction.issued that retracts" to Ended;
    Standing by event "correction.issued that raises grades" to Standing;
    Standing by event "assessment.published" to Ended;
    Standing by event "contest.filed" to Standing;
    Standing by event "contest.decided" to Standing;
    Standing by event "contest.decided upheld" to Ended;
    Standing by event "appeal.decided" to Standing;
    Standing by event "appeal.decided upheld" to Ended;
    Expired by event "assessment.withdrawn" to Ended;
    Expired by event "correction.issued that retracts" to Ended;
    Expired by event "correction.issued that raises grades" to Expired;
    Expired by event "assessment.published" to Ended;
    Expired by event "contest.filed" to Expired;
    Expired by event "contest.decided" to Expired;
    Expired by event "contest.decided upheld" to Ended;
    Expired by event "appeal.decided" to Expired;
    Expired by event "appeal.decided upheld" to Ended;
}

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
    new by event "endorsement.published" to Standing;
    new by event "endorsement.published hiding a collaboration" to Voided;
    Standing by event "collaboration.declared" to Voided;
    Standing by day "expires_on" to Expired;
    Standing by event "endorsement.withdrawn" to Ended;
    Standing by event "correction.issued that retracts" to Ended;
    Voided by day "expires_on" to Expired;
    Voided by event "endorsement.withdrawn" to Ended;
    Voided by event "correction.issued that retracts" to Ended;
    Expired by event "correction.issued that retracts" to Ended;
}

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
    new by event "sanction.imposed" to Standing;
    Standing by day "ends_on" to Over;
    Standing by event "sanction.lifted" to Lifted;
    Standing by event "contest.filed" to Standing;
    Standing by event "contest.decided" to Standing;
    Standing by event "contest.decided with an end that is past" to Over;
    Standing by event "contest.decided upheld" to Struck;
    Standing by event "appeal.decided" to Standing;
    Standing by event "appeal.decided with an end that is past" to Over;
    Standing by event "appeal.decided upheld" to Struck;
    Standing by event "decision.overturned" to Struck;
    Standing by event "correction.issued that retracts" to Struck;
    Over by event "contest.filed" to Over;
    Over by event "contest.decided" to Over;
    Over by event "contest.decided upheld" to Struck;
    Over by event "appeal.decided" to Over;
    Over by event "appeal.decided with an end to come" to Standing;
    Over by event "appeal.decided upheld" to Struck;
    Over by event "decision.overturned" to Struck;
    Over by event "correction.issued that retracts" to Struck;
    Lifted by event "contest.filed" to Lifted;
    Lifted by event "contest.decided" to Lifted;
    Lifted by event "contest.decided upheld" to Struck;
    Lifted by event "appeal.decided" to Lifted;
    Lifted by event "appeal.decided upheld" to Struck;
    Lifted by event "decision.overturned" to Struck;
    Lifted by event "correction.issued that retracts" to Struck;
}

stages! {
    /// Whether an account is a subject's own.
    AccountStage of "account" {
        /// It is.
        Linked,
        /// It was.
        Unlinked,
    }
    new by event "account.linked" to Linked;
    Linked by event "account.unlinked" to Unlinked;
}

stages! {
    /// Whether paid work goes on.
    CollaborationStage of "collaboration" {
        /// Until the end of its last day; ended early, that is the day on which it was.
        Declared,
        /// Its last day is over.
        Over,
    }
    new by event "collaboration.declared" to Declared;
    new by event "collaboration.declared after its end" to Over;
    Declared by event "collaboration.ended" to Declared;
    Declared by day "ends_on" to Over;
}

stages! {
    /// Whether an official decision stands.
    DecisionStage of "decision" {
        /// It does.
        Standing,
        /// It was overturned or retracted, and what rested on it has fallen.
        Overturned,
    }
    new by event "decision.recorded" to Standing;
    Standing by event "decision.overturned" to Overturned;
    Standing by event "correction.issued that retracts" to Overturned;
}

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
    new by event "ledger.opened" to InForce;
    new by event "policy.published" to Coming;
    Coming by event "policy.published" to Cancelled;
    Coming by day "the last day of the version before" to InForce;
    InForce by day "its last day" to Past;
}

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
    new by event "evidence.committed" to Held;
    Held by event "evidence.disclosed" to Held;
    Held by event "evidence.destroyed" to Destroyed;
    Held by event "erasure.executed" to Erased;
}

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
    new by event "erasure.requested" to Requested;
    Requested by event "erasure.executed" to Executed;
    Requested by event "erasure.refused" to Refused;
}
