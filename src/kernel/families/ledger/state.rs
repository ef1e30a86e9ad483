//! `ledger.*`

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::council::{first_key, operator, seats};
use super::{Presumed, Recording, State};
use crate::collections::Span;
use crate::dsse::PublicKey;
use crate::event::{LedgerKeyRotated, LedgerOpened, PartyId};
use crate::facts::{Capacity, PolicyVersion};
use crate::time::{Date, Timestamp};

/// What a ledger is, fixed by its first event; only its operator and the log's key change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The origin: name and hash of the opening.
    pub origin: String,
    /// The keys that signed checkpoints, each from a size on; the last does now.
    log_keys: Vec<(u64, PublicKey)>,
    /// Who runs it.
    pub operator: PartyId,
    /// Minutes east of Greenwich of its civil dates.
    pub utc_offset_min: i32,
    /// History issued before this instant may have been brought in.
    pub replayed_until: Option<Timestamp>,
}

impl Ledger {
    /// Whether there is a key that signs checkpoints.
    pub(super) fn is_whole(&self) -> bool {
        !self.log_keys.is_empty()
    }

    /// The key that signs checkpoints now.
    pub fn log_key(&self) -> &PublicKey {
        &self.log_keys[self.log_keys.len() - 1].1
    }

    /// The key that signs the checkpoint of a size.
    pub fn log_key_at(&self, size: u64) -> &PublicKey {
        let later = self.log_keys.iter().rposition(|(from_size, _)| *from_size <= size);
        &self.log_keys[later.unwrap_or(0)].1
    }

    /// Every key that ever signed checkpoints, each with the size from which it did.
    pub fn log_keys(&self) -> &[(u64, PublicKey)] {
        &self.log_keys
    }

    /// Whether a key ever signed checkpoints.
    pub fn has_logged(&self, key: &PublicKey) -> bool {
        self.log_keys.iter().any(|(_, one)| one == key)
    }

    /// Whether an event issued at `issued_at` is history, as long as nothing was recorded by the clock.
    pub fn is_replayed(&self, issued_at: Timestamp) -> bool {
        self.replayed_until.is_some_and(|until| issued_at < until)
    }
}

impl State {
    pub(super) fn rotate_log_key(&mut self, seq: u64, body: &LedgerKeyRotated) -> Result<(), Presumed> {
        let ledger = self.ledger.as_mut().ok_or(Presumed::Opened)?;
        Arc::make_mut(ledger).log_keys.push((seq + 1, body.new));
        Ok(())
    }

    pub(super) fn open(&mut self, seq: u64, entry: &Recording<'_>, body: &LedgerOpened) {
        self.ledger = Some(Arc::new(Ledger {
            origin: entry.event.ledger.clone(),
            log_keys: vec![(seq + 1, body.log_key)],
            operator: body.operator.member.clone(),
            utc_offset_min: body.utc_offset_min,
            replayed_until: body.replayed_until,
        }));
        for seat in &body.council {
            self.parties.add_key(seat.key, first_key(seq, entry, &seat.member, Capacity::Seat));
        }
        self.parties.set_council(seq, seats(&body.council), body.threshold);
        let member = &body.operator.member;
        self.parties.add_key(body.operator.key, first_key(seq, entry, member, Capacity::Own));
        self.parties.set_member(seq, member, operator(member));
        let first = PolicyVersion {
            span: Span::opened_by(seq),
            event: entry.id,
            version: 1,
            effective_from: Date::from_days(0),
            policy: Arc::new(body.policy.clone()),
        };
        self.policies.publish(seq, self.date_of(entry.at), first);
    }
}
