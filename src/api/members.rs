//! `/v1/members`

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::InPath;
use super::{Problem, Shared};
use crate::dsse::{EventId, PublicKey};
use crate::event::{ClassId, GroupId, KeyStage, MemberClass, Membership, PartyId, Role, TopicId};
use crate::facts::{Capacity, Member, Parties};
use crate::time::{Date, Timestamp};

/// A member as it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MemberRow {
    /// Its slug.
    pub member: PartyId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub class: MemberClass,
    /// Who controls it.
    pub group: GroupId,
    /// Its duties.
    pub roles: Vec<Role>,
    /// Whether it acts, and what it said weighs.
    pub membership: Membership,
}

/// Every member.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MemberList {
    /// The log's size that the list reflects.
    pub size: u64,
    /// The council's seats.
    pub council: Vec<SeatView>,
    /// How many seats of distinct groups must sign.
    pub threshold: usize,
    /// The members, by slug.
    pub members: Vec<MemberRow>,
}

/// A seat of the council.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeatView {
    /// Its number.
    pub seat: u8,
    /// Who holds it.
    pub member: PartyId,
    /// The key that signs for it.
    pub key: PublicKey,
}

/// A member over time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MemberView {
    /// The log's size that the view reflects.
    pub size: u64,
    /// How it stands.
    #[serde(flatten)]
    pub member: MemberRow,
    /// Every key it ever had.
    pub keys: Vec<KeyView>,
    /// Every accreditation it ever had.
    pub accreditations: Vec<AccreditationView>,
}

/// A key.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeyView {
    /// The key.
    pub key: PublicKey,
    /// Whether it signs for a seat of the council.
    pub seat: bool,
    /// How it stands now.
    pub state: KeyStanding,
    /// Whether nothing has ended it: it may sign, now or once its time has come, as `state` tells.
    pub live: bool,
    /// From when it may sign; later than its adding where the council recovered it.
    pub live_from: Timestamp,
    /// Until when it withdraws no contest, where it was recovered or added by one that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrained_until: Option<Timestamp>,
    /// When it was added.
    pub added_at: Timestamp,
    /// From when its signatures are worth nothing, where it was compromised.
    pub invalid_from: Option<Timestamp>,
    /// The entry that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<u64>,
    /// The entry by which its signatures were first found to be worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_by: Option<u64>,
}

/// How a key stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyStanding {
    /// The council recovered it, and it does not sign yet.
    Waiting,
    /// It signs.
    Live,
    /// It signs nothing any more.
    Ended,
}

impl From<KeyStage> for KeyStanding {
    fn from(stage: KeyStage) -> Self {
        match stage {
            KeyStage::Waiting => Self::Waiting,
            KeyStage::Live => Self::Live,
            KeyStage::Ended => Self::Ended,
        }
    }
}

/// An accreditation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccreditationView {
    /// The event that granted it.
    pub event: EventId,
    /// Its fields.
    pub topics: Vec<TopicId>,
    /// The class whose weight the policy sets.
    pub class: ClassId,
    /// Its last day.
    pub valid_until: Option<Date>,
    /// Whether it stands.
    pub stands: bool,
}

/// Which member.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Its slug.
    pub member: PartyId,
}

/// The refusal for a member that is not there.
pub(super) fn unknown(member: &PartyId) -> Problem {
    Problem::not_found("member.unknown", format!("there is no member {member}"))
}

/// Every member as it stands.
pub(super) async fn list(State(app): Shared) -> Json<MemberList> {
    let snapshot = app.ledger.snapshot();
    let (parties, size) = (snapshot.state.parties(), snapshot.size());
    let members = parties.members().filter_map(|party| Some(row(party, parties.member(party, size)?)));
    let seats = parties.council(size).map(|seat| SeatView {
        seat: seat.seat,
        member: seat.member.clone(),
        key: seat.key,
    });
    Json(MemberList {
        size,
        council: seats.collect(),
        threshold: parties.threshold(size),
        members: members.collect(),
    })
}

fn row(party: &PartyId, member: &Member) -> MemberRow {
    MemberRow {
        member: party.clone(),
        name: member.name.clone(),
        class: member.class,
        group: member.group.clone(),
        roles: member.roles.clone(),
        membership: member.membership,
    }
}

/// One member over time.
pub(super) async fn one(
    State(app): Shared,
    InPath(which): InPath<Which>,
) -> Result<Json<MemberView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let (parties, size) = (snapshot.state.parties(), snapshot.size());
    let member = parties.member(&which.member, size).ok_or_else(|| unknown(&which.member))?;
    let accreditations = parties.accreditations_of(&which.member).iter().map(|one| AccreditationView {
        event: one.record.event,
        topics: one.record.topics.clone(),
        class: one.record.class.clone(),
        valid_until: one.record.valid_until,
        stands: one.span.holds(size),
    });
    Ok(Json(MemberView {
        size,
        member: row(&which.member, member),
        keys: keys_of(parties, &which.member, size, app.ledger.now()),
        accreditations: accreditations.collect(),
    }))
}

/// Every key of a party, as it stands at a time.
pub(super) fn keys_of(parties: &Parties, party: &PartyId, size: u64, now: Timestamp) -> Vec<KeyView> {
    let view = |(key, record): (&PublicKey, &crate::facts::KeyRecord)| KeyView {
        key: *key,
        seat: record.capacity == Capacity::Seat,
        state: record.stage(size, now).into(),
        live: record.span.holds(size),
        live_from: record.live_from,
        restrained_until: record.restrained_until,
        added_at: record.added_at,
        invalid_from: record.invalid.iter().map(|one| one.from).min(),
        ended_by: record.span.to_size.and_then(|to| to.checked_sub(1)).filter(|by| *by < size),
        found_by: record.invalid.iter().filter_map(|one| one.known_from_size.checked_sub(1)).min(),
    };
    parties.keys_of(party).map(view).collect()
}
