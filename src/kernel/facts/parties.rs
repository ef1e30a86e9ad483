//! Members, groups, keys, council seats and accreditations, each with the sizes at which they stood.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::called::Called;
use super::party::{
    Accreditation, GroupNumber, Invalidity, KeyRecord, Member, PartyClass, PartyNumber, Place, SeatRecord,
};
use crate::collections::{Listable, Listed, Span};
use crate::compact;
use crate::dsse::{EventId, PublicKey};
use crate::event::{GroupId, Membership, PartyId, SubjectId};
use crate::facts::{KeyNumber, StandsFor};
use crate::time::Timestamp;
use imbl::OrdMap;

/// Everybody who acts, as they stood over time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Parties {
    parties: Listed<Arc<Party>>,
    #[serde(skip_serializing)]
    members: OrdMap<PartyId, PartyNumber>,
    /// Members that were not removed, by name.
    #[serde(skip_serializing)]
    called: Called,
    groups: Listed<GroupId>,
    keys: Listed<Key>,
    /// The keys that were ever in other hands: few, and asked for at every score.
    #[serde(skip_serializing)]
    compromised: OrdMap<KeyNumber, Vec<Invalidity>>,
    council: Vec<StandsFor<SeatRecord>>,
    threshold: Vec<StandsFor<u8>>,
    #[serde(with = "compact::map")]
    accredited_by: OrdMap<EventId, PartyId>,
}

/// What is written of the parties; the rest follows from it.
#[derive(Deserialize)]
struct Stored {
    parties: Listed<Arc<Party>>,
    groups: Listed<GroupId>,
    keys: Listed<Key>,
    council: Vec<StandsFor<SeatRecord>>,
    threshold: Vec<StandsFor<u8>>,
    #[serde(with = "compact::map")]
    accredited_by: OrdMap<EventId, PartyId>,
}

impl From<Stored> for Parties {
    fn from(Stored { parties, groups, keys, council, threshold, accredited_by }: Stored) -> Self {
        let numbered = (0..).map(PartyNumber).zip(parties.rows());
        let members = numbered.filter(|(_, party)| !party.member.is_empty());
        let members: OrdMap<_, _> = members.map(|(number, party)| (party.name.clone(), number)).collect();
        let mut called = Called::default();
        (0..).map(PartyNumber).zip(parties.rows()).for_each(|(number, party)| {
            party.called_now().into_iter().for_each(|name| called.insert(name, number));
        });
        let invalid = (0..).zip(keys.rows()).filter(|(_, Key(_, record))| !record.invalid.is_empty());
        let compromised = invalid
            .filter_map(|(place, Key(_, record))| Some((KeyNumber::at(place)?, record.invalid.clone())))
            .collect();
        Self { parties, members, called, groups, keys, compromised, council, threshold, accredited_by }
    }
}

/// One party, as it stood over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Party {
    name: PartyId,
    member: Vec<(StandsFor<Member>, GroupNumber)>,
    subject: Vec<(Span, GroupNumber)>,
    accreditations: Vec<StandsFor<Accreditation>>,
    keys: Vec<PublicKey>,
}

/// A key and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key(PublicKey, Arc<KeyRecord>);

impl Listable for Party {
    type Name = PartyId;

    fn name(&self) -> &PartyId {
        &self.name
    }
}

impl Listable for Key {
    type Name = PublicKey;

    fn name(&self) -> &PublicKey {
        &self.0
    }
}

impl Party {
    fn new(name: PartyId) -> Self {
        Self { name, member: Vec::new(), subject: Vec::new(), accreditations: Vec::new(), keys: Vec::new() }
    }

    fn member(&self, size: u64) -> Option<&(StandsFor<Member>, GroupNumber)> {
        self.member.iter().find(|(one, _)| one.span.holds(size))
    }

    /// Its group as a member, else as a subject; a subject that has left keeps the group it had.
    fn group(&self, size: u64) -> Option<GroupNumber> {
        let as_member = self.member(size).map(|(_, group)| *group);
        let known = |(span, _): &&(Span, GroupNumber)| span.from_size <= size;
        as_member.or_else(|| self.subject.iter().rev().find(known).map(|(_, group)| *group))
    }

    /// Under which name it is known now; none: no member, or a removed one.
    fn called_now(&self) -> Option<&str> {
        let (now, _) = self.member.last()?;
        (now.record.membership != Membership::Removed).then_some(&*now.record.name)
    }

    fn class(&self, size: u64) -> Option<PartyClass> {
        if let Some((member, _)) = self.member(size) {
            let active = member.record.membership == Membership::Active;
            return active.then_some(PartyClass::Member(member.record.class));
        }
        self.subject.iter().any(|(span, _)| span.holds(size)).then_some(PartyClass::Subject)
    }

    fn accreditation(&self, size: u64) -> Option<&Accreditation> {
        self.accreditations.iter().find(|one| one.span.holds(size)).map(|one| &*one.record)
    }
}

/// What is known of a party, shared with the parties it was taken from: another once anything changes.
#[derive(Debug, Clone)]
pub struct PartyMark {
    party: Arc<Party>,
    keys: Vec<Arc<KeyRecord>>,
}

impl PartyMark {
    /// Whether nothing has changed between two marks of a party.
    pub fn is_of(&self, other: &Self) -> bool {
        let mut keys = self.keys.iter().zip(&other.keys);
        let same_keys = self.keys.len() == other.keys.len() && keys.all(|(one, key)| Arc::ptr_eq(one, key));
        same_keys && Arc::ptr_eq(&self.party, &other.party)
    }

    /// Whether anything of it has come or ended after `size`.
    pub fn has_changed_after(&self, size: u64) -> bool {
        let Party { member, subject, accreditations, .. } = &*self.party;
        let spans = member.iter().map(|(one, _)| one.span).chain(subject.iter().map(|(span, _)| *span));
        let spans = spans.chain(accreditations.iter().map(|one| one.span));
        let mut spans = spans.chain(self.keys.iter().map(|key| key.span));
        let late = |from: u64| size < from;
        let found = self.keys.iter().flat_map(|key| &key.invalid).any(|one| late(one.known_from_size));
        found || spans.any(|span| late(span.from_size) || span.to_size.is_some_and(late))
    }
}

/// Who is who.
impl Parties {
    /// The number of a party that the log has spoken of.
    pub fn number(&self, party: &PartyId) -> Option<PartyNumber> {
        self.parties.place(party).map(|place| PartyNumber(place as u32))
    }

    /// The name of a party.
    ///
    /// # Panics
    /// When the number is not one of these parties'.
    pub fn name(&self, number: PartyNumber) -> &PartyId {
        &self.numbered(number).name
    }

    /// Where a party stands at `size`.
    pub fn place(&self, number: PartyNumber, size: u64) -> Place<'_> {
        let party = self.numbered(number);
        let class = party.class(size);
        Place {
            group: party.group(size).unwrap_or(GroupNumber::Alone(number)),
            class,
            accreditation: class.and_then(|_| party.accreditation(size)),
        }
    }

    /// Whether everything that is named by number is there, and a party of each of these numbers.
    pub fn are_whole(&self, mut numbers: impl Iterator<Item = PartyNumber>) -> bool {
        let known = |number: PartyNumber| number.place() < self.parties.len();
        let named = |group: GroupNumber| match group {
            GroupNumber::Named(number) => (number as usize) < self.groups.len(),
            GroupNumber::Alone(party) => known(party),
        };
        let mut groups = self.parties.rows().iter().flat_map(|party| {
            let as_member = party.member.iter().map(|(_, group)| *group);
            as_member.chain(party.subject.iter().map(|(_, group)| *group))
        });
        numbers.all(known) && groups.all(named)
    }

    fn numbered(&self, number: PartyNumber) -> &Party {
        self.parties.get(number.0 as usize).expect("a party's number is its place among the parties")
    }

    fn party(&self, party: &PartyId) -> Option<&Party> {
        self.number(party).map(|number| self.numbered(number))
    }
}

/// What is known of each.
impl Parties {
    /// The member as it stood at `size`.
    pub fn member(&self, party: &PartyId, size: u64) -> Option<&Member> {
        self.party(party)?.member(size).map(|(member, _)| &*member.record)
    }

    /// Every party that the log has spoken of, by number, with a mark of what is known of it.
    pub fn marks(&self) -> impl Iterator<Item = (&PartyId, PartyMark)> {
        self.parties.rows().iter().map(|party| {
            let keys = party.keys.iter().filter_map(|key| self.keys.get(self.keys.place(key)?));
            let mark =
                PartyMark { party: party.clone(), keys: keys.map(|Key(_, record)| record.clone()).collect() };
            (&party.name, mark)
        })
    }

    /// A party as the member that it was over time.
    pub fn memberships_of(&self, party: &PartyId) -> impl Iterator<Item = &StandsFor<Member>> {
        self.party(party).into_iter().flat_map(|party| &party.member).map(|(member, _)| member)
    }

    /// The controller groups of a subject over time, but for when it had left.
    pub fn subject_groups_of(&self, party: &PartyId) -> impl Iterator<Item = (Span, &GroupId)> {
        let named = |number| match number {
            GroupNumber::Named(number) => self.groups.get(number as usize),
            GroupNumber::Alone(_) => None,
        };
        let groups = self.party(party).into_iter().flat_map(|party| &party.subject);
        groups.filter_map(move |(span, group)| Some((*span, named(*group)?)))
    }

    /// Every member that ever was, in order of name.
    pub fn members(&self) -> impl Iterator<Item = &PartyId> {
        self.members.keys()
    }

    /// The member that was not removed and whose name folds to this.
    pub fn called(&self, folded: &str) -> Option<&PartyId> {
        self.called.folded(folded).map(|number| self.name(number))
    }

    /// The member that was not removed and whose name has one of these skeletons.
    pub fn seen_as(&self, skeletons: &[String]) -> Option<&PartyId> {
        self.called.seen_as(skeletons).map(|number| self.name(number))
    }

    /// Whether the name was ever a member's.
    pub fn was_member(&self, party: &PartyId) -> bool {
        self.members.contains_key(party)
    }

    /// The controller group of a party at `size`; a party that is neither member nor subject is a
    /// group of its own.
    pub fn group(&self, party: &PartyId, size: u64) -> GroupId {
        match self.party(party).and_then(|party| party.group(size)) {
            Some(GroupNumber::Named(number)) => {
                self.groups.get(number as usize).expect("a group's number is its place among them").clone()
            }
            _ => GroupId::alone(party),
        }
    }

    /// What kind of party this is at `size`; none: neither active member nor subject.
    pub fn class(&self, party: &PartyId, size: u64) -> Option<PartyClass> {
        self.party(party)?.class(size)
    }

    /// The record of a key.
    pub fn key(&self, key: &PublicKey) -> Option<&KeyRecord> {
        self.keys.place(key).and_then(|place| self.keys.get(place)).map(|Key(_, record)| &**record)
    }

    /// The number of a key that the log has spoken of.
    pub fn key_number(&self, key: &PublicKey) -> Option<KeyNumber> {
        self.keys.place(key).and_then(KeyNumber::at)
    }

    /// The key of a number.
    pub fn numbered_key(&self, number: KeyNumber) -> Option<&PublicKey> {
        self.keys.get(number.place()).map(|Key(key, _)| key)
    }

    /// Every key a party ever had, in the order added.
    pub fn keys_of(&self, party: &PartyId) -> impl Iterator<Item = (&PublicKey, &KeyRecord)> {
        let keys = self.party(party).map_or(&[][..], |party| party.keys.as_slice());
        keys.iter().filter_map(|key| Some((key, self.key(key)?)))
    }

    /// Whether a signature by `key` at `signed_at` counts, as known at `size`.
    ///
    /// Whether the key was its signer's at all was for the rules to judge.
    pub fn signature_counts(&self, key: KeyNumber, size: u64, signed_at: Timestamp) -> bool {
        self.finding(key, size, signed_at).is_none()
    }

    /// The first finding, known at `size`, by which a signature by `key` at `signed_at` is worth nothing.
    pub fn finding(&self, key: KeyNumber, size: u64, signed_at: Timestamp) -> Option<&Invalidity> {
        let findings = self.compromised.get(&key).map_or(&[][..], |all| all);
        findings.iter().find(|one| one.covers(size, signed_at))
    }

    /// The council's seats at `size`.
    pub fn council(&self, size: u64) -> impl Iterator<Item = &SeatRecord> {
        self.council.iter().filter(move |one| one.span.holds(size)).map(|one| &*one.record)
    }

    /// How many seats of distinct groups must sign at `size`.
    pub fn threshold(&self, size: u64) -> usize {
        let standing = self.threshold.iter().find(|one| one.span.holds(size));
        standing.map_or(usize::MAX, |one| usize::from(*one.record))
    }

    /// The assessor's accreditation at `size`.
    pub fn accreditation(&self, assessor: &PartyId, size: u64) -> Option<&Accreditation> {
        self.party(assessor)?.accreditation(size)
    }

    /// Every accreditation a member ever had.
    pub fn accreditations_of(&self, assessor: &PartyId) -> &[StandsFor<Accreditation>] {
        self.party(assessor).map_or(&[], |party| party.accreditations.as_slice())
    }

    /// Whom the accreditation made by `event` was granted to.
    pub fn accredited_by(&self, event: &EventId) -> Option<&PartyId> {
        self.accredited_by.get(event)
    }
}

/// What events change.
impl Parties {
    /// The number of a party, which it gets here if it has none yet.
    pub fn enlist(&mut self, party: &PartyId) -> PartyNumber {
        PartyNumber(self.parties.place_or_add(party, || Arc::new(Party::new(party.clone()))) as u32)
    }

    fn party_mut(&mut self, party: &PartyId) -> &mut Party {
        let number = self.enlist(party);
        let party = self.parties.get_mut(number.0 as usize);
        Arc::make_mut(party.expect("a party's number is its place among the parties"))
    }

    fn name_group(&mut self, group: &GroupId) -> GroupNumber {
        GroupNumber::Named(self.groups.place_or_add(group, || group.clone()) as u32)
    }

    /// Sets how a member stands from the entry at `seq` on.
    pub fn set_member(&mut self, seq: u64, party: &PartyId, member: Member) {
        let group = self.name_group(&member.group);
        let number = self.enlist(party);
        if let Some(before) = self.numbered(number).called_now().map(str::to_owned) {
            self.called.remove(&before);
        }
        let standings = &mut self.party_mut(party).member;
        standings.iter_mut().for_each(|(one, _)| one.span.close_by(seq));
        standings.push((StandsFor::opened_by(seq, member), group));
        if let Some(now) = self.numbered(number).called_now().map(str::to_owned) {
            self.called.insert(&now, number);
        }
        self.members.insert(party.clone(), number);
    }

    /// Sets a subject's group; none: it departs.
    pub fn set_subject_group(&mut self, seq: u64, subject: SubjectId, group: Option<GroupId>) {
        let group = group.map(|group| self.name_group(&group));
        let standings = &mut self.party_mut(&subject.into()).subject;
        standings.iter_mut().for_each(|(span, _)| span.close_by(seq));
        standings.extend(group.map(|group| (Span::opened_by(seq), group)));
    }

    /// Adds a key; it is its owner's for ever.
    pub fn add_key(&mut self, key: PublicKey, record: KeyRecord) {
        self.party_mut(&record.owner).keys.push(key);
        let record = Arc::new(record);
        let place = self.keys.place_or_add(&key, || Key(key, record.clone()));
        if let Some(number) = KeyNumber::at(place).filter(|_| !record.invalid.is_empty()) {
            self.compromised.insert(number, record.invalid.clone());
        }
        if let Some(Key(_, known)) = self.keys.get_mut(place) {
            *known = record;
        }
    }

    fn key_mut(&mut self, number: KeyNumber) -> Option<&mut KeyRecord> {
        self.keys.get_mut(number.place()).map(|Key(_, record)| Arc::make_mut(record))
    }

    /// Ends a key from the entry at `seq` on; whether it is known.
    pub fn end_key(&mut self, seq: u64, key: &PublicKey) -> bool {
        let record = self.key_number(key).and_then(|number| self.key_mut(number));
        record.map(|record| record.span.close_by(seq)).is_some()
    }

    /// Makes a key's signatures from `from` on worth nothing, and those of every key it added since.
    pub fn invalidate_key(&mut self, seq: u64, key: &PublicKey, from: Timestamp) {
        let mut pending = vec![(*key, from)];
        while let Some((key, from)) = pending.pop() {
            let Some(number) = self.key_number(&key) else { continue };
            let Some(changed) = self.key_mut(number) else { continue };
            if changed.invalid.iter().any(|one| one.from <= from) {
                continue;
            }
            changed.invalid.push(Invalidity { known_from_size: seq + 1, from });
            changed.span.close_by(seq);
            let (owner, invalid) = (changed.owner.clone(), changed.invalid.clone());
            self.compromised.insert(number, invalid);
            pending.extend(
                self.keys_of(&owner)
                    .filter(|(_, other)| other.added_by == Some(key) && other.added_at >= from)
                    .map(|(other, record)| (*other, record.added_at)),
            );
        }
    }

    /// Seats a council.
    pub fn set_council(&mut self, seq: u64, seats: Vec<SeatRecord>, threshold: u8) {
        self.council.iter_mut().for_each(|one| one.span.close_by(seq));
        self.council.extend(seats.into_iter().map(|seat| StandsFor::opened_by(seq, seat)));
        replace(&mut self.threshold, seq, threshold);
    }

    /// Grants an accreditation in place of an earlier one.
    pub fn accredit(&mut self, seq: u64, assessor: &PartyId, accreditation: Accreditation) {
        self.accredited_by.insert(accreditation.event, assessor.clone());
        replace(&mut self.party_mut(assessor).accreditations, seq, accreditation);
    }

    /// Ends an assessor's accreditation.
    pub fn end_accreditation(&mut self, seq: u64, assessor: &PartyId) {
        let standings = &mut self.party_mut(assessor).accreditations;
        standings.iter_mut().for_each(|one| one.span.close_by(seq));
    }
}

fn replace<T>(standings: &mut Vec<StandsFor<T>>, seq: u64, record: T) {
    standings.iter_mut().for_each(|one| one.span.close_by(seq));
    standings.push(StandsFor::opened_by(seq, record));
}
