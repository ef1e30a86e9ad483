//! `key.*`: adding, replacing and ending the keys of a party.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::PartyId;
use crate::dsse::PublicKey;
use crate::time::Timestamp;

/// `key.added`: a live key of the owner and the new key sign; or, to recover a lost key, the council and the new key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyAdded {
    /// The new key, which signs this event too.
    pub key: PublicKey,
    /// Whose key it becomes when the council issues this; absent: the issuer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PartyId>,
}

/// `key.rotated`: both keys sign; the old one ends, the new one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// The key that ends.
    pub old: PublicKey,
    /// The key that takes its place.
    pub new: PublicKey,
}

/// `key.revoked`: a key ends itself from now on, a live key ends a recovery that waits, or the council ends any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    /// The key that ends.
    pub key: PublicKey,
    /// What became of it.
    pub cause: RevocationCause,
    /// Council only: from when the key was in other hands, at most 90 days back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_from: Option<Timestamp>,
}

/// Why a key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationCause {
    /// No longer used.
    Retired,
    /// Nobody holds it any more.
    Lost,
    /// Somebody else may hold it.
    Compromised,
    /// A recovery that the owner did not ask for.
    Cancelled,
}
