//! `account.*`: the accounts on platforms that are a subject's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::PlatformId;
use super::meant::Text;
use crate::dsse::EventId;

/// `account.linked`: a registrar, who checked it, and the subject sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountLinked {
    /// The platform.
    pub platform: PlatformId,
    /// The account's handle or address, as an attached text.
    pub account: Text,
}

/// `account.unlinked`: a registrar and the subject sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountUnlinked {
    /// The `account.linked` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
