//! Where each event stands in the log, and which entries are about whom.

use std::cmp::Ordering;

use imbl::Vector;

use super::Recording;
use crate::clock::Timestamp;
use crate::dsse::EventId;
use crate::event::{PartyId, SubjectId, TYPES};
use crate::score::Slots;

/// What a listing needs to know of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The event's id.
    pub id: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its type's place in [`TYPES`].
    pub kind: u8,
    /// Who issued it.
    pub issuer: PartyId,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
}

impl Row {
    /// The row of an entry.
    pub fn of(entry: Recording<'_>) -> Self {
        Self {
            id: entry.id,
            recorded_at: entry.at,
            kind: entry.event.body.type_number(),
            issuer: entry.event.issuer.clone(),
            subject: entry.event.subject,
        }
    }

    /// The event's type, `family.verb`.
    pub fn type_name(&self) -> &'static str {
        TYPES.get(usize::from(self.kind)).copied().unwrap_or("")
    }
}

/// Entries by position and by id.
#[derive(Debug, Clone, Default)]
pub struct Index {
    rows: Vector<Row>,
    seqs: Slots,
}

impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl Index {
    /// Empty, with room for so many entries while they come in a row; [`Index::seal`] ends that.
    pub fn with_room(entries: usize) -> Self {
        Self { rows: Vector::new(), seqs: Slots::with_room(entries) }
    }

    /// Ends the coming in of many, before a snapshot is taken.
    pub fn seal(&mut self) {
        self.seqs.seal();
    }

    /// The seq of an event.
    pub fn seq(&self, id: &EventId) -> Option<u64> {
        self.seqs.candidates(hash(id)).find(|seq| self.row(*seq).is_some_and(|row| row.id == *id))
    }

    /// How many entries it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a seq.
    pub fn row(&self, seq: u64) -> Option<&Row> {
        self.rows.get(usize::try_from(seq).ok()?)
    }

    /// The rows from `first` on, with their seqs.
    pub fn rows_from(&self, first: u64) -> impl Iterator<Item = (u64, &Row)> {
        let start = usize::try_from(first).unwrap_or(usize::MAX).min(self.rows.len());
        (first..).zip(self.rows.focus().narrow(start..))
    }

    /// How many entries were recorded before an instant.
    pub fn count_before(&self, at: Timestamp) -> u64 {
        let order = |row: &Row| if row.recorded_at < at { Ordering::Less } else { Ordering::Greater };
        self.rows.binary_search_by(order).unwrap_or_else(|place| place) as u64
    }

    /// Adds the next row.
    pub fn push(&mut self, row: Row) {
        self.seqs.push(hash(&row.id), self.rows.len() as u64);
        self.rows.push_back(row);
    }
}

/// The bits of an id that choose its slot: an id is a hash already, and grinding some out that share
/// these bits is as hard as they are many.
fn hash(id: &EventId) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|at| id.as_bytes()[at]))
}
