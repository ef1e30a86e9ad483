//! `decision.*`: official acts of the State about a subject, recorded by an agency.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::meant::Document;
use crate::dsse::EventId;
use crate::time::Date;

/// An official act, by which anyone can ask its authority for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficialAct {
    /// The authority that made it.
    #[schemars(length(min = 1, max = 200))]
    pub authority: String,
    /// Its number, as the authority writes it; it names no person.
    #[schemars(length(min = 1, max = 200))]
    pub code: String,
    /// Its date.
    pub date: Date,
}

/// `decision.recorded`: a state agency; the only basis for "broke the law".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecorded {
    /// The decision.
    pub act: OfficialAct,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}

/// `decision.overturned`: any state agency; sanctions that rest on the decision are out from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionOverturned {
    /// The `decision.recorded` event.
    pub target: EventId,
    /// The act that overturned it.
    pub act: OfficialAct,
}
