//! `draw.*`: values that nobody can choose, from which panels are drawn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::DrawValue;
use crate::dsse::EventId;

/// `draw.committed`: by the operator, and by one auditor; binds it to every value it will reveal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawCommitted {
    /// The end of a chain, each value of which is the BLAKE3 hash of the one before.
    pub tip: DrawValue,
    /// How many values stand before the tip: so many contests are served.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub length: u32,
}

/// `draw.revealed`: the value before the last one, for the first filing that waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawRevealed {
    /// The `contest.filed` or `appeal.filed` event that it is for.
    pub filing: EventId,
    /// The value: its hash is the value revealed before it, or the tip.
    pub value: DrawValue,
}
