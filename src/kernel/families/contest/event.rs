//! `contest.*`: a subject contests an assessment or a sanction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::evidence_list;
use super::ids::IndicatorId;
use super::meant::{Document, Text};
use super::sanction::Severity;
use crate::dsse::EventId;
use crate::time::Date;

/// On what ground an item is contested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grounds {
    /// The facts are wrong; may be raised at any time.
    FactualError,
    /// The rules for making the item were not kept.
    Procedure,
    /// Whoever made it had an undeclared interest.
    ConflictOfInterest,
    /// The item is harsher than the facts bear.
    Disproportionate,
}

/// `contest.filed`: by the subject, against an item about it that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestFiled {
    /// The assessment or sanction contested.
    pub target: EventId,
    /// On what ground.
    pub grounds: Grounds,
    /// The subject's case, as an attached text.
    pub statement: Text,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "evidence_list")]
    #[schemars(length(max = 64))]
    pub evidence: Vec<Document>,
}

/// `contest.admitted`: council threshold, within the days to admit; the days to decide begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestAdmitted {
    /// The `contest.filed` event.
    pub contest: EventId,
}

/// Why a contest is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclineCode {
    /// It repeats what was decided before.
    SettledFacts,
    /// It is about something that no panel decides.
    OutOfScope,
    /// It says nothing that could be checked.
    NoCase,
}

/// `contest.declined`: council threshold, within the days to admit; the item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestDeclined {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// Why.
    pub code: DeclineCode,
    /// The reasoning, as an attached text.
    pub reason: Text,
}

/// `contest.extended`: the panel's majority, before it is seated the council; once per clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestExtended {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The item falls.
    Upheld,
    /// The item stands in part, as `effect` says.
    Partial,
    /// The item stands.
    Rejected,
}

/// What remains of an item after a partial outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The grades of these indicators fall; the others stand.
    Struck(Vec<IndicatorId>),
    /// The sanction is milder.
    Reduced(Reduction),
}

/// A milder sanction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reduction {
    /// The severity that remains, not above the imposed one.
    pub severity: Severity,
    /// The last day that remains, not after the imposed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
}

/// `contest.decided`: by the panel's majority; where the policy has no panel, by council threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestDecided {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// What was decided.
    pub outcome: Outcome,
    /// What remains of the item; required for a partial outcome, refused otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// The reasoning, as an attached text.
    pub reason: Text,
    /// The `panel.seated` event; required where the contest has a panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<EventId>,
}

/// `contest.withdrawn`: by the subject that filed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestWithdrawn {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
