//! `accreditation.*`: which assessors may assess what, and in which class.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{ClassId, PartyId, TopicId};
use super::meant::Text;
use crate::dsse::EventId;
use crate::time::Date;

/// `accreditation.granted`: council threshold; replaces the assessor's earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccreditationGranted {
    /// The member that may assess.
    pub assessor: PartyId,
    /// In which fields.
    #[schemars(length(min = 1, max = 64))]
    pub topics: Vec<TopicId>,
    /// The class whose weight the policy sets.
    pub class: ClassId,
    /// The last day on which it may publish assessments; absent: until withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// `accreditation.withdrawn`: council threshold; the assessor's assessments weigh nothing from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccreditationWithdrawn {
    /// The `accreditation.granted` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
