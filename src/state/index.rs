//! Where each event stands in the log, and which entries are about whom.

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::dsse::EventId;
use crate::event::{PartyId, SubjectId, TYPES};

/// What a listing needs to know of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The event's type, `family.verb`.
    pub fn type_name(&self) -> &'static str {
        TYPES.get(usize::from(self.kind)).copied().unwrap_or("")
    }
}

/// Entries by position and by id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Index {
    rows: Vector<Row>,
    seqs: OrdMap<EventId, u64>,
}

/// Which entries a listing asks for; what is none is not asked.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// About this subject.
    pub subject: Option<SubjectId>,
    /// Issued by this party.
    pub issuer: Option<PartyId>,
    /// Of this type.
    pub kind: Option<u8>,
}

impl Filter {
    fn takes(&self, row: &Row) -> bool {
        self.subject.is_none_or(|subject| row.subject == Some(subject))
            && self.kind.is_none_or(|kind| row.kind == kind)
            && self.issuer.as_ref().is_none_or(|issuer| row.issuer == *issuer)
    }
}

impl Index {
    /// The seq of an event.
    pub fn seq(&self, id: &EventId) -> Option<u64> {
        self.seqs.get(id).copied()
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

    /// Up to `limit` entries from seq `first` on that the filter takes.
    pub fn list(&self, filter: &Filter, first: u64, limit: usize) -> Vec<u64> {
        self.rows_from(first).filter(|(_, row)| filter.takes(row)).map(|(seq, _)| seq).take(limit).collect()
    }

    /// Adds the next row.
    pub fn push(&mut self, row: Row) {
        self.seqs.insert(row.id, self.rows.len() as u64);
        self.rows.push_back(row);
    }
}
