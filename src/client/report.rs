//! What an audit did and found.

use serde::Serialize;

use crate::audit::{Finding, Unjudged};
use crate::event::StateAttested;
use crate::log::Checkpoint;
use crate::time::{Date, Timestamp};

/// What an audit found.
#[derive(Debug, Clone, Serialize)]
pub struct AuditReport {
    /// The log.
    pub origin: String,
    /// The key its checkpoint verifies under.
    pub log_vkey: String,
    /// Whether that key was given by the auditor; otherwise it is the ledger's own word.
    pub vkey_given: bool,
    /// The size of the checkpoint.
    pub size: u64,
    /// Its root.
    pub root: String,
    /// The time by the auditor's clock when the audit began.
    pub audited_at: Timestamp,
    /// When the newest entry says that it was recorded.
    pub newest_at: Option<Timestamp>,
    /// How many event signatures verified.
    pub signatures: u64,
    /// How many entries were brought in as history, not recorded by the clock.
    pub replayed: u64,
    /// How many tiles and bundles were compared.
    pub tiles: u64,
    /// How many attachments were compared with their commitments.
    pub attachments: u64,
    /// How many of those are texts, which had to be attached.
    pub texts: u64,
    /// How many of those are documents, which need not have been.
    pub documents: u64,
    /// How many attachments are not there, as they must not be, because their events were erased.
    pub erased: u64,
    /// How many of those were texts.
    pub erased_texts: u64,
    /// How many of those are documents: the log does not tell whether they ever were attached.
    pub erased_documents: u64,
    /// From where on the rules could not be applied.
    pub unjudged: Option<Unjudged>,
    /// The answers of a running ledger that were compared with what the log makes.
    pub answers: Option<AnswersReport>,
    /// What was not looked at, and why.
    pub not_compared: Vec<NotCompared>,
    /// The roots of the state that the newest commitment is about, as they were found here.
    pub state: Option<StateAttested>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Which answers were compared with what the log makes.
#[derive(Debug, Clone, Serialize)]
pub struct AnswersReport {
    /// The size of the log at the end: the audit follows a ledger that moves.
    pub size: u64,
    /// The date on which answers were read that name none.
    pub today: Date,
    /// What the samples were drawn by; the same gives the same samples.
    pub seed: String,
    /// Each kind of answer.
    pub kinds: Vec<AnswerKind>,
}

/// One kind of answer.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerKind {
    /// Its route, as the OpenAPI document names it.
    pub route: String,
    /// How many answers were compared.
    pub compared: u64,
    /// How many there are of whose kind a sample was drawn.
    pub of: u64,
    /// How many differ from what the log makes.
    pub differ: u64,
}

/// What no copy of a log can tell by itself, and why.
pub const OTHER_HISTORIES: (&str, &str) = (
    "what others were shown",
    "a copy shows one history, whatever else its key signed: --since and --receipt compare it with what you kept, \
     `tinnhiem checkpoint compare` with what somebody else did",
);

/// What an audit did not look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCompared {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

impl NotCompared {
    /// What, and why.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

impl AuditReport {
    /// The checkpoint that was audited; none where there is none of this log.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let (origin, root) = (self.origin.parse().ok()?, self.root.parse().ok()?);
        (!self.log_vkey.is_empty()).then_some(Checkpoint { origin, size: self.size, root })
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// How many days ago the newest entry was recorded, by the auditor's clock.
    pub fn age_days(&self) -> Option<u64> {
        let newest = self.newest_at?;
        Some(self.audited_at.as_ms().saturating_sub(newest.as_ms()) / 86_400_000)
    }
}
