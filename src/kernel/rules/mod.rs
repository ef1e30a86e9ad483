//! What may be recorded: every event is judged against the state before it.
//!
//! Pure: the server, an audit and the tests run the same rules. The order of judgement is that of
//! [`Reason`]; the first rule broken is the answer.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

#[path = "../families/account/rules.rs"]
mod account;
#[path = "../families/accreditation/rules.rs"]
mod accreditation;
#[path = "../families/appeal/rules.rs"]
mod appeal;
#[path = "../families/assessment/rules.rs"]
mod assessment;
mod attached;
#[path = "../families/certificate/rules.rs"]
mod certificate;
#[path = "../families/code/rules.rs"]
mod code;
#[path = "../families/collaboration/rules.rs"]
mod collaboration;
#[path = "../families/commitment/rules.rs"]
mod commitment;
#[path = "../families/contest/rules.rs"]
mod contest;
#[path = "../families/correction/rules.rs"]
mod correction;
#[path = "../families/council/rules.rs"]
mod council;
#[path = "../families/decision/rules.rs"]
mod decision;
mod draft;
#[path = "../families/draw/rules.rs"]
mod draw;
#[path = "../families/endorsement/rules.rs"]
mod endorsement;
#[path = "../families/erasure/rules.rs"]
mod erasure;
#[path = "../families/evidence/rules.rs"]
mod evidence;
#[path = "../families/finding/rules.rs"]
mod finding;
mod hearing;
#[path = "../families/key/rules.rs"]
mod key;
#[path = "../families/ledger/rules.rs"]
mod ledger;
#[path = "../families/member/rules.rs"]
mod member;
#[path = "../families/panel/rules.rs"]
mod panel;
#[path = "../families/policy/rules.rs"]
mod policy;
mod recusal;
mod rejection;
#[path = "../families/sanction/rules.rs"]
mod sanction;
mod signers;
#[path = "../families/subject/rules.rs"]
mod subject;
mod time;

pub use draft::{Missing, judge_draft};
pub use rejection::{Kind, Reason, Rejection};
pub use time::{check_recorded_at, record_at};

use std::fmt;

use signers::Signers;

use crate::dsse::{EventId, PublicKey};
use crate::event::{Body, Event, EventType, Move, PartyId, Policy, SubjectId};
use crate::facts::Dossier;
use crate::state::{Admitted, Ledger, Recording, Register, Row, State};
use crate::time::{Date, Timestamp};

/// An event that asks to be recorded, its signatures verified.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: EventId,
    /// The event.
    pub event: &'a Event,
    /// The exact bytes it was parsed from.
    pub payload: &'a [u8],
    /// The keys that signed it, ascending.
    pub keys: &'a [PublicKey],
    /// When it is to be recorded.
    pub recorded_at: Timestamp,
}

impl<'a> Candidate<'a> {
    /// The entry that it becomes where it is recorded.
    pub fn recording(self) -> Recording<'a> {
        Recording { id: self.id, at: self.recorded_at, keys: self.keys, event: self.event }
    }
}

/// Judges whether the event may become the next entry; only what this admits is applied to a state.
///
/// The time of recording is judged apart: by [`record_at`] when it is chosen, by
/// [`check_recorded_at`] when it is read from a log.
///
/// # Errors
/// The first rule broken, in the documented order.
pub fn judge<'a>(state: &State, candidate: Candidate<'a>) -> Result<Admitted<'a>, Rejection> {
    match state.ledger() {
        None => ledger::judge_opening(candidate)?,
        Some(ledger) => Case::of(state, ledger, candidate)?.judged()?,
    }
    Ok(Admitted::after(state.size(), candidate.recording()))
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
    /// The event before the rules of an open ledger.
    fn of(state: &'a State, ledger: &Ledger, candidate: Candidate<'a>) -> Result<Self, Rejection> {
        Reason::OtherLedger.unless(candidate.event.ledger == ledger.origin, &ledger.origin)?;
        if matches!(candidate.event.body, Body::LedgerOpened(_)) {
            return Err(Reason::AlreadyOpened.into());
        }
        let today = state.date_of(candidate.recorded_at);
        Ok(Self {
            state,
            event: candidate.event,
            at: candidate.recorded_at,
            today,
            policy: state.policy_on(today).ok_or(Reason::NotOpened)?,
            signers: Signers::new(state, candidate.recorded_at, candidate.keys),
        })
    }

    fn judged(&mut self) -> Result<(), Rejection> {
        let judged = match &self.event.body {
            Body::LedgerOpened(_) => Err(Reason::AlreadyOpened.into()),
            Body::LedgerKeyRotated(body) => self.ledger_key_rotated(body),
            Body::CouncilChanged(body) => self.council_changed(body),
            Body::OperatorChanged(body) => self.operator_changed(body),
            Body::PolicyPublished(body) => self.policy_published(body),
            Body::MemberAdmitted(body) => self.member_admitted(body),
            Body::MemberUpdated(body) => self.member_updated(body),
            Body::MemberSuspended(body) => self.member_suspended(body),
            Body::MemberReinstated(body) => self.member_reinstated(body),
            Body::MemberRemoved(body) => self.member_removed(body),
            Body::AccreditationGranted(body) => self.accreditation_granted(body),
            Body::AccreditationWithdrawn(body) => self.accreditation_withdrawn(body),
            Body::KeyAdded(body) => self.key_added(body),
            Body::KeyRotated(body) => self.key_rotated(body),
            Body::KeyRevoked(body) => self.key_revoked(body),
            Body::SubjectEnrolled(body) => self.subject_enrolled(body),
            Body::SubjectDeparted(_) => self.subject_departed(),
            Body::SubjectResumed(body) => self.subject_resumed(body),
            Body::AccountLinked(body) => self.account_linked(body),
            Body::AccountUnlinked(body) => self.account_unlinked(body),
            Body::AssessmentNotified(body) => self.assessment_notified(body),
            Body::AssessmentReplied(body) => self.assessment_replied(body),
            Body::AssessmentPublished(body) => self.assessment_published(body),
            Body::AssessmentWithdrawn(body) => self.assessment_withdrawn(body),
            Body::CodePublished(body) => self.code_published(body),
            Body::PledgeSigned(body) => self.pledge_signed(body),
            Body::CollaborationDeclared(body) => self.collaboration_declared(body),
            Body::CollaborationEnded(body) => self.collaboration_ended(body),
            Body::EndorsementPublished(body) => self.endorsement_published(body),
            Body::EndorsementWithdrawn(body) => self.endorsement_withdrawn(body),
            Body::DecisionRecorded(body) => self.decision_recorded(body),
            Body::DecisionOverturned(body) => self.decision_overturned(body),
            Body::SanctionProposed(body) => self.sanction_proposed(body),
            Body::SanctionReplied(body) => self.sanction_replied(body),
            Body::SanctionImposed(body) => self.sanction_imposed(body),
            Body::SanctionLifted(body) => self.sanction_lifted(body),
            Body::ContestFiled(body) => self.contest_filed(body),
            Body::ContestAdmitted(body) => self.contest_admitted(body),
            Body::ContestDeclined(body) => self.contest_declined(body),
            Body::PanelSeated(body) => self.panel_seated(body),
            Body::ContestExtended(body) => self.contest_extended(body),
            Body::ContestDecided(body) => self.contest_decided(body),
            Body::ContestWithdrawn(body) => self.contest_withdrawn(body),
            Body::AppealFiled(body) => self.appeal_filed(body),
            Body::AppealDecided(body) => self.appeal_decided(body),
            Body::DrawCommitted(body) => self.draw_committed(body),
            Body::DrawRevealed(body) => self.draw_revealed(body),
            Body::CorrectionIssued(body) => self.correction_issued(body),
            Body::EvidenceCommitted(body) => self.evidence_committed(body),
            Body::EvidenceDisclosed(body) => self.evidence_disclosed(body),
            Body::EvidenceDestroyed(body) => self.evidence_destroyed(body),
            Body::ErasureRequested(body) => self.erasure_requested(body),
            Body::ErasureExecuted(body) => self.erasure_executed(body),
            Body::ErasureRefused(body) => self.erasure_refused(body),
            Body::AuditFinding(body) => self.audit_finding(body),
            Body::StateCommitted(body) => self.state_committed(body),
            Body::StateAttested(body) => self.state_attested(body),
            Body::CertificateGranted(body) => self.certificate_granted(body),
            Body::CertificateWithdrawn(body) => self.certificate_withdrawn(body),
        };
        judged.and_then(|()| self.check_attached())
    }

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
        Move::Event(self.event.body.event_type(), None)
    }

    fn subject_id(&self) -> Result<SubjectId, Rejection> {
        self.event.subject.ok_or(Reason::SubjectUnknown.into())
    }

    /// An event that is named, as its namer may know it.
    fn entry(&self, event: &EventId) -> Entry<'a> {
        Entry { state: self.state, subject: self.event.subject, event: *event }
    }

    /// The row of an event of this type about the subject: what it made may have ended.
    fn made(&self, event: &EventId, of: EventType) -> Option<Row<'a>> {
        let index = self.state.index();
        let row = index.seq(event).and_then(|seq| index.row(seq))?;
        (row.subject == self.event.subject && row.event_type() == Some(of)).then_some(row)
    }

    /// The stage `last` of an item about the subject that does not stand, if it ever did.
    fn ended<S>(&self, target: &EventId, of: EventType, last: S) -> Option<S> {
        self.made(target, of).map(|_| last)
    }

    /// The same of the issuer's own items.
    fn ended_own<S>(&self, target: &EventId, of: EventType, last: S) -> Result<S, Rejection> {
        match self.made(target, of) {
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
