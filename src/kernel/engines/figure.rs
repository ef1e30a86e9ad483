//! What a score says.
//!
//! Points are hundredths of a point: 7982 is 79.82. Values and scores run from 0 to 10000.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Certified;
use crate::dsse::EventId;
use crate::event::{Confidence, CriterionId, IndicatorId, Label, PartyId, Severity, SubjectId};
use crate::facts::{Experience, Reply};
use crate::time::Date;

/// A subject's score at one size of the log, on one date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Whose.
    pub subject: SubjectId,
    /// How many entries count.
    pub size: u64,
    /// The date it is read on.
    pub as_of: Date,
    /// The policy version in force on that date.
    pub policy: u32,
    /// What it shows.
    #[serde(flatten)]
    pub figure: Figure,
    /// The base: the weighted criteria, before endorsements and sanctions; absent without enough assessments to make one.
    pub base: Option<u16>,
    /// The share of weight that agrees, in thousandths; absent without a graded indicator.
    pub agreement_permille: Option<u16>,
    /// What it would show without the items under open contests; absent when there are none.
    pub without_contested: Option<Figure>,
    /// The criteria, in the policy's order.
    pub criteria: Vec<CriterionFigure>,
    /// The assessments that count or would count.
    pub assessments: Vec<AssessmentFigure>,
    /// The endorsements that run: those that count, and those that would.
    pub endorsements: Vec<EndorsementFigure>,
    /// The sanctions in force, by first day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sanctions: Vec<SanctionFigure>,
    /// What adds up to the score exactly; empty unless rated.
    pub parts: Vec<Part>,
    /// The largest losses, at most four, each with what helps.
    pub reasons: Vec<Reason>,
    /// The first later date on which the passing of time alone may change it.
    pub next_change: Option<Date>,
    /// The newest certificate; absent where none was granted, and where it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certified>,
    /// The policy version that comes into force next, while one is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
}

/// Where the score under a coming policy is read: at the same size on this date, its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shadow {
    /// The version.
    pub policy: u32,
    /// Its first day in force: `/v1/subjects/{subject}/score/{size}/{as_of}` is the shadow score.
    pub as_of: Date,
}

/// What is shown of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// Whether there is a score, and why not.
    pub standing: Standing,
    /// The score; only when rated, as all that follows.
    pub score: Option<u16>,
    /// How far it may be off.
    pub range: Option<Range>,
    /// Its band.
    pub band: Option<char>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl Figure {
    /// Whether another figure shows another score, another band or another kind of standing.
    pub fn moves_to(&self, other: &Self) -> bool {
        let kind = |one: &Self| std::mem::discriminant(&one.standing);
        (self.score, self.band, kind(self)) != (other.score, other.band, kind(other))
    }

    /// By how much another figure's score is higher, in hundredths; none unless both have one.
    pub fn points_to(&self, other: &Self) -> Option<i64> {
        Some(i64::from(other.score?) - i64::from(self.score?))
    }
}

/// Whether there is a score, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// There is one.
    Rated,
    /// Too little is known (chưa đủ dữ liệu).
    NotRated {
        /// What is missing.
        missing: Vec<Missing>,
    },
    /// A missed clock has taken so many items out that too little is left.
    WithheldClock {
        /// The contest that was not decided in time.
        contest: EventId,
        /// The last day on which it could have been.
        missed_by: Date,
    },
    /// A sanction suspends the score.
    Withheld {
        /// The sanction.
        by: EventId,
        /// Its last day.
        until: Option<Date>,
    },
    /// A sanction without end has ended it.
    Ended {
        /// The sanction.
        by: EventId,
    },
    /// The subject has left.
    Departed,
}

/// What the quorum lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Missing {
    /// Controller groups with weight.
    Groups {
        /// How many there are.
        have: u32,
        /// How many it takes.
        need: u32,
    },
    /// Groups without commercial or fee tie.
    UntiedGroups {
        /// How many there are.
        have: u32,
        /// How many it takes.
        need: u32,
    },
    /// Indicators of a criterion that enough groups graded.
    Indicators {
        /// The criterion.
        criterion: CriterionId,
        /// How many there are.
        have: u32,
        /// How many it takes.
        need: u32,
    },
}

/// From `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// The lower end.
    pub low: u16,
    /// The upper end.
    pub high: u16,
}

/// A criterion's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionFigure {
    /// Which.
    pub id: CriterionId,
    /// Its share of the score.
    pub weight_permille: u16,
    /// Its value; absent when none of its indicators counts.
    pub value: Option<u16>,
    /// Its range.
    pub range: Option<Range>,
    /// Its indicators, in the policy's order.
    pub indicators: Vec<IndicatorFigure>,
}

/// An indicator's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IndicatorFigure {
    /// Which.
    pub id: IndicatorId,
    /// Whether it counts: somebody graded it, and no majority says that it does not apply.
    pub counts: bool,
    /// Its value; the prior's when nobody graded it.
    pub value: u16,
    /// Its range.
    pub range: Range,
    /// The weighted median; absent when nobody graded it. Under `score/2` the value lies elsewhere, where what
    /// pulls it either way balances.
    pub median: Option<u16>,
    /// The weight that graded it.
    pub weight: u64,
    /// The weight that agrees with the median; under `score/2` with the value.
    pub agreeing: u64,
    /// How many controller groups graded it.
    pub groups: u32,
    /// What the votes count as, under an engine that tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<CountedFigure>,
}

/// Why an indicator's value is what it is, exactly.
///
/// The prior's weight and the indicator's, times the value less the prior's, is the sum of the parts less
/// what is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountedFigure {
    /// The votes by value, ascending; those of one value are one.
    pub votes: Vec<CountedVote>,
    /// What is left over: a rounding, or the value stands on the middle vote and neither side moves it.
    pub held: i64,
}

/// What votes of one value count as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountedVote {
    /// Their value.
    pub value: u16,
    /// Their weight.
    pub weight: u64,
    /// The value that they count as: the heavier side of the indicator's value is heard in full, the
    /// lighter up to a distance.
    pub counts_as: u16,
    /// Their weight times the distance of that from the prior's value.
    pub part: i64,
}

/// An assessment in the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssessmentFigure {
    /// The event.
    pub event: EventId,
    /// Who assessed.
    pub assessor: PartyId,
    /// Its weight, 0 to 1000.
    pub weight: u16,
    /// Whether it is under an open contest.
    pub contested: bool,
    /// Why it weighs nothing, as a code; absent when it weighs.
    pub excluded: Option<String>,
    /// How experienced its assessor's group was when it was recorded; left out where it was not at all.
    #[serde(default, skip_serializing_if = "Experience::is_none")]
    pub experience: Experience,
    /// What its voice weighs by that, in thousandths, under an engine that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_permille: Option<u16>,
    /// What the subject replied when it was notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

/// An endorsement in the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndorsementFigure {
    /// The event.
    pub event: EventId,
    /// Who endorses.
    pub endorser: PartyId,
    /// Its units after age, dilution and reciprocity, 0 to 1000.
    pub units: u16,
    /// The weight of its place among the largest; 0 when others of its group or larger ones take all places.
    pub place_permille: u16,
    /// Why it counts nothing, as a code; absent when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
}

/// A sanction in the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SanctionFigure {
    /// The event.
    pub event: EventId,
    /// How grave it is.
    pub severity: Severity,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day; absent: no end.
    pub ends_on: Option<Date>,
    /// Whether it could not wait for a reply.
    pub urgent: bool,
    /// Whether it is under an open contest.
    pub contested: bool,
    /// What the subject replied when it was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

/// A part of the score; the parts add up to it exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// A criterion's id, `ROUNDING`, `ENDORSEMENTS`, `SANC.S1` to `SANC.S5`, or `CLAMP`.
    pub code: String,
    /// Its points, in hundredths; negative where it takes.
    pub points: i64,
    /// The events it comes from.
    pub events: Vec<EventId>,
}

/// A loss and what helps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Its code, such as `C1.I4`, `SANC.S2`, `EVID.THIN` or `EXPERIENCE`.
    pub code: String,
    /// What it takes, in hundredths of a point; losses need not add up.
    pub points: u16,
    /// The events it comes from.
    pub events: Vec<EventId>,
    /// What to do.
    pub remedy: Label,
}
