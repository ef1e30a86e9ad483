//! `assessment.*`: graded findings of accredited assessors.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Levels;
use super::evidence::evidence_list;
use super::ids::IndicatorId;
use super::meant::{Document, Text};
use crate::dsse::EventId;
use crate::time::Date;

/// `assessment.notified`: what its assessor intends to publish, for the subject to reply to first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentNotified {
    /// The policy version whose indicators and levels the grades use.
    pub policy: u32,
    /// The level of each indicator graded; null: does not apply to this subject.
    pub grades: Levels,
    /// What each grade rests on; the policy says for which levels it is required.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<IndicatorId, Vec<Document>>,
    /// First day of the conduct observed.
    pub observed_from: Date,
    /// Last day of the conduct observed.
    pub observed_until: Date,
    /// Last day on which it would count; absent only where the policy sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The assessor declares a conflict of interest.
    pub conflict: bool,
    /// The assessor was paid by, or trades with, the subject or its group.
    pub fee: bool,
    /// The reasoning, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Text>,
}

/// `assessment.replied`: by the subject, once, within the days that the policy gave when it was notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentReplied {
    /// The `assessment.notified` event.
    pub notice: EventId,
    /// The subject's reply, as an attached text.
    pub statement: Text,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "evidence_list")]
    #[schemars(length(max = 64))]
    pub evidence: Vec<Document>,
}

/// `assessment.published`: replaces the assessor's earlier assessment of the subject for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentPublished {
    /// The policy version whose indicators and levels the grades use.
    pub policy: u32,
    /// The level of each indicator graded; null: does not apply to this subject.
    pub grades: Levels,
    /// What each grade rests on; the policy says for which levels it is required.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<IndicatorId, Vec<Document>>,
    /// First day of the conduct observed.
    pub observed_from: Date,
    /// Last day of the conduct observed.
    pub observed_until: Date,
    /// Last day on which it counts; absent only where the policy sets no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// The assessor declares a conflict of interest: published, weighs nothing.
    pub conflict: bool,
    /// The assessor was paid by, or trades with, the subject or its group.
    pub fee: bool,
    /// The reasoning, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Text>,
    /// The `assessment.notified` event; required once the policy sets a reply window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<EventId>,
}

/// What an assessment finds, whether notified or published.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The policy version whose indicators and levels the grades use.
    pub policy: u32,
    /// The level of each indicator graded.
    pub grades: &'a Levels,
    /// What each grade rests on.
    pub evidence: &'a BTreeMap<IndicatorId, Vec<Document>>,
    /// First and last day of the conduct observed.
    pub observed: (Date, Date),
    /// Last day on which it counts.
    pub valid_until: Option<Date>,
    /// A declared conflict of interest.
    pub conflict: bool,
    /// A declared fee or trade.
    pub fee: bool,
}

/// Reads what is found out of a body.
macro_rules! findings {
    ($body:ident) => {
        impl $body {
            /// What it finds.
            pub fn findings(&self) -> Findings<'_> {
                Findings {
                    policy: self.policy,
                    grades: &self.grades,
                    evidence: &self.evidence,
                    observed: (self.observed_from, self.observed_until),
                    valid_until: self.valid_until,
                    conflict: self.conflict,
                    fee: self.fee,
                }
            }
        }
    };
}

findings!(AssessmentNotified);
findings!(AssessmentPublished);

/// `assessment.withdrawn`: by its assessor; nothing earlier returns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentWithdrawn {
    /// The `assessment.published` event.
    pub target: EventId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
