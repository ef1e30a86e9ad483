//! `panel.*`: who decides a contest or its appeal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::PartyId;
use crate::dsse::EventId;

/// `panel.seated`: council threshold; again by the subject alone, who may challenge one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelSeated {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// The members drawn, in the order of the draw; where the pool was too small, then those appointed.
    #[schemars(length(max = 15))]
    pub members: Vec<PartyId>,
    /// The member that the subject challenges: the next in the order takes its place, and where there is
    /// none, its seat is left empty for the council to fill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenged: Option<PartyId>,
}
