//! Where each event stands in the log, and which entries are about whom.

use std::cmp::Ordering;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use imbl::Vector;

use super::Recording;
use crate::collections::{Listed, Slots};
use crate::dsse::EventId;
use crate::event::{EventType, PartyId, SubjectId};
use crate::time::Timestamp;

/// What a listing needs to know of one entry.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The event's id.
    pub id: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its type's place in [`EventType::ALL`].
    kind: u8,
    /// Who issued it.
    pub issuer: &'a PartyId,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
}

impl Row<'_> {
    /// The event's type, `family.verb`.
    pub fn type_name(&self) -> &'static str {
        self.event_type().map_or("", EventType::name)
    }

    /// The event's type.
    pub fn event_type(&self) -> Option<EventType> {
        EventType::at(self.kind)
    }
}

/// A row as it is kept: there are as many as entries, so it names its issuer by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    id: EventId,
    recorded_at: Timestamp,
    issuer: u32,
    subject: Option<SubjectId>,
    kind: u8,
}

/// Entries by position and by id.
#[derive(Debug, Clone, Default)]
pub struct Index {
    lines: Vector<Line>,
    seqs: Slots,
    /// Everybody who ever issued an event, in the order of their first.
    issuers: Listed<PartyId>,
}

impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines && self.issuers == other.issuers
    }
}

impl Index {
    /// Empty, with room for so many entries while they come in a row.
    pub fn with_room(entries: usize) -> Self {
        Self { seqs: Slots::with_room(entries), ..Self::default() }
    }

    /// The seq of an event.
    pub fn seq(&self, id: &EventId) -> Option<u64> {
        self.seqs.candidates(hash(id)).find(|seq| self.line(*seq).is_some_and(|line| line.id == *id))
    }

    /// How many entries it holds.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The row at a seq.
    pub fn row(&self, seq: u64) -> Option<Row<'_>> {
        self.line(seq).map(|line| self.told(line))
    }

    /// The rows from `first` on, with their seqs.
    pub fn rows_from(&self, first: u64) -> impl Iterator<Item = (u64, Row<'_>)> {
        let start = usize::try_from(first).unwrap_or(usize::MAX).min(self.lines.len());
        (first..u64::MAX).zip(self.lines.focus().narrow(start..).into_iter().map(|line| self.told(line)))
    }

    /// How many entries were recorded before an instant.
    pub fn count_before(&self, at: Timestamp) -> u64 {
        let order = |line: &Line| if line.recorded_at < at { Ordering::Less } else { Ordering::Greater };
        self.lines.binary_search_by(order).unwrap_or_else(|place| place) as u64
    }

    /// Everybody who ever issued an event.
    pub(super) fn issuers(&self) -> &Listed<PartyId> {
        &self.issuers
    }

    /// Names those whom the lines number, once all lines are in: from here on snapshots share them.
    pub(super) fn name_issuers(&mut self, issuers: Listed<PartyId>) {
        self.issuers = issuers;
        self.seqs.seal();
    }

    /// Whether every line's issuer is named.
    pub(super) fn is_whole(&self) -> bool {
        let highest = self.lines.iter().map(|line| line.issuer as usize).max();
        highest.is_none_or(|highest| highest < self.issuers.len())
    }

    /// Some lines.
    pub(super) fn lines(&self, range: Range<usize>) -> Vec<&Line> {
        self.lines.focus().narrow(range).into_iter().collect()
    }

    /// Adds the next line.
    pub(super) fn add(&mut self, line: Line) {
        self.seqs.push(hash(&line.id), self.lines.len() as u64);
        self.lines.push_back(line);
    }

    /// Adds the next entry.
    pub fn push(&mut self, entry: Recording<'_>) {
        let issuer = &entry.event.issuer;
        let issuer = self.issuers.place_or_add(issuer, || issuer.clone()) as u32;
        self.add(Line {
            id: entry.id,
            recorded_at: entry.at,
            issuer,
            subject: entry.event.subject,
            kind: entry.event.body.event_type() as u8,
        });
    }

    fn line(&self, seq: u64) -> Option<&Line> {
        self.lines.get(usize::try_from(seq).ok()?)
    }

    fn told(&self, line: &Line) -> Row<'_> {
        Row {
            id: line.id,
            recorded_at: line.recorded_at,
            kind: line.kind,
            issuer: self.issuers.get(line.issuer as usize).expect("every issuer is listed when it issues"),
            subject: line.subject,
        }
    }
}

/// The bits of an id that choose its slot: an id is a hash already, and grinding some out that share
/// these bits is as hard as they are many.
fn hash(id: &EventId) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|at| id.as_bytes()[at]))
}
