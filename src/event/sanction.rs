//! `sanction.*`: measures that the council imposes on a subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{ClauseId, Commitment, IndicatorId};
use super::{EventBody, reason_text};
use crate::clock::Date;
use crate::dsse::EventId;

/// How grave a sanction is; points and terms are the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Severity {
    /// Nhắc nhở: a reminder.
    S1,
    /// Cảnh cáo: a warning.
    S2,
    /// Hạn chế: a restriction.
    S3,
    /// Đình chỉ: suspended, the score is withheld.
    S4,
    /// Thu hồi: ended.
    S5,
}

/// What a sanction rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Basis {
    /// Conduct that an indicator of the policy in force describes.
    Conduct(IndicatorId),
    /// A clause of the code of conduct that bound the subject.
    Clause(ClauseBasis),
    /// A recorded official decision: the only basis for "broke the law".
    Decision(EventId),
}

/// A clause of one version of the code of conduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseBasis {
    /// The `code.published` event.
    pub code: EventId,
    /// The clause within it.
    pub clause: ClauseId,
    /// A day on which it was broken; the subject's pledge to that version stood then.
    pub broken_on: Date,
}

/// `sanction.imposed`: council threshold; S4 and S5 need three signatures and a council of five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionImposed {
    /// How grave.
    pub severity: Severity,
    /// What it rests on.
    pub basis: Basis,
    /// First day, not before the day it is recorded.
    pub starts_on: Date,
    /// Last day, within the policy's term; absent where the policy sets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// The reasoning, as an attached text.
    pub reason: Commitment,
    /// The `sanction.proposed` event; required once the policy sets a reply window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<EventId>,
    /// An S4 that cannot wait for a reply.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// `sanction.lifted`: council threshold; the sanction ends that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionLifted {
    /// The `sanction.imposed` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Commitment>,
}

impl EventBody for SanctionImposed {
    fn texts(&self) -> Vec<Commitment> {
        vec![self.reason]
    }

    fn documents(&self) -> Vec<Commitment> {
        Vec::new()
    }
}

impl EventBody for SanctionLifted {
    reason_text!();
}
