//! `key.*`

use super::{Case, Reason, Rejection};
use crate::dsse::PublicKey;
use crate::event::{KeyAdded, KeyRevoked, KeyRotated, KeyStage, PartyId, RevocationCause};
use crate::facts::{Capacity, KeyRecord};
use crate::limits;

const DAY_MS: u64 = 24 * 3600 * 1000;

impl Case<'_> {
    pub(super) fn key_added(&mut self, body: &KeyAdded) -> Result<(), Rejection> {
        if self.event.issuer.is_council() {
            self.signers.council(0)?;
        } else {
            self.signers.party(&self.event.issuer)?;
        }
        self.signers.newcomer(&body.key)?;
        self.signers.all_needed()?;
        match &body.owner {
            Some(owner) => {
                let recovery = self.event.issuer.is_council() && self.has_own_keys(owner);
                Reason::KeyOwner.unless(recovery, owner)
            }
            None => Reason::KeyOwner.unless(!self.event.issuer.is_council(), "council"),
        }
    }

    pub(super) fn key_rotated(&mut self, body: &KeyRotated) -> Result<(), Rejection> {
        self.signers.key_of(&body.old, &self.event.issuer)?;
        self.signers.newcomer(&body.new)?;
        self.signers.all_needed()
    }

    pub(super) fn key_revoked(&mut self, body: &KeyRevoked) -> Result<(), Rejection> {
        if self.event.issuer.is_council() {
            return self.key_revoked_by_council(body);
        }
        let record = self.state.parties().key(&body.key).ok_or_else(|| Reason::KeyUnknown.about(body.key))?;
        let (key, owner) = (body.key, &record.owner);
        Reason::KeyOtherOwner.unless(*owner == self.event.issuer, format_args!("{key} is {owner}'s"))?;
        let waiting = record.stage(self.state.size(), self.at) == KeyStage::Waiting;
        if waiting && body.cause == RevocationCause::Cancelled {
            self.signers.party(&self.event.issuer)?;
        } else if record.capacity == Capacity::Seat {
            self.signers.seat(&body.key)?;
        } else {
            self.signers.key_of(&body.key, &self.event.issuer)?;
        }
        self.signers.all_needed()?;
        let dated = body.invalid_from.is_some() || body.cause == RevocationCause::Compromised;
        Reason::KeyInvalidFrom.unless(!dated, body.key)
    }

    fn key_revoked_by_council(&mut self, body: &KeyRevoked) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let record = self.state.parties().key(&body.key).ok_or_else(|| Reason::KeyTarget.about(body.key))?;
        let stage = record.stage(self.state.size(), self.at);
        let Some(from) = body.invalid_from else {
            let leads_on = KeyStage::after(Some(stage), self.moves()).is_some();
            Reason::KeyTarget.unless(leads_on, body.key)?;
            let stolen = body.cause == RevocationCause::Compromised;
            return Reason::KeyOnly.unless(stolen || !self.acts_alone(&body.key, record), body.key);
        };
        let oldest = self.at.minus_ms(limits::COMPROMISE_DAYS as u64 * DAY_MS);
        let dated = (oldest..=self.at).contains(&from) && body.cause == RevocationCause::Compromised;
        Reason::KeyInvalidFrom.unless(dated, from)?;
        let says_more = record.counts(self.state.size(), from);
        Reason::KeyTarget.unless(says_more, body.key)
    }

    /// Whether no other key acts for a party, so that without this one nobody could cancel a recovery.
    fn acts_alone(&self, key: &PublicKey, record: &KeyRecord) -> bool {
        let size = self.state.size();
        let acts =
            |one: &KeyRecord| one.capacity == Capacity::Own && one.stage(size, self.at) == KeyStage::Live;
        let mut others = self.state.parties().keys_of(&record.owner).filter(|(other, _)| *other != key);
        acts(record) && !others.any(|(_, other)| acts(other))
    }

    /// What was signed with may do what cannot be undone: a key that the council brought in, and what
    /// that key adds, may not for a while.
    pub(super) fn check_unrestrained(&self) -> Result<(), Rejection> {
        let restrained = self
            .signers
            .records()
            .find(|(_, record)| record.restrained_until.is_some_and(|until| self.at < until));
        restrained.map_or(Ok(()), |(key, _)| Err(Reason::KeyRestrained.about(key)))
    }

    fn has_own_keys(&self, owner: &PartyId) -> bool {
        self.state.parties().keys_of(owner).any(|(_, record)| record.capacity == Capacity::Own)
    }
}
