//! Members, groups, keys, council seats and accreditations, each with the sizes at which they stood.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use super::{Span, StandsFor};
use crate::clock::{Date, Timestamp};
use crate::dsse::{EventId, PublicKey};
use crate::event::{ClassId, GroupId, MemberClass, PartyId, Role, SubjectId, TopicId};

/// Everybody who acts, as they stood over time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parties {
    members: OrdMap<PartyId, Arc<Vec<StandsFor<Member>>>>,
    subjects: OrdMap<SubjectId, Arc<Vec<StandsFor<GroupId>>>>,
    keys: OrdMap<PublicKey, Arc<KeyRecord>>,
    keys_of: OrdMap<PartyId, Arc<Vec<PublicKey>>>,
    council: Vec<StandsFor<SeatRecord>>,
    threshold: Vec<StandsFor<u8>>,
    accreditations: OrdMap<PartyId, Arc<Vec<StandsFor<Accreditation>>>>,
    accredited_by: OrdMap<EventId, PartyId>,
}

/// A member as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its kind.
    pub class: MemberClass,
    /// Who controls it.
    pub group: GroupId,
    /// The organisation's name.
    pub name: String,
    /// Its duties.
    pub roles: Vec<Role>,
}

/// A council seat as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatRecord {
    /// Its number, from 1.
    pub seat: u8,
    /// Who holds it.
    pub member: PartyId,
    /// The key that signs for it.
    pub key: PublicKey,
}

/// An accreditation as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accreditation {
    /// The event that granted it.
    pub event: EventId,
    /// The fields it covers.
    pub topics: Vec<TopicId>,
    /// The class whose weight the policy sets.
    pub class: ClassId,
    /// The last day on which the assessor may publish.
    pub valid_until: Option<Date>,
}

/// What a key signs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Capacity {
    /// Its owner's own acts.
    Own,
    /// A seat of the council.
    Seat,
}

/// A key, for ever its owner's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Whose it is.
    pub owner: PartyId,
    /// What it signs for.
    pub capacity: Capacity,
    /// The sizes at which it was live.
    pub span: Span,
    /// From when it may act; later than its adding for a recovered key.
    pub live_from: Timestamp,
    /// When it was added.
    pub added_at: Timestamp,
    /// The owner's key that added it, when one did.
    pub added_by: Option<PublicKey>,
    /// Whether the council brought it in for a lost one.
    pub recovery: bool,
    /// From when its signatures are worth nothing, as it came to be known.
    pub invalid: Vec<Invalidity>,
}

/// A finding that a key was in other hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidity {
    /// The size from which this is known.
    pub known_from_size: u64,
    /// The instant from which its signatures are worth nothing.
    pub from: Timestamp,
}

impl KeyRecord {
    /// Whether what it signed at `signed_at` counts, as known at `size`.
    pub fn counts(&self, size: u64, signed_at: Timestamp) -> bool {
        !self.invalid.iter().any(|one| one.known_from_size <= size && one.from <= signed_at)
    }
}

/// What kind of party an endorser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartyClass {
    /// A member of this class.
    Member(MemberClass),
    /// An influencer.
    Subject,
}

impl Parties {
    /// The member as it stood at `size`.
    pub fn member(&self, party: &PartyId, size: u64) -> Option<&Member> {
        let standings = self.members.get(party)?;
        standings.iter().find(|one| one.span.holds(size)).map(|one| &*one.record)
    }

    /// Every member that ever was, in order of name, with how it stood over time.
    pub fn members(&self) -> impl Iterator<Item = (&PartyId, &[StandsFor<Member>])> {
        self.members.iter().map(|(party, standings)| (party, standings.as_slice()))
    }

    /// Whether the name was ever a member's.
    pub fn was_member(&self, party: &PartyId) -> bool {
        self.members.contains_key(party)
    }

    /// The controller group of a party at `size`; a party that is no member is a group of its own.
    pub fn group(&self, party: &PartyId, size: u64) -> GroupId {
        if let Some(member) = self.member(party, size) {
            return member.group.clone();
        }
        let subject = party.as_subject().and_then(|subject| self.subjects.get(&subject));
        let standing = subject.and_then(|all| all.iter().rev().find(|one| one.span.from_size <= size));
        standing.map_or_else(|| GroupId::alone(party), |one| (*one.record).clone())
    }

    /// What kind of party this is at `size`.
    pub fn class(&self, party: &PartyId, size: u64) -> Option<PartyClass> {
        if let Some(member) = self.member(party, size) {
            return Some(PartyClass::Member(member.class));
        }
        let standings = self.subjects.get(&party.as_subject()?)?;
        standings.iter().any(|one| one.span.holds(size)).then_some(PartyClass::Subject)
    }

    /// The record of a key.
    pub fn key(&self, key: &PublicKey) -> Option<&KeyRecord> {
        self.keys.get(key).map(|record| &**record)
    }

    /// Every key a party ever had, in the order added.
    pub fn keys_of(&self, party: &PartyId) -> impl Iterator<Item = (&PublicKey, &KeyRecord)> {
        let keys = self.keys_of.get(party).map_or(&[][..], |keys| keys.as_slice());
        keys.iter().filter_map(|key| Some((key, self.key(key)?)))
    }

    /// Whether a signature by `key` at `signed_at` counts, as known at `size`.
    pub fn signature_counts(&self, key: &PublicKey, size: u64, signed_at: Timestamp) -> bool {
        self.key(key).is_some_and(|record| record.counts(size, signed_at))
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
        let standings = self.accreditations.get(assessor)?;
        standings.iter().find(|one| one.span.holds(size)).map(|one| &*one.record)
    }

    /// Every accreditation a member ever had.
    pub fn accreditations_of(&self, assessor: &PartyId) -> &[StandsFor<Accreditation>] {
        self.accreditations.get(assessor).map_or(&[], |all| all.as_slice())
    }

    /// Whom the accreditation made by `event` was granted to.
    pub fn accredited_by(&self, event: &EventId) -> Option<&PartyId> {
        self.accredited_by.get(event)
    }
}

/// What events change.
impl Parties {
    /// Sets how a member stands from the entry at `seq` on.
    pub fn set_member(&mut self, seq: u64, party: &PartyId, member: Member) {
        let standings = Arc::make_mut(self.members.entry(party.clone()).or_default());
        replace(standings, seq, member);
    }

    /// Sets a subject's group; none: it departs.
    pub fn set_subject_group(&mut self, seq: u64, subject: SubjectId, group: Option<GroupId>) {
        let standings = Arc::make_mut(self.subjects.entry(subject).or_default());
        match group {
            Some(group) => replace(standings, seq, group),
            None => standings.iter_mut().for_each(|one| one.span.close_by(seq)),
        }
    }

    /// Adds a key; it is its owner's for ever.
    pub fn add_key(&mut self, key: PublicKey, record: KeyRecord) {
        Arc::make_mut(self.keys_of.entry(record.owner.clone()).or_default()).push(key);
        self.keys.insert(key, Arc::new(record));
    }

    /// Ends a key from the entry at `seq` on.
    pub fn end_key(&mut self, seq: u64, key: &PublicKey) {
        if let Some(record) = self.keys.get_mut(key) {
            Arc::make_mut(record).span.close_by(seq);
        }
    }

    /// Makes a key's signatures from `from` on worth nothing, and those of every key it added since.
    pub fn invalidate_key(&mut self, seq: u64, key: &PublicKey, from: Timestamp) {
        let mut pending = vec![(*key, from)];
        while let Some((key, from)) = pending.pop() {
            let Some(record) = self.keys.get_mut(&key) else { continue };
            let record = Arc::make_mut(record);
            if record.invalid.iter().any(|one| one.from <= from) {
                continue;
            }
            record.invalid.push(Invalidity { known_from_size: seq + 1, from });
            record.span.close_by(seq);
            let owner = record.owner.clone();
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
        let standings = Arc::make_mut(self.accreditations.entry(assessor.clone()).or_default());
        replace(standings, seq, accreditation);
    }

    /// Ends an assessor's accreditation.
    pub fn end_accreditation(&mut self, seq: u64, assessor: &PartyId) {
        if let Some(standings) = self.accreditations.get_mut(assessor) {
            Arc::make_mut(standings).iter_mut().for_each(|one| one.span.close_by(seq));
        }
    }
}

fn replace<T>(standings: &mut Vec<StandsFor<T>>, seq: u64, record: T) {
    standings.iter_mut().for_each(|one| one.span.close_by(seq));
    standings.push(StandsFor::opened_by(seq, record));
}
