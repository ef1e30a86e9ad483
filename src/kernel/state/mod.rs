//! The fold of the log: what is known after each entry.
//!
//! [`State::apply`] takes what the rules admitted, in order. [`State::replay`] takes what stands in a log
//! already, and says where an entry presumes what those before it did not bring about. Clones share their
//! parts, so a snapshot is cheap.
//!
//! **What depends on others is settled when an event is applied** (dilution, reciprocity, experience), so that one event
//! never fans out to thousands of scores.

#[path = "../families/account/state.rs"]
mod account;
#[path = "../families/accreditation/state.rs"]
mod accreditation;
mod announced;
#[path = "../families/appeal/state.rs"]
mod appeal;
mod applied;
#[path = "../families/assessment/state.rs"]
mod assessment;
mod attached;
#[path = "../families/certificate/state.rs"]
mod certificate;
mod clocks;
#[path = "../families/code/state.rs"]
mod code;
#[path = "../families/collaboration/state.rs"]
mod collaboration;
#[path = "../families/commitment/state.rs"]
mod commitment;
mod concerning;
#[path = "../families/contest/state.rs"]
mod contest;
#[path = "../families/correction/state.rs"]
mod correction;
#[path = "../families/council/state.rs"]
mod council;
#[path = "../families/decision/state.rs"]
mod decision;
mod disputed;
#[path = "../families/draw/state.rs"]
mod draw;
#[path = "../families/endorsement/state.rs"]
mod endorsement;
#[path = "../families/erasure/state.rs"]
mod erasure;
#[path = "../families/evidence/state.rs"]
mod evidence;
mod experienced;
mod given;
mod hearing;
mod image;
mod index;
mod keeping;
#[path = "../families/key/state.rs"]
mod key;
#[path = "../families/ledger/state.rs"]
mod ledger;
#[path = "../families/member/state.rs"]
mod member;
mod moment;
#[path = "../families/panel/state.rs"]
mod panel;
#[path = "../families/policy/state.rs"]
mod policy;
mod recording;
mod register;
#[path = "../families/sanction/state.rs"]
mod sanction;
#[path = "../families/subject/state.rs"]
mod subject;
mod unfounded;

pub use attached::Attached;
pub use clocks::{Awaited, Duty, OpenClock, Who};
pub use code::Code;
pub use commitment::{Attested, Committed};
pub use draw::{Brought, Chain, Draw, Drawer, Draws};

use experienced::Experienced;
use given::Given;
pub use image::{BadImage, IMAGE_FORMAT, Image, Part, PartKind};
pub use index::{Index, Row};
pub use ledger::Ledger;
pub use moment::BadMoment;
pub use panel::DrawnPanel;
pub use recording::{Admitted, Recording};
pub use register::{
    Account, Collaboration, Correction, Decision, ErasureRequest, Evidence, Pledge, Register,
};
pub use unfounded::{Presumed, Unfounded};

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use serde::{Deserialize, Serialize};

use crate::collections::Listed;
use crate::compact;
use crate::dsse::EventId;
use crate::engines::{self, Counting, Figure, Foreseen, Outlook, Score};
use crate::event::{Commitment, IdentityKey, Policy, SubjectId};
use crate::facts::{At, Dossier, Enrolment, GroupNumber, Parties, PolicyBook};
use crate::limits;
use crate::time::{Date, Timestamp};

/// Everything that follows from the first `size` entries.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    ledger: Option<Arc<Ledger>>,
    size: u64,
    last_at: Timestamp,
    clocked: bool,
    /// The seq of the first entry of each date.
    #[serde(with = "compact::map")]
    days: OrdMap<Date, u64>,
    parties: Parties,
    policies: PolicyBook,
    #[serde(skip)]
    dossiers: Listed<Arc<Dossier>>,
    /// The file of the subject that the entry being applied is about.
    #[serde(skip)]
    about: Option<u32>,
    #[serde(with = "compact::map")]
    identities: OrdMap<Commitment, SubjectId>,
    /// Which secret keys them, once an enrolment said so.
    identity_key: Option<IdentityKey>,
    /// By the endorser's number; none for those who never endorsed.
    given: Vector<Option<Arc<Given>>>,
    /// What each controller group has assessed before.
    #[serde(with = "compact::map")]
    experienced: OrdMap<GroupNumber, Arc<Experienced>>,
    /// What one subject published about another, for what is returned.
    #[serde(with = "compact::map")]
    endorsed: OrdMap<(SubjectId, SubjectId), Arc<Vec<(Date, EventId)>>>,
    /// The versions of the code of conduct, ascending.
    codes: Vector<Arc<Code>>,
    #[serde(with = "compact::map")]
    registers: OrdMap<SubjectId, Arc<Register>>,
    /// The seq of each declared collaboration, ascending, and whose it is.
    declared: Vector<(u64, SubjectId)>,
    /// The draws of panels.
    draws: Draws,
    /// The events whose attachments were destroyed.
    erased: OrdSet<EventId>,
    /// What the operator committed to, by size.
    commitments: Vector<Arc<Committed>>,
    #[serde(skip)]
    attached: Attached,
    #[serde(skip)]
    index: Index,
}

impl State {
    /// How many entries it reflects.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// When the last entry was recorded.
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// Whether an entry has been recorded by the clock; history can no longer be brought in then.
    pub fn clocked(&self) -> bool {
        self.clocked
    }

    /// What `ledger.opened` said; none before entry 0.
    pub fn ledger(&self) -> Option<&Ledger> {
        self.ledger.as_deref()
    }

    /// Minutes east of Greenwich of the ledger's civil dates.
    pub fn utc_offset_min(&self) -> i32 {
        self.ledger().map_or(0, |ledger| ledger.utc_offset_min)
    }

    /// The civil date of an instant in this ledger.
    pub fn date_of(&self, at: Timestamp) -> Date {
        at.date_at(self.utc_offset_min())
    }

    /// Members, groups, keys, seats and accreditations.
    pub fn parties(&self) -> &Parties {
        &self.parties
    }

    /// Every policy version.
    pub fn policies(&self) -> &PolicyBook {
        &self.policies
    }

    /// The policy in force on a date, as known now.
    pub fn policy_on(&self, date: Date) -> Option<&Policy> {
        self.policies.in_force(self.size, date).map(|version| &*version.policy)
    }

    /// What of a dossier counts at a moment.
    pub fn counting<'a>(&'a self, dossier: &'a Dossier, at: At) -> Counting<'a> {
        Counting::new(dossier, &self.parties, &self.policies, at)
    }

    /// Entries by position, id and filter.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The file of a subject.
    pub fn dossier(&self, subject: &SubjectId) -> Option<&Arc<Dossier>> {
        self.ordinal(subject).and_then(|ordinal| self.dossiers.get(ordinal as usize))
    }

    /// The place of a subject's file among [`State::dossiers`].
    pub fn ordinal(&self, subject: &SubjectId) -> Option<u32> {
        self.dossiers.place(subject).map(|place| place as u32)
    }

    /// Every file, in the order of first enrolment.
    pub fn dossiers(&self) -> &Vector<Arc<Dossier>> {
        self.dossiers.rows()
    }

    /// The subject of an identity commitment.
    pub fn subject_of(&self, identity: &Commitment) -> Option<SubjectId> {
        self.identities.get(identity).copied()
    }

    /// Which secret keys identities, once an enrolment said so.
    pub fn identity_key(&self) -> Option<IdentityKey> {
        self.identity_key
    }

    /// The versions of the code of conduct, ascending.
    pub fn codes(&self) -> impl DoubleEndedIterator<Item = &Code> {
        self.codes.iter().map(|code| &**code)
    }

    /// What is registered about a subject; none: nothing ever was.
    pub fn register(&self, subject: &SubjectId) -> Option<&Register> {
        self.registers.get(subject).map(|register| &**register)
    }

    /// The draws of panels.
    pub fn draws(&self) -> &Draws {
        &self.draws
    }

    /// What entries commit to.
    pub fn attached(&self) -> &Attached {
        &self.attached
    }

    /// The entry that named a text first, whose it is; none: nobody named it as a text.
    pub fn text_owner(&self, commitment: &Commitment) -> Option<Row<'_>> {
        self.attached.texts(commitment).first().and_then(|seq| self.index.row(*seq))
    }

    /// Whether the attachments of an event were destroyed by its custodian or at its subject's request.
    pub fn is_erased(&self, event: &EventId) -> bool {
        self.erased.contains(event)
    }

    /// The events whose attachments were destroyed.
    pub fn erased(&self) -> &OrdSet<EventId> {
        &self.erased
    }

    /// The seq of each collaboration declared after another, and whose it is.
    pub fn declared_after(&self, seq: Option<u64>) -> impl Iterator<Item = (u64, SubjectId)> {
        let first = seq.map_or(0, |seq| seq.saturating_add(1));
        let start = self.declared.binary_search_by_key(&first, |(seq, _)| *seq).unwrap_or_else(|place| place);
        self.declared.focus().narrow(start..).into_iter().copied()
    }

    /// Those whom a subject ever endorsed.
    pub fn endorsed_by(&self, giver: SubjectId) -> impl Iterator<Item = SubjectId> {
        let first = (giver, SubjectId::FIRST);
        self.endorsed.range(first..).take_while(move |(pair, _)| pair.0 == giver).map(|(pair, _)| pair.1)
    }

    /// The score of a subject at a settled moment; none for a subject this ledger does not know then.
    pub fn score(&self, subject: &SubjectId, at: At) -> Option<Score> {
        let dossier = self.known_at(subject, at.size)?;
        Some(engines::score(dossier, &self.parties, &self.policies, at))
    }

    /// The same if an item about the subject fell, as one does whose contest is upheld; none where the subject has
    /// no such item that stands.
    pub fn score_without(&self, subject: &SubjectId, item: &EventId, at: At) -> Option<Score> {
        let (mut supposed, last) =
            (Dossier::clone(self.known_at(subject, at.size)?), at.size.checked_sub(1)?);
        let mut stood = false;
        let mut falls = |event: &EventId| {
            stood |= event == item;
            event == item
        };
        supposed.assessments.close_where(last, |one| falls(&one.recorded.event));
        supposed.sanctions.close_where(last, |one| falls(&one.recorded.event));
        supposed.pending.close_where(last, |one| one.target == *item);
        stood.then(|| engines::score(&supposed, &self.parties, &self.policies, at))
    }

    /// What is shown of that score, and the next date on which time alone may change it.
    pub fn figure(&self, subject: &SubjectId, at: At) -> Option<(Figure, Option<Date>)> {
        let dossier = self.known_at(subject, at.size)?;
        Some(engines::figure(dossier, &self.parties, &self.policies, at))
    }

    /// What is shown of that score, and the next change that time alone brings about.
    pub fn outlook(&self, subject: &SubjectId, at: At) -> Option<Outlook> {
        let dossier = self.known_at(subject, at.size)?;
        Some(engines::outlook(dossier, &self.parties, &self.policies, at, limits::DATES))
    }

    /// The first change after a moment, at the latest on `until`; takes what it looks at off `dates`.
    pub fn change_after(
        &self,
        subject: &SubjectId,
        at: At,
        until: Date,
        dates: &mut usize,
    ) -> Option<Foreseen> {
        let dossier = self.known_at(subject, at.size)?;
        Some(engines::change_after(dossier, &self.parties, &self.policies, at, Some(until), dates))
    }

    /// The file of a subject that was enrolled at or before `size`.
    fn known_at(&self, subject: &SubjectId, size: u64) -> Option<&Dossier> {
        let dossier = self.dossier(subject)?;
        let known = |one: &Enrolment| one.recorded.seq < size;
        let ended = dossier.enrolments.ended_after(0).map(|one| &*one.record);
        dossier.enrolments.open().chain(ended).any(known).then_some(dossier)
    }
}
