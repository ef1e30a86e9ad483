//! `council.changed` and `operator.changed`: who runs the ledger from now on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::{Operator, Seat};

/// `council.changed`: council threshold and every new seat key; a key whose seat is gone ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouncilChanged {
    /// Every seat from now on, each with a member, controller group and live key of its own.
    #[schemars(length(min = 1, max = 32))]
    pub council: Vec<Seat>,
    /// How many seats must sign from now on.
    pub threshold: u8,
}

/// `operator.changed`: council threshold and the new key, which becomes the operator's only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorChanged {
    /// The present operator with a new key, or another, in whose place the present one is removed.
    pub operator: Operator,
}
