//! `state.*`: what every score is made of, committed to as a whole, and attested by who made it anew.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::StateRoot;
use crate::time::Date;

/// How a state is written as bytes; `schemas/dossier-1.md` says how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StateFormat {
    /// The first form.
    #[serde(rename = "dossier/1")]
    Dossier1,
}

/// `state.committed`: by the operator; what every score at a size is made of, as three trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateCommitted {
    /// How dossiers, parties and policies are written.
    pub format: StateFormat,
    /// The log's size that they reflect: above the last commitment's, and at most this entry's seq.
    pub size: u64,
    /// The day of the commitment: not before the last entry counted, and not ahead.
    pub date: Date,
    /// How many subjects there are.
    pub subjects: u64,
    /// The root over their dossiers, by id.
    pub root: StateRoot,
    /// How many parties there are.
    pub parties: u64,
    /// The root over them, by name.
    pub parties_root: StateRoot,
    /// The root over the policy versions, by number.
    pub policies_root: StateRoot,
}

/// `state.attested`: by an auditor who replayed the log; the roots that it found itself, for a commitment
/// that it found recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateAttested {
    /// The size of a commitment.
    pub size: u64,
    /// Its day.
    pub date: Date,
    /// The root over the dossiers of that size.
    pub root: StateRoot,
    /// The root over the parties.
    pub parties_root: StateRoot,
    /// The root over the policy versions.
    pub policies_root: StateRoot,
}

impl StateAttested {
    /// Whether the auditor found what the operator committed to.
    pub fn agrees_with(&self, committed: &StateCommitted) -> bool {
        let Self { size, date, root, parties_root, policies_root } = *self;
        let committed = *committed;
        committed == StateCommitted { size, date, root, parties_root, policies_root, ..committed }
    }
}
