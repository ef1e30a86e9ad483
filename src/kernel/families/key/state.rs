//! `key.*`

use super::council::first_key;
use super::{Presumed, Recording, State};
use crate::dsse::PublicKey;
use crate::event::{KeyAdded, KeyRevoked, KeyRotated};
use crate::facts::{Capacity, KeyRecord};
use crate::limits;

const DAY_MS: u64 = 24 * 3600 * 1000;

impl State {
    pub(super) fn add_key(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &KeyAdded,
    ) -> Result<(), Presumed> {
        let owner = body.owner.as_ref().unwrap_or(&entry.event.issuer);
        let record = first_key(seq, entry, owner, Capacity::Own);
        let record = if entry.event.issuer.is_council() {
            let live_from = entry.at.plus_ms(limits::RECOVERY_DAYS as u64 * DAY_MS);
            let restrained_until = Some(live_from.plus_ms(limits::RESTRAINT_DAYS as u64 * DAY_MS));
            KeyRecord { live_from, recovery: true, restrained_until, ..record }
        } else {
            self.handed_on(record, entry.keys.iter().find(|key| **key != body.key))
        };
        self.parties.add_key(body.key, record);
        Ok(())
    }

    pub(super) fn rotate_key(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &KeyRotated,
    ) -> Result<(), Presumed> {
        let record = first_key(seq, entry, &entry.event.issuer, Capacity::Own);
        let record = self.handed_on(record, Some(&body.old));
        self.parties.add_key(body.new, record);
        self.end_key(seq, &body.old)
    }

    pub(super) fn revoke_key(&mut self, seq: u64, body: &KeyRevoked) -> Result<(), Presumed> {
        self.end_key(seq, &body.key)?;
        if let Some(from) = body.invalid_from {
            self.parties.invalidate_key(seq, &body.key, from);
        }
        Ok(())
    }

    pub(super) fn end_key(&mut self, seq: u64, key: &PublicKey) -> Result<(), Presumed> {
        Presumed::Key(*key).unless(self.parties.end_key(seq, key))
    }

    /// A key that another of its owner's added: it can do no more than that one.
    fn handed_on(&self, record: KeyRecord, added_by: Option<&PublicKey>) -> KeyRecord {
        let adder = added_by.and_then(|key| self.parties.key(key));
        KeyRecord {
            added_by: added_by.copied(),
            restrained_until: adder.and_then(|one| one.restrained_until),
            ..record
        }
    }
}
