//! What a state keeps of an entry, in few bytes: read again on start instead of the entries.
//!
//! A row leaves out what [`State::apply`] never looks at (statements, evidence, consent). The log can
//! always make the rows anew, so they are never believed over it; `fsck` compares the state they make.
//!
//! [`State::apply`]: super::State::apply

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Applied, Recording, State};
use crate::clock::{Date, Timestamp};
use crate::dsse::{EventId, PublicKey};
use crate::event::{
    AssessmentPublished, AssessmentWithdrawn, Body, Commitment, ContestDecided, ContestFiled,
    ContestWithdrawn, EndorsementPublished, EndorsementWithdrawn, Event, Grounds, GroupId, Levels, Outcome,
    PartyId, Relation, SubjectEnrolled, SubjectId, TopicId,
};
use crate::score::{Grade, PartyNumber};

/// The form of the rows; another form is made anew from the log. It rises too where levels come to mean
/// other grades.
pub const JOURNAL_FORMAT: u8 = 4;

/// Entries as they are read from the journal, in order; emptied, it keeps its memory.
#[derive(Debug, Default)]
pub struct Kept {
    entries: Vec<KeptEntry>,
    /// The keys of one entry after those of another.
    keys: Vec<PublicKey>,
    /// The grades likewise.
    grades: Vec<Grade>,
}

#[derive(Debug)]
struct KeptEntry {
    id: EventId,
    at: Timestamp,
    /// The event, as far as a state looks at it.
    event: Event,
    keys: Range<usize>,
    grades: Range<usize>,
    issuer: Option<PartyNumber>,
    subject: Option<u32>,
}

/// The bytes are no rows of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row of the journal cannot be read")]
pub struct BadRow;

/// Bytes that are read where they stand; a list would be read byte by byte.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Self)
    }
}

#[derive(Serialize, Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    id: Raw<'a>,
    at: Timestamp,
    /// Milliseconds from issuing to recording.
    lag_ms: i64,
    /// 32 bytes each.
    #[serde(borrow)]
    keys: Raw<'a>,
    issuer: PartyId,
    issuer_number: Option<PartyNumber>,
    subject: Option<SubjectId>,
    subject_place: Option<u32>,
    #[serde(borrow)]
    body: RowBody<'a>,
}

/// The frequent types in a form of their own, the others as their JSON.
#[derive(Serialize, Deserialize)]
enum RowBody<'a> {
    Payload(#[serde(borrow)] Raw<'a>),
    Assessment {
        policy: u32,
        /// Four bytes each.
        #[serde(borrow)]
        grades: Raw<'a>,
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

impl<'a> RowBody<'a> {
    /// `bytes` is filled with what stands in a row as bytes.
    fn of(event: &Event, state: &State, bytes: &'a mut Vec<u8>) -> Self {
        match &event.body {
            Body::AssessmentPublished(body) => {
                let grades = state.policies().grades(body.policy, &body.grades);
                bytes.extend(grades.iter().flat_map(|grade| grade.to_bytes()));
                Self::Assessment {
                    policy: body.policy,
                    grades: Raw(bytes),
                    observed: (body.observed_from, body.observed_until),
                    valid_until: body.valid_until,
                    flags: (body.conflict, body.fee),
                    notice: body.notice,
                }
            }
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
            _ => {
                *bytes = event.to_payload();
                Self::Payload(Raw(bytes))
            }
        }
    }
}

impl Recording<'_> {
    /// Appends the row of this entry, which `state` reflects: its length as u32 big-endian, then its bytes.
    pub fn write_row(&self, state: &State, rows: &mut Vec<u8>) {
        let mut bytes = Vec::new();
        let keys: Vec<u8> = self.keys.iter().flat_map(|key| *key.as_bytes()).collect();
        let row = Row {
            id: Raw(self.id.as_bytes()),
            at: self.at,
            lag_ms: self.at.as_ms() as i64 - self.event.issued_at.as_ms() as i64,
            keys: Raw(&keys),
            issuer: self.event.issuer.clone(),
            issuer_number: state.parties().number(&self.event.issuer),
            subject: self.event.subject,
            subject_place: self.event.subject.and_then(|subject| state.ordinal(&subject)),
            body: RowBody::of(self.event, state, &mut bytes),
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
    /// Reads rows that follow one another, after those that were read before.
    ///
    /// # Errors
    /// [`BadRow`]: make the rows anew from the log.
    pub fn read_rows(&mut self, mut rows: &[u8]) -> Result<(), BadRow> {
        while !rows.is_empty() {
            let (length, rest) = rows.split_first_chunk::<4>().ok_or(BadRow)?;
            let (row, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or(BadRow)?;
            self.read(row)?;
            rows = rest;
        }
        Ok(())
    }

    /// The entries as a state takes them.
    pub fn recordings(&self) -> impl Iterator<Item = Recording<'_>> {
        self.entries.iter().map(|entry| Recording {
            id: entry.id,
            at: entry.at,
            keys: &self.keys[entry.keys.clone()],
            event: &entry.event,
            applied: Some(Applied {
                issuer: entry.issuer,
                subject: entry.subject,
                grades: &self.grades[entry.grades.clone()],
            }),
        })
    }

    /// Lets go of all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.keys.clear();
        self.grades.clear();
    }

    fn read(&mut self, row: &[u8]) -> Result<(), BadRow> {
        let row: Row<'_> = postcard::from_bytes(row).map_err(|_| BadRow)?;
        let issued_ms = (row.at.as_ms() as i64).checked_sub(row.lag_ms).ok_or(BadRow)?;
        let issued_at = u64::try_from(issued_ms).ok().and_then(Timestamp::from_ms).ok_or(BadRow)?;
        let (first_key, first_grade) = (self.keys.len(), self.grades.len());
        let (keys, []) = row.keys.0.as_chunks::<32>() else { return Err(BadRow) };
        self.keys.extend(keys.iter().map(|key| PublicKey::from_bytes(*key)));
        // Only of the opening is it asked whose ledger it is, and that stands in its payload.
        let mut ledger = String::new();
        let left_out = Commitment::from_bytes(LEFT_OUT);
        let body: Body = match row.body {
            RowBody::Payload(Raw(payload)) => {
                let event = Event::parse_recorded(payload).map_err(|_| BadRow)?;
                ledger = event.ledger;
                event.body
            }
            RowBody::Assessment { policy, grades, observed, valid_until, flags, notice } => {
                let (grades, []) = grades.0.as_chunks::<4>() else { return Err(BadRow) };
                for grade in grades {
                    self.grades.push(Grade::from_bytes(*grade).ok_or(BadRow)?);
                }
                if !self.grades[first_grade..].is_sorted_by(|one, next| one.place() < next.place()) {
                    return Err(BadRow);
                }
                AssessmentPublished {
                    policy,
                    grades: Levels::default(),
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
        self.entries.push(KeptEntry {
            id: row.id.0.try_into().map(EventId::from_bytes).map_err(|_| BadRow)?,
            at: row.at,
            event: Event { ledger, issuer: row.issuer, subject: row.subject, issued_at, body },
            keys: first_key..self.keys.len(),
            grades: first_grade..self.grades.len(),
            issuer: row.issuer_number,
            subject: row.subject_place,
        });
        Ok(())
    }
}
