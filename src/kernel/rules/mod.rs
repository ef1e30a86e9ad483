//! What may be recorded: every event is judged against the state before it.
//!
//! Pure: the server, an audit and the tests run the same rules. The order of judgement is that of
//! [`Reason`]; the first rule broken is the answer.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

mod account;
mod accreditation;
mod appeal;
mod assessment;
mod attached;
mod code;
mod collaboration;
mod commitment;
mod contest;
mod correction;
mod council;
mod decision;
mod draw;
mod endorsement;
mod erasure;
mod evidence;
mod finding;
mod hearing;
mod key;
mod ledger;
mod member;
mod panel;
mod policy;
mod recusal;
mod rejection;
mod sanction;
mod signers;
mod subject;
mod time;

pub use rejection::{Kind, Reason, Rejection};
pub use time::{check_recorded_at, record_at};

use std::fmt;

use signers::Signers;

use crate::dsse::{EventId, PublicKey};
use crate::event::{Body, Event, Move, PartyId, Policy, SubjectId};
use crate::score::Dossier;
use crate::state::{Register, Row, State};
use crate::time::{Date, Timestamp};

/// An event that asks to be recorded, its signatures verified.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The event.
    pub event: &'a Event,
    /// The exact bytes it was parsed from.
    pub payload: &'a [u8],
    /// The keys that signed it, ascending.
    pub keys: &'a [PublicKey],
    /// When it is to be recorded.
    pub recorded_at: Timestamp,
}

/// Judges whether the event may become the next entry.
///
/// The time of recording is judged apart: by [`record_at`] when it is chosen, by
/// [`check_recorded_at`] when it is read from a log.
///
/// # Errors
/// The first rule broken, in the documented order.
pub fn judge(state: &State, candidate: Candidate<'_>) -> Result<(), Rejection> {
    let Some(ledger) = state.ledger() else { return ledger::judge_opening(candidate) };
    Reason::OtherLedger.unless(candidate.event.ledger == ledger.origin, &ledger.origin)?;
    if matches!(candidate.event.body, Body::LedgerOpened(_)) {
        return Err(Reason::AlreadyOpened.into());
    }
    let today = state.date_of(candidate.recorded_at);
    let policy = state.policy_on(today).ok_or(Reason::NotOpened)?;
    let mut case = Case {
        state,
        event: candidate.event,
        at: candidate.recorded_at,
        today,
        policy,
        signers: Signers::new(state, candidate.recorded_at, candidate.keys),
    };
    let judged = match &candidate.event.body {
        Body::LedgerOpened(_) => Err(Reason::AlreadyOpened.into()),
        Body::LedgerKeyRotated(body) => case.ledger_key_rotated(body),
        Body::CouncilChanged(body) => case.council_changed(body),
        Body::OperatorChanged(body) => case.operator_changed(body),
        Body::PolicyPublished(body) => case.policy_published(body),
        Body::MemberAdmitted(body) => case.member_admitted(body),
        Body::MemberUpdated(body) => case.member_updated(body),
        Body::MemberSuspended(body) => case.member_suspended(body),
        Body::MemberReinstated(body) => case.member_reinstated(body),
        Body::MemberRemoved(body) => case.member_removed(body),
        Body::AccreditationGranted(body) => case.accreditation_granted(body),
        Body::AccreditationWithdrawn(body) => case.accreditation_withdrawn(body),
        Body::KeyAdded(body) => case.key_added(body),
        Body::KeyRotated(body) => case.key_rotated(body),
        Body::KeyRevoked(body) => case.key_revoked(body),
        Body::SubjectEnrolled(body) => case.subject_enrolled(body),
        Body::SubjectDeparted(_) => case.subject_departed(),
        Body::SubjectResumed(body) => case.subject_resumed(body),
        Body::AccountLinked(body) => case.account_linked(body),
        Body::AccountUnlinked(body) => case.account_unlinked(body),
        Body::AssessmentNotified(body) => case.assessment_notified(body),
        Body::AssessmentReplied(body) => case.assessment_replied(body),
        Body::AssessmentPublished(body) => case.assessment_published(body),
        Body::AssessmentWithdrawn(body) => case.assessment_withdrawn(body),
        Body::CodePublished(body) => case.code_published(body),
        Body::PledgeSigned(body) => case.pledge_signed(body),
        Body::CollaborationDeclared(body) => case.collaboration_declared(body),
        Body::CollaborationEnded(body) => case.collaboration_ended(body),
        Body::EndorsementPublished(body) => case.endorsement_published(body),
        Body::EndorsementWithdrawn(body) => case.endorsement_withdrawn(body),
        Body::DecisionRecorded(body) => case.decision_recorded(body),
        Body::DecisionOverturned(body) => case.decision_overturned(body),
        Body::SanctionProposed(body) => case.sanction_proposed(body),
        Body::SanctionReplied(body) => case.sanction_replied(body),
        Body::SanctionImposed(body) => case.sanction_imposed(body),
        Body::SanctionLifted(body) => case.sanction_lifted(body),
        Body::ContestFiled(body) => case.contest_filed(body),
        Body::ContestAdmitted(body) => case.contest_admitted(body),
        Body::ContestDeclined(body) => case.contest_declined(body),
        Body::PanelSeated(body) => case.panel_seated(body),
        Body::ContestExtended(body) => case.contest_extended(body),
        Body::ContestDecided(body) => case.contest_decided(body),
        Body::ContestWithdrawn(body) => case.contest_withdrawn(body),
        Body::AppealFiled(body) => case.appeal_filed(body),
        Body::AppealDecided(body) => case.appeal_decided(body),
        Body::DrawCommitted(body) => case.draw_committed(body),
        Body::DrawRevealed(body) => case.draw_revealed(body),
        Body::CorrectionIssued(body) => case.correction_issued(body),
        Body::EvidenceCommitted(body) => case.evidence_committed(body),
        Body::EvidenceDisclosed(body) => case.evidence_disclosed(body),
        Body::EvidenceDestroyed(body) => case.evidence_destroyed(body),
        Body::ErasureRequested(body) => case.erasure_requested(body),
        Body::ErasureExecuted(body) => case.erasure_executed(body),
        Body::ErasureRefused(body) => case.erasure_refused(body),
        Body::AuditFinding(body) => case.audit_finding(body),
        Body::StateCommitted(body) => case.state_committed(body),
        Body::StateAttested(body) => case.state_attested(body),
    };
    judged.and_then(|()| case.check_attached())
}

/// One event before the rules.
struct Case<'a> {
    state: &'a State,
    event: &'a Event,
    at: Timestamp,
    today: Date,
    policy: &'a Policy,
    signers: Signers<'a>,
}

/// An event that another names: its place in the log, and what it is.
struct Entry<'a> {
    state: &'a State,
    subject: Option<SubjectId>,
    event: EventId,
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.state.index();
        let named = index.seq(&self.event).and_then(|seq| Some((seq, index.row(seq)?)));
        let Some((seq, row)) = named else { return write!(f, "no entry is {}", self.event) };
        let (what, on) = (row.type_name(), self.state.date_of(row.recorded_at));
        write!(f, "entry {seq} of {on} is {what}")?;
        match row.subject.filter(|subject| self.subject != Some(*subject)) {
            Some(other) => write!(f, " about {other}"),
            None => Ok(()),
        }
    }
}

impl<'a> Case<'a> {
    /// The issuer is the council, and enough seats of it signed, and nobody else.
    fn signed_by_council(&mut self) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        self.signers.all_needed()
    }

    fn issued_by_council(&self) -> Result<(), Rejection> {
        Reason::Issuer.unless(self.event.issuer.is_council(), &self.event.issuer)
    }

    /// The issuer signed, and nobody else.
    fn signed_by_issuer(&mut self) -> Result<(), Rejection> {
        self.signers.party(&self.event.issuer)?;
        self.signers.all_needed()
    }

    /// The subject is the issuer, and signed alone.
    fn signed_by_subject(&mut self) -> Result<(), Rejection> {
        let subject = self.subject_id()?;
        Reason::Issuer.unless(self.event.issuer == PartyId::from(subject), &self.event.issuer)?;
        self.signed_by_issuer()
    }

    /// What the event is to the items it moves on.
    fn moves(&self) -> Move {
        Move::Event(self.event.body.type_name())
    }

    fn subject_id(&self) -> Result<SubjectId, Rejection> {
        self.event.subject.ok_or(Reason::SubjectUnknown.into())
    }

    /// An event that is named, as its namer may know it.
    fn entry(&self, event: &EventId) -> Entry<'a> {
        Entry { state: self.state, subject: self.event.subject, event: *event }
    }

    /// The row of an event of this type about the subject: what it made may have ended.
    fn made(&self, event: &EventId, type_name: &str) -> Option<Row<'a>> {
        let index = self.state.index();
        let row = index.seq(event).and_then(|seq| index.row(seq))?;
        (row.subject == self.event.subject && row.type_name() == type_name).then_some(row)
    }

    /// The stage `last` of an item about the subject that does not stand, if it ever did.
    fn ended<S>(&self, target: &EventId, type_name: &str, last: S) -> Option<S> {
        self.made(target, type_name).map(|_| last)
    }

    /// The same of the issuer's own items.
    fn ended_own<S>(&self, target: &EventId, type_name: &str, last: S) -> Result<S, Rejection> {
        match self.made(target, type_name) {
            None => Err(Reason::TargetUnknown.about(self.entry(target))),
            Some(row) if *row.issuer != self.event.issuer => Err(Reason::TargetOther.about(row.issuer)),
            Some(_) => Ok(last),
        }
    }

    /// Refuses unless the event leads the item on from the stage at which it stands.
    fn leads_on<S: Copy>(
        &self,
        target: &EventId,
        stage: Option<S>,
        after: fn(Option<S>, Move) -> Option<S>,
    ) -> Result<(), Rejection> {
        Reason::TargetUnknown.unless(stage.is_some(), self.entry(target))?;
        Reason::TargetEnded.unless(after(stage, self.moves()).is_some(), target)
    }

    /// What is registered about the subject.
    fn register(&self) -> Option<&'a Register> {
        self.event.subject.and_then(|subject| self.state.register(&subject))
    }

    /// The file of a subject that has not left.
    fn dossier(&self) -> Result<&'a Dossier, Rejection> {
        let subject = self.subject_id()?;
        let dossier = self.state.dossier(&subject).ok_or_else(|| Reason::SubjectUnknown.about(subject))?;
        let enrolled = dossier.enrolment(self.state.size()).is_some();
        Reason::SubjectDeparted.unless(enrolled, subject)?;
        Ok(dossier)
    }
}
