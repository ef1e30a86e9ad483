//! Whose figure a stretch of the log may have changed.
//!
//! A figure follows from the subject's own file, and from the parties its file names: a change to a
//! party that many files name puts every figure in doubt. Such changes are the council's, and rare.

use std::collections::BTreeSet;

use crate::event::{EventType, SubjectId};
use crate::state::{Row, State};

/// Whose figures are in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changes {
    /// Those of these subjects, by their places among the files.
    Of(BTreeSet<u32>),
    /// Everybody's.
    All,
}

/// Whose figures the entries `from..to` may have changed.
pub(super) fn by_entries(state: &State, from: u64, to: u64) -> Changes {
    let mut touched = BTreeSet::new();
    for (seq, row) in state.index().rows_from(from).take_while(|(seq, _)| *seq < to) {
        if !is_confined(state, seq, &row) {
            return Changes::All;
        }
        // Who endorses may have its own endorsements marked as returned.
        let touches = row.subject.into_iter().chain(row.issuer.as_subject());
        touched.extend(touches.filter_map(|subject| state.ordinal(&subject)));
        if let Some(subject) = row.subject.filter(|_| comes_or_goes(&row)) {
            touched.extend(endorsed_by(state, subject));
        }
    }
    Changes::Of(touched)
}

/// Whether an entry says whether a subject is here.
fn comes_or_goes(row: &Row) -> bool {
    use EventType::{SubjectDeparted, SubjectEnrolled, SubjectResumed};
    matches!(row.event_type(), Some(SubjectEnrolled | SubjectDeparted | SubjectResumed))
}

/// Whether the entry at `seq` may have changed this subject's figure.
pub fn touches(state: &State, seq: u64, row: &Row, subject: SubjectId) -> bool {
    let named = row.subject == Some(subject) || row.issuer.as_subject() == Some(subject);
    let endorser = row.subject.filter(|_| comes_or_goes(row));
    let endorsed = |giver| state.endorsed_by(giver).any(|endorsed| endorsed == subject);
    named || endorser.is_some_and(endorsed) || !is_confined(state, seq, row)
}

/// Those whom a subject ever endorsed: what it is, and whether it is here, counts in their scores.
fn endorsed_by(state: &State, subject: SubjectId) -> impl Iterator<Item = u32> {
    state.endorsed_by(subject).filter_map(move |endorsed| state.ordinal(&endorsed))
}

/// Whether an entry changes no figures but those of the subjects it names, or whom they endorsed.
fn is_confined(state: &State, seq: u64, row: &Row) -> bool {
    use EventType::*;
    let Some(of) = row.event_type() else { return false };
    match of {
        LedgerOpened | CouncilChanged | MemberAdmitted | KeyAdded | KeyRotated | CodePublished => true,
        // What a policy changes shows in the version in force, which the ranking compares.
        PolicyPublished => true,
        // Only the council can say from when on a key was in other hands.
        KeyRevoked => !row.issuer.is_council(),
        // A first accreditation comes before anything that its weight would count for.
        AccreditationGranted => {
            let assessor = state.parties().accredited_by(&row.id);
            let held = assessor.map_or(&[][..], |assessor| state.parties().accreditations_of(assessor));
            held.iter().all(|one| one.span.from_size > seq)
        }
        SubjectEnrolled
        | SubjectDeparted
        | SubjectResumed
        | AccountLinked
        | AccountUnlinked
        | AssessmentNotified
        | AssessmentReplied
        | AssessmentPublished
        | AssessmentWithdrawn
        | PledgeSigned
        | CollaborationDeclared
        | CollaborationEnded
        | EndorsementPublished
        | EndorsementWithdrawn
        | DecisionRecorded
        | DecisionOverturned
        | SanctionProposed
        | SanctionReplied
        | SanctionImposed
        | SanctionLifted
        | ContestFiled
        | ContestAdmitted
        | ContestDeclined
        | PanelSeated
        | ContestExtended
        | ContestDecided
        | ContestWithdrawn
        | AppealFiled
        | AppealDecided
        | DrawCommitted
        | DrawRevealed
        | CertificateGranted
        | CertificateWithdrawn => true,
        LedgerKeyRotated
        | OperatorChanged
        | MemberUpdated
        | MemberSuspended
        | MemberReinstated
        | MemberRemoved
        | AccreditationWithdrawn
        | CorrectionIssued
        | EvidenceCommitted
        | EvidenceDisclosed
        | EvidenceDestroyed
        | ErasureRequested
        | ErasureExecuted
        | ErasureRefused
        | AuditFinding
        | StateCommitted
        | StateAttested => false,
    }
}
