//! How experienced a controller group was when it assessed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A group's experience in assessing others than the subject, as it was when an assessment was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// On how many dates, each at least seven days before, it first assessed some other subject; first
    /// assessments that had been overturned are left out.
    pub days: u16,
    /// How many of its first assessments had been overturned.
    pub overturned: u16,
}

impl Experience {
    /// Whether it had none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
