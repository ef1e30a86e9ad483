//! `evidence.*`: who keeps what evidence, until when, and whom it was shown to.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::ids::PartyId;
use super::meant::{Document, Text};
use crate::dsse::EventId;
use crate::limits;
use crate::time::Date;

/// The evidence that goes with a text, as long as the schemas let it be.
pub(super) fn evidence_list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Document>, D::Error> {
    let list = Vec::deserialize(from)?;
    match list.len() <= limits::EVIDENCE_LIST {
        true => Ok(list),
        false => Err(serde::de::Error::custom("evidence holds at most 64 commitments")),
    }
}

/// `evidence.committed`: a member says what it has, and its custodian, who signs too, keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceCommitted {
    /// The commitment to it; assessments and contests name the same.
    pub commitment: Document,
    /// What kind of bytes, such as `video/mp4`.
    #[schemars(length(max = 100))]
    pub media_type: String,
    /// The member that keeps it; the issuer, or another that signs too.
    pub custodian: PartyId,
    /// The last day on which it must be kept.
    pub retain_until: Date,
}

/// `evidence.disclosed`: its custodian showed it to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDisclosed {
    /// The `evidence.committed` event.
    pub target: EventId,
    /// Whom it was shown to: a member, a subject or the council.
    pub to: PartyId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// `evidence.destroyed`: its custodian destroyed it, as nothing keeps it from that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDestroyed {
    /// The `evidence.committed` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
