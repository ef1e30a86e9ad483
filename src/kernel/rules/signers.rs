//! Which of the signatures an event needs, and whether their keys may act.

use std::collections::BTreeSet;

use super::{Reason, Rejection};
use crate::dsse::PublicKey;
use crate::event::{GroupId, Membership, PartyId};
use crate::score::{Capacity, KeyRecord};
use crate::state::State;
use crate::time::Timestamp;

/// The keys that signed an event, each marked once a rule has needed it.
pub(super) struct Signers<'a> {
    state: &'a State,
    at: Timestamp,
    keys: &'a [PublicKey],
    needed: Vec<PublicKey>,
}

impl<'a> Signers<'a> {
    pub(super) fn new(state: &'a State, at: Timestamp, keys: &'a [PublicKey]) -> Self {
        Self { state, at, keys, needed: Vec::with_capacity(keys.len()) }
    }

    /// A live key of `party` must have signed.
    pub(super) fn party(&mut self, party: &PartyId) -> Result<PublicKey, Rejection> {
        let mut refusal = None;
        for (key, record) in self.records() {
            if record.owner != *party || record.capacity != Capacity::Own {
                continue;
            }
            match self.live(key, record) {
                Ok(()) => {
                    self.needed.push(*key);
                    return Ok(*key);
                }
                Err(rejection) => refusal = Some(rejection),
            }
        }
        Err(refusal.unwrap_or_else(|| self.stranger(party)))
    }

    /// This very key of `party` must have signed, and be live.
    pub(super) fn key_of(&mut self, key: &PublicKey, party: &PartyId) -> Result<(), Rejection> {
        let record = self.state.parties().key(key).ok_or_else(|| Reason::KeyUnknown.about(key))?;
        let own = record.owner == *party && record.capacity == Capacity::Own;
        Reason::KeyOtherOwner.unless(own, format_args!("{key} is {}", owned(record)))?;
        self.live(key, record)?;
        self.present(key)
    }

    /// This live seat key must have signed.
    pub(super) fn seat(&mut self, key: &PublicKey) -> Result<(), Rejection> {
        let record = self.state.parties().key(key).ok_or_else(|| Reason::KeyUnknown.about(key))?;
        self.live(key, record)?;
        self.present(key)
    }

    /// A key that has no owner yet must have signed, and be fit to be enrolled.
    pub(super) fn newcomer(&mut self, key: &PublicKey) -> Result<(), Rejection> {
        // A weak key cannot sign, so its missing signature would say too little.
        key.check_admissible().map_err(|_| Reason::KeyWeak.about(key))?;
        self.present(key)?;
        let logs = self.state.ledger().is_some_and(|ledger| ledger.has_logged(key));
        Reason::KeyTaken.unless(!logs && self.state.parties().key(key).is_none(), key)
    }

    /// Council seats of distinct controller groups must have signed, at least `least` and the threshold.
    pub(super) fn council(&mut self, least: usize) -> Result<usize, Rejection> {
        let threshold = self.state.parties().threshold(self.state.size());
        self.council_without(&BTreeSet::new(), threshold.max(least))
    }

    /// So many seats of distinct controller groups other than these must have signed: signatures of
    /// those are not needed.
    pub(super) fn council_without(
        &mut self,
        recused: &BTreeSet<GroupId>,
        threshold: usize,
    ) -> Result<usize, Rejection> {
        let (state, size) = (self.state, self.state.size());
        let mut groups = BTreeSet::new();
        let mut refusal = None;
        for (key, record) in self.records() {
            if record.capacity != Capacity::Seat {
                continue;
            }
            match self.live(key, record) {
                Ok(()) => {
                    let group = state.parties().group(&record.owner, size);
                    if !recused.contains(&group) {
                        self.needed.push(*key);
                        groups.insert(group);
                    }
                }
                Err(rejection) => refusal = Some(rejection),
            }
        }
        if groups.len() >= threshold {
            return Ok(groups.len());
        }
        if groups.is_empty() {
            return Err(refusal.unwrap_or_else(|| self.stranger(&PartyId::council())));
        }
        Err(Reason::CouncilThreshold.about(format!("{} of {threshold} signatures", groups.len())))
    }

    /// A majority of a panel's seats must have signed, each with a key of its own; what one owner controls
    /// counts once.
    pub(super) fn panel(&mut self, members: &[PartyId], seats: usize) -> Result<(), Rejection> {
        let (state, size) = (self.state, self.state.size());
        let mut groups = BTreeSet::new();
        let mut refusal = None;
        for (key, record) in self.records() {
            if record.capacity != Capacity::Own || !members.contains(&record.owner) {
                continue;
            }
            match self.live(key, record) {
                Ok(()) => {
                    self.needed.push(*key);
                    groups.insert(state.parties().group(&record.owner, size));
                }
                Err(rejection) => refusal = Some(rejection),
            }
        }
        let majority = seats / 2 + 1;
        if groups.len() >= majority {
            return Ok(());
        }
        if groups.is_empty() {
            return Err(
                refusal.unwrap_or_else(|| self.stranger(members.first().unwrap_or(&PartyId::council())))
            );
        }
        Err(Reason::PanelMajority.about(format!("{} of {majority} signatures", groups.len())))
    }

    /// No signature may be left that nothing needed.
    pub(super) fn all_needed(&self) -> Result<(), Rejection> {
        match self.keys.iter().find(|key| !self.needed.contains(key)) {
            None => Ok(()),
            Some(key) if self.state.parties().key(key).is_none() => Err(Reason::KeyUnknown.about(key)),
            Some(key) => Err(Reason::SignatureUnneeded.about(key)),
        }
    }

    /// Whether `key` signed at all.
    pub(super) fn includes(&self, key: &PublicKey) -> bool {
        self.keys.contains(key)
    }

    /// The keys that signed and have an owner.
    pub(super) fn records(&self) -> impl Iterator<Item = (&'a PublicKey, &'a KeyRecord)> + use<'a> {
        let state = self.state;
        self.keys.iter().filter_map(move |key| Some((key, state.parties().key(key)?)))
    }

    /// This very key must have signed, whoever has it.
    pub(super) fn present(&mut self, key: &PublicKey) -> Result<(), Rejection> {
        Reason::SignatureMissing.unless(self.includes(key), format_args!("key {key}"))?;
        self.needed.push(*key);
        Ok(())
    }

    fn live(&self, key: &PublicKey, record: &KeyRecord) -> Result<(), Rejection> {
        Reason::KeyRevoked.unless(record.span.holds(self.state.size()), key)?;
        Reason::KeyNotLive.unless(record.live_from <= self.at, key)?;
        let member = self.state.parties().member(&record.owner, self.state.size());
        let acts = member.is_none_or(|member| member.membership == Membership::Active);
        Reason::MemberInactive.unless(acts, &record.owner)
    }

    /// Why none of the keys is one of `party`'s.
    fn stranger(&self, party: &PartyId) -> Rejection {
        let parties = self.state.parties();
        match self.keys.iter().find(|key| parties.key(key).is_none()) {
            Some(key) => Reason::KeyUnknown.about(key),
            None => {
                let signed: Vec<String> = self.records().map(|(_, record)| owned(record)).collect();
                let (signed, issuer) = (signed.join(", "), issuing(party));
                Reason::KeyOtherOwner.about(format!("no signature of {issuer}: the key is {signed}"))
            }
        }
    }
}

/// Whose a key is.
fn owned(record: &KeyRecord) -> String {
    match record.capacity {
        Capacity::Own => format!("{}'s", record.owner),
        Capacity::Seat => format!("a council seat's, held by {}", record.owner),
    }
}

/// Whose signature is wanted.
fn issuing(party: &PartyId) -> String {
    if party.is_council() { "a council seat".to_owned() } else { party.to_string() }
}
