//! What a state keeps of an entry, in few bytes: read again on start instead of the entries.
//!
//! A row leaves out what [`State::apply`] never looks at (statements, evidence, consent). The log can
//! always make the rows anew, so they are never believed over it.
//!
//! [`State::apply`]: super::State::apply

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Recording;
use crate::clock::{Date, Timestamp};
use crate::dsse::{EventId, PublicKey};
use crate::event::{
    AssessmentPublished, AssessmentWithdrawn, Body, Commitment, ContestDecided, ContestFiled,
    ContestWithdrawn, EndorsementPublished, EndorsementWithdrawn, Event, Grounds, GroupId, Levels, Outcome,
    PartyId, Relation, SubjectEnrolled, SubjectId, TopicId,
};

/// The form of the rows; another form is made anew from the log.
pub const JOURNAL_FORMAT: u8 = 3;

/// An entry as it is read from the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The event's id.
    pub id: EventId,
    /// When it was recorded.
    pub at: Timestamp,
    /// The keys that signed it, ascending.
    pub keys: Vec<PublicKey>,
    /// The event, as far as a state looks at it.
    pub event: Event,
}

/// The bytes are no rows of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row of the journal cannot be read")]
pub struct BadRow;

/// 32 bytes, read at once; an array would be read byte by byte.
struct Raw([u8; 32]);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::invalid_length(bytes.len(), &"32 bytes"))
    }
}

#[derive(Serialize, Deserialize)]
struct Row {
    id: Raw,
    at: Timestamp,
    /// Milliseconds from issuing to recording.
    lag_ms: i64,
    keys: Vec<Raw>,
    issuer: PartyId,
    subject: Option<SubjectId>,
    body: RowBody,
}

/// The frequent types in a form of their own, the others as their JSON.
#[derive(Serialize, Deserialize)]
enum RowBody {
    Payload(Vec<u8>),
    Assessment {
        policy: u32,
        grades: Levels,
        observed: (Date, Date),
        valid_until: Option<Date>,
        flags: (bool, bool),
        notice: Option<EventId>,
    },
    Endorsement {
        relation: Relation,
        topic: TopicId,
        expires_on: Date,
    },
    Enrolment {
        identity: [u8; 32],
        profile: [u8; 32],
        topics: Vec<TopicId>,
        group: GroupId,
        key: PublicKey,
    },
    Contest {
        target: EventId,
        grounds: Grounds,
    },
    Decision {
        contest: EventId,
        outcome: Outcome,
    },
    AssessmentWithdrawal(EventId),
    EndorsementWithdrawal(EventId),
    ContestWithdrawal(EventId),
}

/// What stands for a commitment that no state looks at.
const LEFT_OUT: [u8; 32] = [0; 32];

impl RowBody {
    fn of(event: &Event) -> Self {
        match &event.body {
            Body::AssessmentPublished(body) => Self::Assessment {
                policy: body.policy,
                grades: body.grades.clone(),
                observed: (body.observed_from, body.observed_until),
                valid_until: body.valid_until,
                flags: (body.conflict, body.fee),
                notice: body.notice,
            },
            Body::EndorsementPublished(body) => Self::Endorsement {
                relation: body.relation,
                topic: body.topic.clone(),
                expires_on: body.expires_on,
            },
            Body::SubjectEnrolled(body) => Self::Enrolment {
                identity: *body.identity.as_bytes(),
                profile: *body.profile.as_bytes(),
                topics: body.topics.clone(),
                group: body.group.clone(),
                key: body.key,
            },
            Body::ContestFiled(body) => Self::Contest { target: body.target, grounds: body.grounds },
            Body::ContestDecided(body) if body.effect.is_none() && body.panel.is_none() => {
                Self::Decision { contest: body.contest, outcome: body.outcome }
            }
            Body::AssessmentWithdrawn(body) => Self::AssessmentWithdrawal(body.target),
            Body::EndorsementWithdrawn(body) => Self::EndorsementWithdrawal(body.target),
            Body::ContestWithdrawn(body) => Self::ContestWithdrawal(body.contest),
            _ => Self::Payload(event.to_payload()),
        }
    }
}

impl Recording<'_> {
    /// Appends the row of this entry: its length as u32 big-endian, then its bytes.
    pub fn write_row(&self, rows: &mut Vec<u8>) {
        let row = Row {
            id: Raw(*self.id.as_bytes()),
            at: self.at,
            lag_ms: self.at.as_ms() as i64 - self.event.issued_at.as_ms() as i64,
            keys: self.keys.iter().map(|key| Raw(*key.as_bytes())).collect(),
            issuer: self.event.issuer.clone(),
            subject: self.event.subject,
            body: RowBody::of(self.event),
        };
        let start = rows.len();
        rows.extend_from_slice(&[0; 4]);
        *rows = postcard::to_extend(&row, std::mem::take(rows))
            .expect("rows are plain structures of known length, which serialise");
        let length = (rows.len() - start - 4) as u32;
        rows[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
}

impl Kept {
    /// Reads rows that follow one another onto `kept`.
    ///
    /// # Errors
    /// [`BadRow`]: make the rows anew from the log.
    pub fn read_rows(mut rows: &[u8], kept: &mut Vec<Self>) -> Result<(), BadRow> {
        while !rows.is_empty() {
            let (length, rest) = rows.split_first_chunk::<4>().ok_or(BadRow)?;
            let (row, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or(BadRow)?;
            kept.push(Self::read(row)?);
            rows = rest;
        }
        Ok(())
    }

    fn read(row: &[u8]) -> Result<Self, BadRow> {
        let row: Row = postcard::from_bytes(row).map_err(|_| BadRow)?;
        let issued_ms = (row.at.as_ms() as i64).checked_sub(row.lag_ms).ok_or(BadRow)?;
        let issued_at = u64::try_from(issued_ms).ok().and_then(Timestamp::from_ms).ok_or(BadRow)?;
        // Only of the opening is it asked whose ledger it is, and that stands in its payload.
        let mut ledger = String::new();
        let left_out = Commitment::from_bytes(LEFT_OUT);
        let body: Body = match row.body {
            RowBody::Payload(payload) => {
                let event = Event::parse_recorded(&payload).map_err(|_| BadRow)?;
                ledger = event.ledger;
                event.body
            }
            RowBody::Assessment { policy, grades, observed, valid_until, flags, notice } => {
                AssessmentPublished {
                    policy,
                    grades,
                    evidence: BTreeMap::new(),
                    observed_from: observed.0,
                    observed_until: observed.1,
                    valid_until,
                    conflict: flags.0,
                    fee: flags.1,
                    statement: None,
                    notice,
                }
                .into()
            }
            RowBody::Endorsement { relation, topic, expires_on } => {
                EndorsementPublished { relation, value_band: None, topic, expires_on, statement: None }.into()
            }
            RowBody::Enrolment { identity, profile, topics, group, key } => SubjectEnrolled {
                identity: Commitment::from_bytes(identity),
                profile: Commitment::from_bytes(profile),
                consent: left_out,
                topics,
                group,
                key,
            }
            .into(),
            RowBody::Contest { target, grounds } => {
                ContestFiled { target, grounds, statement: left_out, evidence: Vec::new() }.into()
            }
            RowBody::Decision { contest, outcome } => {
                ContestDecided { contest, outcome, effect: None, reason: left_out, panel: None }.into()
            }
            RowBody::AssessmentWithdrawal(target) => AssessmentWithdrawn { target, reason: None }.into(),
            RowBody::EndorsementWithdrawal(target) => EndorsementWithdrawn { target, reason: None }.into(),
            RowBody::ContestWithdrawal(contest) => ContestWithdrawn { contest, reason: None }.into(),
        };
        let event = Event { ledger, issuer: row.issuer, subject: row.subject, issued_at, body };
        let keys = row.keys.into_iter().map(|Raw(key)| PublicKey::from_bytes(key)).collect();
        Ok(Self { id: EventId::from_bytes(row.id.0), at: row.at, keys, event })
    }

    /// The entry as a state takes it.
    pub fn recording(&self) -> Recording<'_> {
        Recording { id: self.id, at: self.at, keys: &self.keys, event: &self.event }
    }
}
