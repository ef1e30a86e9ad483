//! Which of the signatures an event needs, and whether their keys may act.

use std::collections::BTreeSet;

use super::draft::Missing;
use super::{Reason, Rejection};
use crate::dsse::PublicKey;
use crate::event::{GroupId, Membership, PartyId};
use crate::facts::{Capacity, KeyRecord};
use crate::limits;
use crate::state::State;
use crate::time::Timestamp;

/// The keys that signed an event, each marked once a rule has needed it.
pub(super) struct Signers<'a> {
    state: &'a State,
    at: Timestamp,
    keys: &'a [PublicKey],
    needed: Vec<PublicKey>,
    /// What is missing so far, where that is let pass; none where it is refused.
    missing: Option<Vec<Missing>>,
    /// Whether a signature was found that nothing needed.
    stray: bool,
}

impl<'a> Signers<'a> {
    pub(super) fn new(state: &'a State, at: Timestamp, keys: &'a [PublicKey]) -> Self {
        Self { state, at, keys, needed: Vec::with_capacity(keys.len()), missing: None, stray: false }
    }

    /// The same, which takes what is missing for given and notes it.
    pub(super) fn patient(self) -> Self {
        Self { missing: Some(Vec::new()), ..self }
    }

    /// Whether what is missing passes.
    pub(super) fn is_patient(&self) -> bool {
        self.missing.is_some()
    }

    /// What was missing and let pass.
    pub(super) fn into_missing(self) -> Vec<Missing> {
        self.missing.unwrap_or_default()
    }

    /// Lets it pass that something is missing, where that is done, or refuses it.
    fn lacks(&mut self, missing: Missing, or: Rejection) -> Result<(), Rejection> {
        match &mut self.missing {
            Some(noted) => {
                // A rule that asks for more seats than one before it says all of it.
                noted.retain(|one| {
                    *one != missing
                        && !matches!((one, &missing), (Missing::Seats { .. }, Missing::Seats { .. }))
                });
                noted.push(missing);
                Ok(())
            }
            None => Err(or),
        }
    }

    /// A live key of `party` must have signed.
    pub(super) fn party(&mut self, party: &PartyId) -> Result<(), Rejection> {
        let mut refusal = None;
        for (key, record) in self.records() {
            if record.owner != *party || record.capacity != Capacity::Own {
                continue;
            }
            match self.live(key, record) {
                Ok(()) => {
                    self.needed.push(*key);
                    return Ok(());
                }
                Err(rejection) => refusal = Some(rejection),
            }
        }
        match refusal {
            Some(refusal) => Err(refusal),
            None => self.lacks(Missing::Party(party.clone()), self.stranger(party)),
        }
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
        let why = match groups.is_empty() {
            true => match refusal {
                Some(refusal) => return Err(refusal),
                None => self.stranger(&PartyId::council()),
            },
            false => Reason::CouncilThreshold.about(format!("{} of {threshold} signatures", groups.len())),
        };
        self.lacks_seats(recused, groups, threshold, why)
    }

    /// Lets it pass that so many groups have too few seats, where the others could still sign.
    fn lacks_seats(
        &mut self,
        recused: &BTreeSet<GroupId>,
        mut signed: BTreeSet<GroupId>,
        threshold: usize,
        or: Rejection,
    ) -> Result<usize, Rejection> {
        let (parties, size, more) = (self.state.parties(), self.state.size(), threshold - signed.len());
        let acts = |key: &PublicKey| parties.key(key).is_some_and(|record| self.live(key, record).is_ok());
        let mut of = Vec::new();
        for seat in parties.council(size).filter(|seat| acts(&seat.key)) {
            let group = parties.group(&seat.member, size);
            if !recused.contains(&group) && signed.insert(group) {
                of.push(seat.seat);
            }
        }
        if of.len() < more {
            return Err(or);
        }
        self.lacks(Missing::Seats { more, of }, or)?;
        Ok(signed.len())
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
        let why = match groups.is_empty() {
            true => match refusal {
                Some(refusal) => return Err(refusal),
                None => self.stranger(members.first().unwrap_or(&PartyId::council())),
            },
            false => Reason::PanelMajority.about(format!("{} of {majority} signatures", groups.len())),
        };
        let left = members.iter().filter(|member| !groups.contains(&state.parties().group(member, size)));
        self.lacks(Missing::Panel { more: majority - groups.len(), of: left.cloned().collect() }, why)
    }

    /// Whether, once all rules about signatures were judged, one is left that nothing needed.
    pub(super) fn has_stray(&self) -> bool {
        self.stray
    }

    /// No signature may be left that nothing needed.
    pub(super) fn all_needed(&mut self) -> Result<(), Rejection> {
        let stray = self.keys.iter().find(|key| !self.needed.contains(key));
        self.stray = stray.is_some();
        match stray {
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
        if self.includes(key) {
            self.needed.push(*key);
            return Ok(());
        }
        self.lacks(Missing::Key(*key), Reason::SignatureMissing.about(format_args!("key {key}")))
    }

    fn live(&self, key: &PublicKey, record: &KeyRecord) -> Result<(), Rejection> {
        if !record.span.holds(self.state.size()) {
            return Err(Reason::KeyRevoked.about(self.ended(key, record)));
        }
        Reason::KeyNotLive.unless(record.live_from <= self.at, key)?;
        let member = self.state.parties().member(&record.owner, self.state.size());
        let acts = member.is_none_or(|member| member.membership == Membership::Active);
        Reason::MemberInactive.unless(acts, &record.owner)
    }

    /// The key that has ended, and where none of its owner's is left, what leads on.
    fn ended(&self, key: &PublicKey, record: &KeyRecord) -> String {
        let (owner, size) = (&record.owner, self.state.size());
        let mut own = self.state.parties().keys_of(owner).filter(|(_, one)| one.capacity == Capacity::Own);
        let gone = self.state.parties().member(owner, size);
        let gone = gone.is_some_and(|member| member.membership == Membership::Removed);
        if gone || own.any(|(_, one)| one.span.holds(size)) {
            return key.to_string();
        }
        format!(
            "{key}; no key of {owner} is live: the council recovers one (`tinnhiem key add --issuer council --owner {owner}`), \
             which acts {} days later",
            limits::RECOVERY_DAYS
        )
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
