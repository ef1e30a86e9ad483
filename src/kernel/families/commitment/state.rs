//! `state.*`: what was committed to, and which auditors found the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{PartyId, StateAttested, StateCommitted};
use crate::time::Date;

/// A commitment of the operator to the state of a size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// What it says.
    pub body: StateCommitted,
    /// Who attested it, in that order.
    pub attested: Vec<Attested>,
}

/// What an auditor said of a commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// Who says so.
    pub auditor: PartyId,
    /// Whether the auditor found the same roots.
    pub agrees: bool,
}

impl State {
    /// The commitments, by size.
    pub fn commitments(&self) -> impl DoubleEndedIterator<Item = &Committed> {
        self.commitments.iter().map(|one| &**one)
    }

    /// The commitment to a size.
    pub fn commitment(&self, size: u64) -> Option<&Committed> {
        self.place_of_commitment(size).and_then(|place| self.commitments.get(place)).map(|one| &**one)
    }

    /// The newest commitment to a size up to `size`.
    pub fn commitment_up_to(&self, size: u64) -> Option<&Committed> {
        self.commitments().rev().find(|one| one.body.size <= size)
    }

    /// Whether a day has begun since the last commitment, or `entries` were recorded, or there is none.
    /// Before anybody is enrolled nothing is: a state without subjects proves no score, and whoever is enrolled
    /// on that day would wait for the next.
    pub fn commitment_is_due(&self, today: Date, entries: u64) -> bool {
        let last = self.commitments().next_back();
        !self.dossiers().is_empty()
            && last.is_none_or(|one| one.body.date < today || self.size - one.body.size >= entries)
    }

    pub(super) fn commit_state(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &StateCommitted,
    ) -> Result<(), Presumed> {
        let committed = Committed { event: entry.id, seq, body: *body, attested: Vec::new() };
        self.commitments.push_back(Arc::new(committed));
        Ok(())
    }

    pub(super) fn attest_state(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &StateAttested,
    ) -> Result<(), Presumed> {
        let place = self.place_of_commitment(body.size);
        let committed = place.and_then(|place| self.commitments.get_mut(place));
        let committed = Arc::make_mut(committed.ok_or(Presumed::Commitment(body.size))?);
        let agrees = body.agrees_with(&committed.body);
        let auditor = entry.event.issuer.clone();
        committed.attested.push(Attested { event: entry.id, seq, auditor, agrees });
        Ok(())
    }

    fn place_of_commitment(&self, size: u64) -> Option<usize> {
        self.commitments.binary_search_by_key(&size, |one| one.body.size).ok()
    }
}
