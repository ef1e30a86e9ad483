//! `correction.issued`: what an issuer puts right in what it said.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::IndicatorId;
use super::meant::{Document, Text};
use crate::dsse::EventId;

/// `correction.issued`: the issuer of an assessment, endorsement, sanction or decision puts it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionIssued {
    /// The event to put right.
    pub target: EventId,
    /// What becomes of it.
    pub action: CorrectionAction,
    /// What was wrong, as an attached text.
    pub statement: Text,
}

/// What becomes of a corrected item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CorrectionAction {
    /// It stays as it is, and the statement stands beside it.
    Annotate,
    /// It ends.
    Retract,
    /// An assessment only: some of its grades become higher; its age stays.
    Replace(Regrading),
}

/// Grades in the place of lower ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regrading {
    /// The new levels, by indicator that the assessment graded.
    pub grades: BTreeMap<IndicatorId, u16>,
    /// Commitments to the evidence of new grades, by indicator.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<IndicatorId, Vec<Document>>,
}
