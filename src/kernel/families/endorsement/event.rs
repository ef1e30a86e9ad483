//! `endorsement.*`: members vouching for a subject in a topic, with the tie between them disclosed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::TopicId;
use super::meant::Text;
use crate::dsse::EventId;
use crate::time::Date;

/// The tie between endorser and subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// No tie.
    None,
    /// They work in the same field or together, unpaid.
    Professional,
    /// Money or goods change hands.
    Commercial,
    /// Family, or one owns the other.
    FamilyOwner,
}

/// What a commercial tie is worth a year, in đồng.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueBand {
    /// Below 10 million.
    #[serde(rename = "under_10m")]
    Under10m,
    /// Below 100 million.
    #[serde(rename = "under_100m")]
    Under100m,
    /// Below 1 billion.
    #[serde(rename = "under_1b")]
    Under1b,
    /// From 1 billion.
    #[serde(rename = "from_1b")]
    From1b,
}

/// `endorsement.published`: one in force per endorser, subject and topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndorsementPublished {
    /// The tie between the two.
    pub relation: Relation,
    /// What a commercial tie is worth; required for one, refused without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_band: Option<ValueBand>,
    /// The field it speaks of; one of the subject's.
    pub topic: TopicId,
    /// Last day on which it counts.
    pub expires_on: Date,
    /// What the endorser says, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Text>,
}

/// `endorsement.withdrawn`: by its endorser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndorsementWithdrawn {
    /// The `endorsement.published` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
