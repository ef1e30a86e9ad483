//! `erasure.*`: personal data that a subject wants destroyed. It lies beside the log, which still verifies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::meant::Text;
use crate::dsse::EventId;

/// `erasure.requested`: the subject names the events about it whose attachments are to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureRequested {
    /// Events about the subject; what they commit to is meant.
    #[schemars(length(min = 1, max = 64))]
    pub targets: Vec<EventId>,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// `erasure.executed`: the operator destroys the attachments of these events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureExecuted {
    /// The `erasure.requested` event.
    pub request: EventId,
    /// Those of its events whose attachments are destroyed; the rest may be asked for again.
    #[schemars(length(min = 1, max = 64))]
    pub targets: Vec<EventId>,
}

/// `erasure.refused`: the operator says on what legal ground the data stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasureRefused {
    /// The `erasure.requested` event.
    pub request: EventId,
    /// On what ground.
    pub ground: LegalGround,
    /// The reason, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// On what ground personal data stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalGround {
    /// A contest or another clock needs it.
    OpenClock,
    /// A law obliges to keep it.
    LegalDuty,
    /// A claim is made or defended with it.
    LegalClaim,
    /// A public interest that the law names.
    PublicInterest,
}
