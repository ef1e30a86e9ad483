//! `audit.finding`: what an auditor found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::meant::Text;

/// `audit.finding`: an auditor says what is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditFinding {
    /// What it concerns.
    pub kind: FindingKind,
    /// The finding, as an attached text.
    pub text: Text,
    /// The places in the log that it concerns, ascending.
    #[schemars(length(max = 64))]
    pub positions: Vec<u64>,
}

/// What a finding concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The log: its chain, tree, checkpoints or signatures.
    Log,
    /// A rule that was not kept.
    Rule,
    /// A step that came late or not at all.
    Clock,
    /// A score or another answer that does not follow from the log.
    Score,
    /// Evidence or other attachments.
    Evidence,
}
