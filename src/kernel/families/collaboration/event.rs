//! `collaboration.*`: the public register of paid work, against covert advertising.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endorsement::ValueBand;
use super::ids::CategoryId;
use super::meant::{Document, Text};
use crate::dsse::EventId;
use crate::time::Date;

/// `collaboration.declared`: the business and the subject sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollaborationDeclared {
    /// The campaign's name, for people; it names no person.
    #[schemars(length(min = 1, max = 200))]
    pub campaign: String,
    /// What kind of product it is about.
    pub category: CategoryId,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// What it is worth a year.
    pub value_band: ValueBand,
    /// The papers of product and advertiser that the subject checked; none: it checked none.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub papers: Vec<Document>,
}

/// `collaboration.ended`: the same two sign; its last day is that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollaborationEnded {
    /// The `collaboration.declared` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
