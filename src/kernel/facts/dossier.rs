//! Everything that was recorded about one subject, each record with the sizes at which it stood.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::hearing::{Disputed, Notice, Proposal, Reply};
use super::records::Item;
use crate::collections::{Grown, Listable};
use crate::dsse::EventId;
use crate::event::{Basis, Commitment, Contesting, GroupId, PartyId, Relation, Severity, SubjectId, TopicId};
use crate::facts::{Certificate, Contest, Experience, KeyNumber, PartyNumber, Records, StandsFor};
use crate::time::{Date, Timestamp};

/// What the log says of every recorded event, beside its own content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The event that made it; amendments keep the first event's id.
    pub event: EventId,
    /// That event's place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The civil date of that instant at the ledger's offset.
    pub on: Date,
    /// The issuer's key that signed it; none: one that the parties do not have.
    pub signed_by: Option<KeyNumber>,
}

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} of {}", self.seq, self.on)
    }
}

/// One subject's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Whose file it is.
    pub subject: SubjectId,
    /// Its enrolment, as it stood over time; none open: the subject has departed.
    pub enrolments: Records<Enrolment>,
    /// Assessments, in the order recorded.
    pub assessments: Records<Assessment>,
    /// Endorsements received, in the order recorded.
    pub endorsements: Records<Endorsement>,
    /// Sanctions, in the order recorded.
    pub sanctions: Records<Sanction>,
    /// Notified assessments that nothing was published by, lapsed ones included.
    pub notices: Records<Notice>,
    /// Proposed sanctions that nothing was imposed by, lapsed ones included.
    pub proposals: Records<Proposal>,
    /// Conduct that some do not grade again.
    pub disputed: Records<Disputed>,
    /// Contests while they waited for a decision, in the order recorded.
    pub pending: Records<Contest>,
    /// Contests as they were decided, declined or withdrawn, in that order; an appealed one twice.
    pub settled: Grown<StandsFor<Contest>>,
    /// Certificates, each in the place of the one before.
    pub certificates: Records<Certificate>,
    /// The seq of every entry about the subject, ascending.
    pub timeline: Grown<u64, 128>,
}

/// The subject's place in the programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// How it was recorded.
    pub recorded: Recorded,
    /// Who enrolled it.
    pub registrar: PartyId,
    /// The commitment to its public profile.
    pub profile: Commitment,
    /// Its fields.
    pub topics: Vec<TopicId>,
    /// Who controls it.
    pub group: GroupId,
}

/// An assessment, its levels turned into values by the policy it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// How it was recorded.
    pub recorded: Recorded,
    /// Who assessed.
    pub assessor: PartyNumber,
    /// The policy version whose levels it uses.
    pub policy: u32,
    /// The day from which its age counts: the older of recording and end of observation.
    pub counts_from: Date,
    /// The last day on which it counts; none: no limit.
    pub valid_until: Option<Date>,
    /// A declared conflict of interest.
    pub conflict: bool,
    /// A declared fee or trade.
    pub fee: bool,
    /// How experienced the assessor's group was.
    pub experience: Experience,
    /// What it grades, in the order of the policy that it names.
    #[serde(deserialize_with = "ascending")]
    pub grades: Box<[Grade]>,
    /// What the subject replied when it was notified; boxed, for few are replied to.
    pub reply: Option<Box<Reply>>,
}

fn ascending<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<[Grade]>, D::Error> {
    let grades = Box::<[Grade]>::deserialize(deserializer)?;
    let ascend = grades.is_sorted_by(|one, next| one.place < next.place);
    ascend.then_some(grades).ok_or_else(|| D::Error::custom("grades out of order"))
}

/// What an assessment says of one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u16, u16)", try_from = "(u16, u16)")]
pub struct Grade {
    place: u16,
    value: u16,
}

impl Grade {
    const DOES_NOT_APPLY: u16 = u16::MAX;

    /// The value of every indicator's highest level.
    pub const HIGHEST: u16 = 10_000;

    /// A value (0 to 10000) at the indicator's place in the policy named; none: does not apply.
    pub fn new(place: u16, value: Option<u16>) -> Self {
        Self { place, value: value.unwrap_or(Self::DOES_NOT_APPLY) }
    }

    /// The indicator's place in the policy named.
    pub fn place(self) -> u16 {
        self.place
    }

    /// The value; none: the indicator does not apply.
    pub fn value(self) -> Option<u16> {
        (self.value != Self::DOES_NOT_APPLY).then_some(self.value)
    }
}

impl From<Grade> for (u16, u16) {
    fn from(grade: Grade) -> Self {
        (grade.place, grade.value)
    }
}

impl TryFrom<(u16, u16)> for Grade {
    type Error = &'static str;

    fn try_from((place, value): (u16, u16)) -> Result<Self, Self::Error> {
        let known = value <= Self::HIGHEST || value == Self::DOES_NOT_APPLY;
        known.then_some(Self { place, value }).ok_or("a grade above the highest")
    }
}

/// An endorsement received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsement {
    /// How it was recorded.
    pub recorded: Recorded,
    /// Who endorses.
    pub endorser: PartyNumber,
    /// The tie between the two.
    pub relation: Relation,
    /// The field it speaks of.
    pub topic: TopicId,
    /// The last day on which it counts.
    pub expires_on: Date,
    /// The most endorsements that the endorser had in force shortly before and with this one.
    pub dilution: u16,
    /// Whether the two endorsed one another.
    pub reciprocal: bool,
    /// The `collaboration.declared` event that it hides, and so is void; boxed, for few do.
    pub voided_by: Option<Box<EventId>>,
}

/// A sanction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// How it was recorded.
    pub recorded: Recorded,
    /// How grave it is.
    pub severity: Severity,
    /// What it rests on.
    pub basis: Basis,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day; none: no end.
    pub ends_on: Option<Date>,
    /// Its length in days as imposed or reduced, both ends included; lifting does not shorten it.
    pub term_days: Option<u32>,
    /// Whether it was lifted before its term was over.
    pub lifted: bool,
    /// Whether it could not wait for a reply.
    pub urgent: bool,
    /// What the subject replied when it was proposed.
    pub reply: Option<Box<Reply>>,
}

/// What every kind of record has in common: how it was recorded and, where that is asked for, whose it is.
macro_rules! item {
    ($kind:ident $(, $by:ident)?) => {
        impl Item for $kind {
            fn recorded(&self) -> &Recorded {
                &self.recorded
            }
            $(
                fn by(&self) -> Option<PartyNumber> {
                    Some(self.$by)
                }
            )?
        }
    };
}

pub(crate) use item;

item!(Enrolment);
item!(Assessment, assessor);
item!(Endorsement, endorser);
item!(Sanction);
item!(Contest);

impl Listable for Dossier {
    type Name = SubjectId;

    fn name(&self) -> &SubjectId {
        &self.subject
    }
}

impl Dossier {
    /// An empty file.
    pub fn new(subject: SubjectId) -> Self {
        Self {
            subject,
            enrolments: Records::default(),
            assessments: Records::default(),
            endorsements: Records::default(),
            sanctions: Records::default(),
            notices: Records::default(),
            proposals: Records::default(),
            disputed: Records::default(),
            pending: Records::default(),
            settled: Grown::default(),
            certificates: Records::default(),
            timeline: Grown::default(),
        }
    }

    /// The enrolment that stands at `size`.
    pub fn enrolment(&self, size: u64) -> Option<&Enrolment> {
        self.enrolments.only(size)
    }

    /// The assessments that stand at `size`.
    pub fn assessments(&self, size: u64) -> impl Iterator<Item = &Assessment> {
        self.assessments.standing(size)
    }

    /// The endorsements that stand at `size`.
    pub fn endorsements(&self, size: u64) -> impl Iterator<Item = &Endorsement> {
        self.endorsements.standing(size)
    }

    /// The sanctions that stand at `size`, ended ones included.
    pub fn sanctions(&self, size: u64) -> impl Iterator<Item = &Sanction> {
        self.sanctions.standing(size)
    }

    /// The contests as they stood at `size`, in every stage.
    pub fn contests(&self, size: u64) -> impl Iterator<Item = &Contest> {
        let settled = move || self.settled.iter().take_while(move |one| one.span.holds(size));
        let settled = move || settled().map(|one| &*one.record);
        let pending = self.pending.standing(size);
        let appealed: BTreeSet<&EventId> = (self.pending.standing(size).filter(|one| one.stage.is_appeal()))
            .chain(settled().filter(|one| one.stage == Contesting::Final))
            .map(|one| &one.recorded.event)
            .collect();
        let is_last =
            move |one: &&Contest| one.stage == Contesting::Final || !appealed.contains(&one.recorded.event);
        pending.chain(settled().filter(is_last))
    }

    /// A contest as the last event left it.
    pub fn contest(&self, id: &EventId) -> Option<&Contest> {
        let settled = self.settled.iter().rev().map(|one| &*one.record);
        self.pending.open().chain(settled).find(|one| one.recorded.event == *id)
    }

    /// The contests that were settled since the entry at `seq`, the last first.
    pub fn settled_since(&self, seq: u64) -> impl Iterator<Item = &Contest> {
        let settled = self.settled.iter().rev().take_while(move |one| one.span.from_size > seq);
        settled.map(|one| &*one.record)
    }

    /// The contests that wait for a decision at `size`.
    pub fn open_contests(&self, size: u64) -> impl Iterator<Item = &Contest> {
        self.pending.standing(size)
    }

    /// Whether anything that a score looks at has come, changed or ended after `size`.
    pub fn has_changed_after(&self, size: u64) -> bool {
        self.enrolments.have_changed_after(size)
            || self.assessments.have_changed_after(size)
            || self.endorsements.have_changed_after(size)
            || self.sanctions.have_changed_after(size)
            || self.pending.have_changed_after(size)
            || self.certificates.have_changed_after(size)
    }

    /// What the subject replied, by the events that it is a reply to: the announcement and what followed.
    pub fn replies(&self) -> BTreeMap<EventId, Reply> {
        let notices = every(&self.notices).map(|one| (one.recorded.event, one.hearing.reply));
        let proposals = every(&self.proposals).map(|one| (one.recorded.event, one.hearing.reply));
        let assessments =
            every(&self.assessments).map(|one| (one.recorded.event, one.reply.as_deref().copied()));
        let sanctions = every(&self.sanctions).map(|one| (one.recorded.event, one.reply.as_deref().copied()));
        let all = notices.chain(proposals).chain(assessments).chain(sanctions);
        all.filter_map(|(event, reply)| Some((event, reply?))).collect()
    }

    /// Whose its records are.
    pub fn parties(&self) -> impl Iterator<Item = PartyNumber> {
        let given = self.assessments.parties().chain(self.endorsements.parties());
        given.chain(self.notices.parties()).chain(self.proposals.parties()).chain(self.disputed.parties())
    }

    /// The seqs of the entries about the subject from `first` on, ascending.
    pub fn timeline_from(&self, first: u64) -> impl Iterator<Item = u64> {
        self.timeline.from_where(move |seq| *seq >= first).copied()
    }
}

/// Every record of a kind, ended or not, the last of each item last.
fn every<T>(records: &Records<T>) -> impl Iterator<Item = &T> {
    records.ended_after(0).map(|one| &*one.record).chain(records.open())
}
