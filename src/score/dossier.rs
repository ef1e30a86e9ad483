//! Everything that was recorded about one subject, each record with the sizes at which it stood.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{PartyNumber, Span};
use crate::clock::{Date, Timestamp};
use crate::dsse::{EventId, PublicKey};
use crate::event::{
    Basis, Commitment, Grounds, GroupId, Outcome, PartyId, Relation, Severity, SubjectId, TopicId,
};

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
    /// The issuer's key that signed it.
    pub signed_by: PublicKey,
}

/// One subject's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Whose file it is.
    pub subject: SubjectId,
    /// Its enrolment, as it stood over time; none open: the subject has departed.
    pub enrolments: Vec<StandsFor<Enrolment>>,
    /// Assessments, in the order recorded.
    pub assessments: Vec<StandsFor<Assessment>>,
    /// Endorsements received, in the order recorded.
    pub endorsements: Vec<StandsFor<Endorsement>>,
    /// Sanctions, in the order recorded.
    pub sanctions: Vec<StandsFor<Sanction>>,
    /// Contests, in the order recorded.
    pub contests: Vec<StandsFor<Contest>>,
    /// The seq of every entry about the subject, ascending.
    pub timeline: Vec<u64>,
}

/// A record and the log sizes at which it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandsFor<T> {
    /// When it stood.
    pub span: Span,
    /// What stood.
    pub record: Arc<T>,
}

impl<T> StandsFor<T> {
    /// A record that the entry at `seq` makes.
    pub fn opened_by(seq: u64, record: T) -> Self {
        Self { span: Span::opened_by(seq), record: Arc::new(record) }
    }
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
    /// What it grades, in the order of the policy that it names.
    pub grades: Box<[Grade]>,
}

/// What an assessment says of one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    place: u16,
    value: u16,
}

impl Grade {
    const DOES_NOT_APPLY: u16 = u16::MAX;

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
}

/// A contest against one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The assessment or sanction contested.
    pub target: EventId,
    /// On what ground.
    pub grounds: Grounds,
    /// The last day on which it may be decided; after it the item is out of the score. None: no clock runs.
    pub decide_by: Option<Date>,
    /// How it stands.
    pub status: ContestStatus,
}

/// How a contest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContestStatus {
    /// Waiting for a decision.
    Open,
    /// Decided.
    Decided {
        /// What was decided.
        outcome: Outcome,
        /// By which event.
        by: EventId,
    },
    /// Withdrawn by the subject.
    Withdrawn,
}

impl Dossier {
    /// An empty file.
    pub fn new(subject: SubjectId) -> Self {
        Self {
            subject,
            enrolments: Vec::new(),
            assessments: Vec::new(),
            endorsements: Vec::new(),
            sanctions: Vec::new(),
            contests: Vec::new(),
            timeline: Vec::new(),
        }
    }

    /// The enrolment that stands at `size`.
    pub fn enrolment(&self, size: u64) -> Option<&Enrolment> {
        standing(&self.enrolments, size).next()
    }

    /// The assessments that stand at `size`.
    pub fn assessments(&self, size: u64) -> impl Iterator<Item = &Assessment> {
        standing(&self.assessments, size)
    }

    /// The endorsements that stand at `size`.
    pub fn endorsements(&self, size: u64) -> impl Iterator<Item = &Endorsement> {
        standing(&self.endorsements, size)
    }

    /// The sanctions that stand at `size`, ended ones included.
    pub fn sanctions(&self, size: u64) -> impl Iterator<Item = &Sanction> {
        standing(&self.sanctions, size)
    }

    /// The contests as they stood at `size`, in every status.
    pub fn contests(&self, size: u64) -> impl Iterator<Item = &Contest> {
        standing(&self.contests, size)
    }

    /// The contests that wait for a decision at `size`.
    pub fn open_contests(&self, size: u64) -> impl Iterator<Item = &Contest> {
        self.contests(size).filter(|contest| contest.status == ContestStatus::Open)
    }
}

fn standing<T>(records: &[StandsFor<T>], size: u64) -> impl Iterator<Item = &T> {
    records.iter().filter(move |one| one.span.holds(size)).map(|one| &*one.record)
}
