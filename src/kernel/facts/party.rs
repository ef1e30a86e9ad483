//! What the parties are made of: numbers, members, seats, accreditations, keys.

use std::num::NonZero;

use serde::{Deserialize, Serialize};

use crate::collections::Span;
use crate::dsse::{EventId, PublicKey};
use crate::event::{ClassId, GroupId, MemberClass, Membership, PartyId, Role, TopicId};
use crate::time::{Date, Timestamp};

/// A party's number: its place in the order in which the log first spoke of parties.
///
/// Records hold it in place of the name, so that they stay small and a party is found at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartyNumber(pub(super) u32);

impl PartyNumber {
    /// The place as an index into a list of all parties.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// A key's number: its place in the order in which keys were first added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyNumber(NonZero<u32>);

impl KeyNumber {
    /// The number of the key at a place; none: more keys than are counted.
    pub(super) fn at(place: usize) -> Option<Self> {
        u32::try_from(place + 1).ok().and_then(NonZero::new).map(Self)
    }

    /// The place as an index into a list of all keys.
    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A controller group's number; two parties are in one group exactly when theirs are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GroupNumber {
    /// A group that somebody named.
    Named(u32),
    /// A party that is neither member nor subject, and so a group of its own.
    Alone(PartyNumber),
}

/// Where a party stands at one size.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its controller group.
    pub group: GroupNumber,
    /// What kind of party it is; none: neither active member nor subject.
    pub class: Option<PartyClass>,
    /// Its accreditation; none while it is not an active member.
    pub accreditation: Option<&'a Accreditation>,
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
    /// Whether it acts, and what it said weighs.
    pub membership: Membership,
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
    /// Until when it withdraws no contest: it was recovered, or added by a key that was.
    pub restrained_until: Option<Timestamp>,
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

impl Invalidity {
    /// Whether what was signed at `signed_at` is worth nothing, as known at `size`.
    pub fn covers(&self, size: u64, signed_at: Timestamp) -> bool {
        self.known_from_size <= size && self.from <= signed_at
    }
}

impl KeyRecord {
    /// Whether what it signed at `signed_at` counts, as known at `size`.
    pub fn counts(&self, size: u64, signed_at: Timestamp) -> bool {
        !self.invalid.iter().any(|one| one.covers(size, signed_at))
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
