//! `policy.*`: the numbers by which scores are made. Every weight, step, cap and clock is data here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certificate::CertificatePolicy;
use super::endorsement::Relation;
use super::ids::{ClassId, CriterionId, IndicatorId, TopicId};
use super::sanction::Severity;
use super::there;
use crate::time::Date;

/// `policy.published`: council threshold; a newer version cancels those not yet in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyPublished {
    /// One more than the newest version published.
    pub version: u32,
    /// First day in force, at least the current policy's notice ahead.
    pub effective_from: Date,
    /// The policy itself.
    pub policy: Policy,
}

/// A rules engine, frozen: a change of rule is a new engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RulesEngine {
    /// The first rules.
    #[serde(rename = "rules/1")]
    V1,
}

/// A scoring engine, frozen: a change of rule is a new engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ScoreEngine {
    /// The first scoring engine.
    #[serde(rename = "score/1")]
    V1,
    /// The second: every vote pulls towards itself or not at all, and a voice weighs by experience.
    #[serde(rename = "score/2")]
    V2,
}

/// A name for people, in both languages of the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// One policy: what is graded and what every number of the engines is.
///
/// Points are hundredths of a point; values run from 0 to 10000; `_permille` is thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The engine that judges events.
    pub rules: RulesEngine,
    /// The engine that scores.
    pub score: ScoreEngine,
    /// Fewest days between publishing a later version and its first day in force.
    pub notice_days: u16,
    /// The fields subjects work in.
    pub topics: BTreeMap<TopicId, Label>,
    /// What is graded, in the order shown; weights add up to 1000.
    pub criteria: Vec<Criterion>,
    /// How assessments weigh and meet.
    pub assessment: AssessmentPolicy,
    /// What a score needs before it is shown.
    pub quorum: Quorum,
    /// What endorsements add.
    pub endorsement: EndorsementPolicy,
    /// What sanctions take.
    pub sanction: SanctionPolicy,
    /// Confidence by width of the range, narrowest first; wider than all is `low`.
    pub confidence: Vec<ConfidenceStep>,
    /// Bands from the best down; the last takes all that is left.
    pub bands: Vec<Band>,
    /// Limits of contests.
    pub contest: ContestPolicy,
    /// The clocks, in calendar days of the ledger; null: the step is not required and no clock runs.
    pub windows: Windows,
    /// When certificates are granted; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    #[schemars(with = "CertificatePolicy")]
    pub certificate: Option<CertificatePolicy>,
}

/// A pillar of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its id, such as `C1`.
    pub id: CriterionId,
    /// Its name.
    pub name: Label,
    /// Its share of the score.
    pub weight_permille: u16,
    /// What is graded under it.
    pub indicators: Vec<Indicator>,
}

/// One graded question of conduct that can be evidenced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Its id, such as `I4`; unique in the policy, and it never changes its meaning.
    pub id: IndicatorId,
    /// Its name.
    pub name: Label,
    /// Levels run from 0 to this; a level's value is ⌊10000·level/max⌋.
    pub max_level: u16,
}

/// A step of an age scale: up to and including so many days, this weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeStep {
    /// The oldest age of this step in days; null: no end.
    pub up_to_days: Option<u32>,
    /// The weight of this age.
    pub permille: u16,
}

/// How assessments weigh and meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentPolicy {
    /// The weight of each class of assessors.
    pub class_permille: BTreeMap<ClassId, u16>,
    /// The weight of each age, youngest first; older than all weighs 0.
    pub age: Vec<AgeStep>,
    /// Longest validity in days, both ends included; null: no limit.
    pub max_validity_days: Option<u16>,
    /// Pieces of evidence that a lowest or highest grade needs.
    pub extreme_evidence: u8,
    /// The prior's weight.
    pub prior_weight: u16,
    /// The prior's value.
    pub prior_value: u16,
    /// Votes this near the median agree with it; under `score/2`, this near the value.
    pub agreement_distance: u16,
    /// Agreement below this asks for a new assessment.
    pub low_agreement_permille: u16,
    /// How far from the value the lighter side of the votes is heard; `score/2` has it, and no other engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<u16>,
    /// What experience makes of a voice; `score/2` has it, and no other engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experience: Option<ExperiencePolicy>,
}

/// What a voice weighs by the experience of the assessor's group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperiencePolicy {
    /// A newcomer's weight.
    pub first_permille: u16,
    /// What each day of experience adds, up to a full voice.
    pub step_permille: u16,
    /// How many days each overturned assessment takes.
    pub cost_days: u16,
}

/// What a score needs before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// Controller groups with weight.
    pub groups: u16,
    /// Of them, groups without commercial or fee tie.
    pub untied_groups: u16,
    /// Counting indicators in each criterion.
    pub indicators_per_criterion: u16,
    /// Groups that graded such an indicator.
    pub groups_per_indicator: u16,
}

/// What endorsements add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndorsementPolicy {
    /// The units of each relation.
    pub relation_units: BTreeMap<Relation, u16>,
    /// The weight of each age, youngest first; older than all weighs 0.
    pub age: Vec<AgeStep>,
    /// Endorsements that one endorser may have in force before each is diluted.
    pub undiluted: u16,
    /// Days before publication in which the endorser's most endorsements in force are counted.
    pub dilution_days: u16,
    /// Days within which endorsing one another is reciprocal.
    pub reciprocal_days: u16,
    /// What a reciprocal endorsement keeps.
    pub reciprocal_permille: u16,
    /// The weights of the largest, second largest, … endorsement.
    pub series_permille: Vec<u16>,
    /// What of the weighted sum becomes bonus.
    pub rate_permille: u16,
    /// Largest bonus, in hundredths of a point.
    pub cap: u16,
    /// Largest bonus when all endorsers summed are of one member class.
    pub one_class_cap: u16,
    /// No bonus for a base below this.
    pub min_base: u16,
    /// No bonus while a sanction of this severity or above runs.
    pub blocked_from: Severity,
}

/// What sanctions take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SanctionPolicy {
    /// Points, term and further effect of each severity.
    pub severities: BTreeMap<Severity, SeverityPolicy>,
    /// Earlier sanctions of this severity or above make a later one weigh more.
    pub repeat_from: Severity,
    /// How many days earlier they may have started.
    pub repeat_days: u16,
    /// What each of them adds.
    pub repeat_permille: u16,
    /// How many of them count.
    pub repeat_most: u8,
    /// Largest total, in hundredths of a point.
    pub max_total: u16,
    /// Days after its end for which a sanction stays on the public page.
    pub public_days: u16,
    /// Fewest council seats for S4 and S5.
    pub grave_min_seats: u8,
    /// Signatures that S4 and S5 need, where more than the threshold.
    pub grave_signatures: u8,
}

/// The effect of one severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityPolicy {
    /// Points taken, in hundredths, before half-life and repetition.
    pub points: u16,
    /// Longest term in days, both ends included; null: no end.
    pub term_days: Option<u16>,
    /// The best band while it runs; null: any.
    pub best_band: Option<char>,
    /// Whether the score is withheld while it runs.
    pub withholds: bool,
}

/// A step of the confidence scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfidenceStep {
    /// Widest range of this step.
    pub max_width: u16,
    /// Its confidence.
    pub confidence: Confidence,
}

/// How sure a score is. `low` < `medium` < `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Thấp.
    Low,
    /// Trung bình.
    Medium,
    /// Cao.
    High,
}

/// A band of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its letter.
    pub band: char,
    /// The lowest score in it.
    pub min_score: u16,
    /// The least confidence it asks for.
    pub min_confidence: Confidence,
}

/// Limits of contests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestPolicy {
    /// Most contests open at once per subject.
    pub max_open: u8,
    /// Members of a panel, an odd number.
    #[serde(default = "three", skip_serializing_if = "is_three")]
    pub panel_size: u8,
}

fn three() -> u8 {
    3
}

/// A document that left it out keeps its bytes.
fn is_three(size: &u8) -> bool {
    *size == three()
}

/// The clocks of due process, in calendar days; 0 is due the same day, null runs no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// To reply to a notified assessment or proposed sanction.
    pub reply: Option<u16>,
    /// To contest an item, from its recording; a factual error may be contested at any time.
    pub file: Option<u16>,
    /// For the council to admit or decline a contest.
    pub admit: Option<u16>,
    /// For the panel to decide an admitted contest.
    pub decide: Option<u16>,
    /// By which the decision may be put off once.
    pub decide_extension: Option<u16>,
    /// To appeal a decision.
    pub appeal: Option<u16>,
    /// To decide an appeal.
    pub appeal_decide: Option<u16>,
    /// By which the decision of an appeal may be put off once.
    pub appeal_extension: Option<u16>,
}

impl Windows {
    /// Every clock of due process: what a ledger opens with unless its council chooses otherwise.
    pub const DUE_PROCESS: Self = Self {
        reply: Some(7),
        file: Some(183),
        admit: Some(14),
        decide: Some(30),
        decide_extension: Some(15),
        appeal: Some(30),
        appeal_decide: Some(60),
        appeal_extension: Some(30),
    };
}

impl Policy {
    /// The indicator of this id and its criterion.
    pub fn indicator(&self, id: &IndicatorId) -> Option<(&Criterion, &Indicator)> {
        self.criteria.iter().find_map(|criterion| {
            let found = criterion.indicators.iter().find(|one| one.id == *id)?;
            Some((criterion, found))
        })
    }
    /// Every indicator, criterion by criterion.
    pub fn indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.criteria.iter().flat_map(|criterion| &criterion.indicators)
    }

    /// An indicator's place among all of them.
    pub fn place(&self, id: &IndicatorId) -> Option<u16> {
        self.indicators().position(|one| one.id == *id).map(|place| place as u16)
    }
}
