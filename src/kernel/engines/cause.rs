//! What the passing of time brings about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dsse::EventId;

/// Something that a date brings about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// What happens on that date.
    pub what: Passing,
    /// The event that made what it happens to.
    pub event: EventId,
    /// How many days old that is then, where its age is what counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i32>,
}

/// What time alone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// An assessment enters another step of age.
    AssessmentAges,
    /// An assessment is no longer valid.
    AssessmentExpires,
    /// An endorsement enters another step of age.
    EndorsementAges,
    /// An endorsement is over.
    EndorsementExpires,
    /// A sanction begins.
    SanctionBegins,
    /// A sanction enters the second half of its term.
    SanctionHalves,
    /// A sanction is over.
    SanctionEnds,
    /// A contest, or its appeal, was not decided in time.
    ClockMissed,
    /// A policy version comes into force.
    PolicyBegins,
}
