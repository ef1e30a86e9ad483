//! `appeal.*`: a decision on a contest is looked at once more, by others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::{Effect, Outcome};
use super::evidence::evidence_list;
use super::meant::{Document, Text};
use crate::dsse::EventId;

/// `appeal.filed`: by the subject, against a decision that did not uphold its contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealFiled {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// The subject's case, as an attached text.
    pub statement: Text,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "evidence_list")]
    #[schemars(length(max = 64))]
    pub evidence: Vec<Document>,
}

/// `appeal.decided`: as `contest.decided`, by other members; takes the place of that decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealDecided {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// What was decided on the item as it was before the first decision.
    pub outcome: Outcome,
    /// What remains of the item; required for a partial outcome, refused otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// The reasoning, as an attached text.
    pub reason: Text,
    /// The `panel.seated` event of the appeal's own panel; required where the contest has a panel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panel: Option<EventId>,
}
