//! A party as `dossier/1` writes it: member or subject, accreditations and keys, with their intervals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::dossier::Unfit;
use crate::collections::Span;
use crate::dsse::{EventId, PublicKey};
use crate::event::{ClassId, GroupId, MemberClass, Membership, PartyId, Role, TopicId};
use crate::facts::{Accreditation, Capacity, Invalidity, KeyRecord, Member, Parties};
use crate::time::{Date, Timestamp};

/// A party at a size: all that ever was of it, each part with the sizes `[from_size, to_size)` at which
/// it stood; null: it still does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyDocument {
    /// Its accreditations as an assessor, in the order granted.
    accreditations: Vec<AccreditationLine>,
    /// Its keys, in the order added.
    keys: Vec<KeyLine>,
    /// How it stood as a member, in that order.
    member: Vec<MemberLine>,
    /// A member's slug or a subject's id.
    pub party: PartyId,
    /// Its controller groups as a subject.
    subject: Vec<SubjectLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AccreditationLine {
    class: ClassId,
    event: EventId,
    from_size: u64,
    to_size: Option<u64>,
    topics: Vec<TopicId>,
    valid_until: Option<Date>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyLine {
    from_size: u64,
    /// When it came to be known that it was in other hands, and since when.
    invalid: Vec<InvalidLine>,
    key: PublicKey,
    /// From when it may act.
    live_from: Timestamp,
    /// Whether it signs for a seat of the council, and for nothing else.
    seat: bool,
    to_size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvalidLine {
    from: Timestamp,
    known_from_size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberLine {
    class: MemberClass,
    from_size: u64,
    group: GroupId,
    name: String,
    roles: Vec<Role>,
    standing: Standing,
    to_size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Active,
    Suspended,
    Removed,
}

impl From<Membership> for Standing {
    fn from(membership: Membership) -> Self {
        match membership {
            Membership::Active => Self::Active,
            Membership::Suspended => Self::Suspended,
            Membership::Removed => Self::Removed,
        }
    }
}

impl From<Standing> for Membership {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Suspended => Self::Suspended,
            Standing::Removed => Self::Removed,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SubjectLine {
    from_size: u64,
    group: GroupId,
    to_size: Option<u64>,
}

/// Where a span had begun at `size`, and where it had ended by then.
fn seen(span: &Span, size: u64) -> Option<(u64, Option<u64>)> {
    (span.from_size <= size).then(|| (span.from_size, span.to_size.filter(|to| *to <= size)))
}

impl PartyDocument {
    /// A party as it stood at `size`; none where there was nothing of it yet.
    pub fn of(party: &PartyId, parties: &Parties, size: u64) -> Option<Self> {
        let accreditations = parties.accreditations_of(party).iter().filter_map(|one| {
            let ((from_size, to_size), record) = (seen(&one.span, size)?, &one.record);
            Some(AccreditationLine {
                class: record.class.clone(),
                event: record.event,
                from_size,
                to_size,
                topics: record.topics.clone(),
                valid_until: record.valid_until,
            })
        });
        let keys = parties.keys_of(party).filter_map(|(key, record)| {
            let (from_size, to_size) = seen(&record.span, size)?;
            let known = record.invalid.iter().filter(|one| one.known_from_size <= size);
            let line =
                |one: &Invalidity| InvalidLine { from: one.from, known_from_size: one.known_from_size };
            Some(KeyLine {
                from_size,
                invalid: known.map(line).collect(),
                key: *key,
                live_from: record.live_from,
                seat: record.capacity == Capacity::Seat,
                to_size,
            })
        });
        let member = parties.memberships_of(party).filter_map(|one| {
            let ((from_size, to_size), record) = (seen(&one.span, size)?, &one.record);
            Some(MemberLine {
                class: record.class,
                from_size,
                group: record.group.clone(),
                name: record.name.clone(),
                roles: record.roles.clone(),
                standing: record.membership.into(),
                to_size,
            })
        });
        let subject = parties.subject_groups_of(party).filter_map(|(span, group)| {
            let (from_size, to_size) = seen(&span, size)?;
            Some(SubjectLine { from_size, group: group.clone(), to_size })
        });
        let document = Self {
            accreditations: accreditations.collect(),
            keys: keys.collect(),
            member: member.collect(),
            party: party.clone(),
            subject: subject.collect(),
        };
        let Self { accreditations, keys, member, subject, .. } = &document;
        let empty = accreditations.is_empty() && keys.is_empty() && member.is_empty() && subject.is_empty();
        (!empty).then_some(document)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// Puts the party among others.
    ///
    /// # Errors
    /// What cannot be, in a document that no ledger wrote.
    pub(super) fn put_into(&self, parties: &mut Parties) -> Result<(), Unfit> {
        let seq = |size: u64| size.checked_sub(1).ok_or("nothing stands at size 0");
        for one in &self.member {
            let member = Member {
                class: one.class,
                group: one.group.clone(),
                name: one.name.clone(),
                roles: one.roles.clone(),
                membership: one.standing.into(),
            };
            parties.set_member(seq(one.from_size)?, &self.party, member);
        }
        for one in &self.subject {
            let subject = self.party.as_subject().ok_or("a subject's id names no subject")?;
            parties.set_subject_group(seq(one.from_size)?, subject, Some(one.group.clone()));
            if let Some(to) = one.to_size {
                parties.set_subject_group(seq(to)?, subject, None);
            }
        }
        for one in &self.accreditations {
            let (topics, class) = (one.topics.clone(), one.class.clone());
            let granted = Accreditation { event: one.event, topics, class, valid_until: one.valid_until };
            parties.accredit(seq(one.from_size)?, &self.party, granted);
            if let Some(to) = one.to_size {
                parties.end_accreditation(seq(to)?, &self.party);
            }
        }
        for one in &self.keys {
            parties.add_key(one.key, one.read(&self.party));
        }
        Ok(())
    }
}

impl KeyLine {
    fn read(&self, owner: &PartyId) -> KeyRecord {
        let invalid = self.invalid.iter();
        let read = |one: &InvalidLine| Invalidity { known_from_size: one.known_from_size, from: one.from };
        KeyRecord {
            owner: owner.clone(),
            capacity: if self.seat { Capacity::Seat } else { Capacity::Own },
            span: Span { from_size: self.from_size, to_size: self.to_size },
            live_from: self.live_from,
            added_at: self.live_from,
            added_by: None,
            recovery: false,
            restrained_until: None,
            invalid: invalid.map(read).collect(),
        }
    }
}
