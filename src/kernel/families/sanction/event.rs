//! `sanction.*`: measures that the council imposes on a subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::evidence_list;
use super::ids::{ClauseId, IndicatorId};
use super::meant::{Document, Text};
use crate::dsse::EventId;
use crate::time::Date;

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

/// `sanction.proposed`: by any member; its controller group's seat has no say in what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionProposed {
    /// How grave.
    pub severity: Severity,
    /// What it rests on.
    pub basis: Basis,
    /// First day at the earliest; one imposed later may be as long.
    pub starts_on: Date,
    /// Last day, within the policy's term; absent where the policy sets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// The reasoning, as an attached text.
    pub reason: Text,
}

/// `sanction.replied`: by the subject, once, within the days that the policy gave when it was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionReplied {
    /// The `sanction.proposed` event.
    pub proposal: EventId,
    /// The subject's reply, as an attached text.
    pub statement: Text,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "evidence_list")]
    #[schemars(length(max = 64))]
    pub evidence: Vec<Document>,
}

/// `sanction.imposed`: council threshold; S4 and S5 need the policy's signatures and seats.
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
    pub reason: Text,
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
    pub reason: Option<Text>,
}

/// The terms of a sanction, whether proposed or imposed.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// How grave.
    pub severity: Severity,
    /// What it rests on.
    pub basis: &'a Basis,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Option<Date>,
}

impl Terms<'_> {
    /// Its length in days, both ends included; none: no end.
    pub fn days(&self) -> Option<u32> {
        self.ends_on.map(|last| last.days_since(self.starts_on).max(0) as u32 + 1)
    }
}

/// Reads the terms out of a body.
macro_rules! terms {
    ($body:ident) => {
        impl $body {
            /// Its terms.
            pub fn terms(&self) -> Terms<'_> {
                let Self { severity, basis, starts_on, ends_on, .. } = self;
                Terms { severity: *severity, basis, starts_on: *starts_on, ends_on: *ends_on }
            }
        }
    };
}

terms!(SanctionProposed);
terms!(SanctionImposed);

impl Basis {
    /// Whether both name the same wrong: the same indicator, decision, or clause, in whatever version of
    /// the code and on whatever day it was broken.
    pub fn is_same_wrong(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Clause(one), Self::Clause(other)) => one.clause == other.clause,
            (one, other) => one == other,
        }
    }
}
