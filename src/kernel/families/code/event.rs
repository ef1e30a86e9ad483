//! `code.*` and `pledge.*`: the code of conduct, and the subjects that pledge to keep it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::ClauseId;
use super::meant::Text;
use crate::dsse::EventId;

/// `code.published`: council threshold; a version of the code of conduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodePublished {
    /// One above the newest version, from 1.
    pub version: u32,
    /// Its clauses; the text says what each asks.
    #[schemars(length(min = 1, max = 200))]
    pub clauses: Vec<ClauseId>,
    /// The whole text, attached.
    pub text: Text,
}

/// `pledge.signed`: the subject binds itself to the newest version; an older pledge ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PledgeSigned {
    /// The `code.published` event.
    pub code: EventId,
}
