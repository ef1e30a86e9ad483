//! `/v1/keys/{key}`: whose a key is, for who holds one and wants to know as whom it acts.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::InPath;
use super::members::{KeyView, keys_of};
use super::{Problem, Shared};
use crate::dsse::PublicKey;
use crate::event::PartyId;

/// A key and its owner.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct OwnedKey {
    /// The log's size that the answer reflects.
    size: u64,
    /// Whose it is: a member, or a KOL.
    owner: PartyId,
    /// Which seat of the council it signs for; absent where it signs for none today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seat_number: Option<u8>,
    /// The key, and how it stands.
    #[serde(flatten)]
    key: KeyView,
}

/// Which key.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Its 64 hex digits.
    key: PublicKey,
}

/// Whose a key is; one that no party ever had is unknown, whatever it signs.
pub(super) async fn one(State(app): Shared, InPath(which): InPath<Which>) -> Result<Json<OwnedKey>, Problem> {
    let snapshot = app.ledger.snapshot();
    let (parties, size) = (snapshot.state.parties(), snapshot.size());
    let unknown = || Problem::not_found("key.unknown", format!("no party has the key {}", which.key));
    let owner = parties.key(&which.key).ok_or_else(unknown)?.owner.clone();
    let keys = keys_of(parties, &owner, size, app.ledger.now());
    let key = keys.into_iter().find(|one| one.key == which.key).ok_or_else(unknown)?;
    let seat_number = parties.council(size).find(|seat| seat.key == which.key).map(|seat| seat.seat);
    Ok(Json(OwnedKey { size, owner, seat_number, key }))
}
