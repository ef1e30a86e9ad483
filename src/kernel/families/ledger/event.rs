//! `ledger.*`: the event that opens a ledger and names those who run it, and a new key for its log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::PartyId;
use super::policy::Policy;
use crate::dsse::PublicKey;
use crate::time::Timestamp;

/// `ledger.opened`: seq 0 and only there; the ledger's origin commits to this body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerOpened {
    /// The council's seats, at least one, each with its own member and key.
    pub council: Vec<Seat>,
    /// How many members of distinct controller groups must sign for the council.
    pub threshold: u8,
    /// Who runs the ledger.
    pub operator: Operator,
    /// The raw Ed25519 key that signs checkpoints; its note name is the origin.
    pub log_key: PublicKey,
    /// The ledger's civil time, in minutes east of Greenwich (+420 for Việt Nam).
    pub utc_offset_min: i32,
    /// Policy version 1, in force from the beginning.
    pub policy: Policy,
    /// Events issued before this instant may be brought in as history, at their own times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed_until: Option<Timestamp>,
}

/// One seat of the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The seat's number, from 1.
    pub seat: u8,
    /// The organisation that holds it.
    pub member: PartyId,
    /// The key that signs for it.
    pub key: PublicKey,
}

/// The party that runs the ledger, and its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// The operating organisation.
    pub member: PartyId,
    /// The key it signs events with.
    pub key: PublicKey,
}

/// `ledger.key_rotated`: council threshold, the log's key and its new one, which signs every checkpoint
/// over this event and those after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeyRotated {
    /// The key that signed checkpoints so far.
    pub old: PublicKey,
    /// The key that signs them from now on.
    pub new: PublicKey,
}
