//! `key.*`

use super::{Recording, State};
use crate::clock::Timestamp;
use crate::dsse::PublicKey;
use crate::event::{KeyAdded, KeyRevoked, KeyRotated, PartyId};
use crate::limits;
use crate::score::{Capacity, KeyRecord, Span};

const DAY_MS: u64 = 24 * 3600 * 1000;

impl State {
    pub(super) fn add_key(&mut self, seq: u64, entry: &Recording<'_>, body: &KeyAdded) {
        let recovery = entry.event.issuer.is_council();
        let owner = body.owner.clone().unwrap_or_else(|| entry.event.issuer.clone());
        let live_from =
            if recovery { entry.at.plus_ms(limits::RECOVERY_DAYS as u64 * DAY_MS) } else { entry.at };
        let added_by = entry.keys.iter().find(|key| !recovery && **key != body.key).copied();
        self.add_key_of(seq, body.key, owner, live_from, entry.at, added_by, recovery);
    }

    pub(super) fn rotate_key(&mut self, seq: u64, entry: &Recording<'_>, body: &KeyRotated) {
        let owner = entry.event.issuer.clone();
        self.add_key_of(seq, body.new, owner, entry.at, entry.at, Some(body.old), false);
        self.parties.end_key(seq, &body.old);
    }

    pub(super) fn revoke_key(&mut self, seq: u64, body: &KeyRevoked) {
        self.parties.end_key(seq, &body.key);
        if let Some(from) = body.invalid_from {
            self.parties.invalidate_key(seq, &body.key, from);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the facts of one key, used twice")]
    fn add_key_of(
        &mut self,
        seq: u64,
        key: PublicKey,
        owner: PartyId,
        live_from: Timestamp,
        added_at: Timestamp,
        added_by: Option<PublicKey>,
        recovery: bool,
    ) {
        let record = KeyRecord {
            owner,
            capacity: Capacity::Own,
            span: Span::opened_by(seq),
            live_from,
            added_at,
            added_by,
            recovery,
            invalid: Vec::new(),
        };
        self.parties.add_key(key, record);
    }
}
