//! Rules 8 to 11 and 13: from the base to what is shown.

use super::assessed::{Base, FULL, Votes};
use super::context::{Context, WhatIf};
use super::endorsed::{Bonus, bonus};
use super::figure::{Figure, Range, Standing};
use super::sanctioned::{Burden, burden};
use crate::event::Confidence;

/// Everything one evaluation finds.
pub(super) struct Evaluation {
    pub base: Base,
    pub bonus: Bonus,
    pub burden: Burden,
    pub figure: Figure,
    /// The score, also where it is not shown.
    pub points: Option<i64>,
}

pub(super) fn evaluate(context: &Context<'_>) -> Evaluation {
    let base = Votes::collect(context, context.eligible_assessments()).base(context);
    let burden = burden(context);
    let base_value = base.value.as_ref().map_or(0, |(value, _)| *value);
    let bonus = bonus(context, base_value, burden.blocks_bonus);
    let shift = bonus.points - burden.total;
    let clamped = |value: i64| (value + shift).clamp(0, FULL);
    let points = base.value.as_ref().map(|(value, _)| clamped(*value));
    let standing = standing(context, &base, &burden);
    let figure = match (&standing, &base.value) {
        (Standing::Rated, Some((value, range))) => {
            let confidence = confidence(context, *range);
            let score = clamped(*value);
            Figure {
                standing,
                score: Some(score as u16),
                range: Some(Range {
                    low: clamped(range.low.into()) as u16,
                    high: clamped(range.high.into()) as u16,
                }),
                band: band(context, score, confidence, burden.best_band),
                confidence: Some(confidence),
            }
        }
        _ => Figure { standing, score: None, range: None, band: None, confidence: None },
    };
    Evaluation { base, bonus, burden, figure, points }
}

fn standing(context: &Context<'_>, base: &Base, burden: &Burden) -> Standing {
    if context.dossier.enrolment(context.at.size).is_none() {
        return Standing::Departed;
    }
    if let Some(standing) = &burden.standing {
        return standing.clone();
    }
    if base.missing.is_empty() && base.value.is_some() {
        return Standing::Rated;
    }
    missed_clock(context).unwrap_or_else(|| Standing::NotRated { missing: base.missing.clone() })
}

/// Whether the quorum holds but for the items that a missed clock took out.
fn missed_clock(context: &Context<'_>) -> Option<Standing> {
    if context.what_if.missed_in {
        return None;
    }
    let missed = context.contests().iter().filter(|contest| context.is_missed(&contest.target));
    let first = missed.min_by_key(|contest| (contest.decide_by, contest.recorded.seq))?;
    let whole = context.supposing(WhatIf { missed_in: true, ..context.what_if });
    let base = Votes::collect(&whole, whole.eligible_assessments()).base(&whole);
    let holds = base.missing.is_empty() && base.value.is_some();
    let missed_by = first.decide_by?;
    holds.then_some(Standing::WithheldClock { contest: first.recorded.event, missed_by })
}

/// Rule 10: by the width of the base's range, before anything clamps it.
fn confidence(context: &Context<'_>, range: Range) -> Confidence {
    let width = range.high - range.low;
    let step = context.policy.confidence.iter().find(|step| width <= step.max_width);
    step.map_or(Confidence::Low, |step| step.confidence)
}

/// Rule 11: the best band that score, confidence and sanctions allow; the last takes the rest.
fn band(context: &Context<'_>, score: i64, confidence: Confidence, best: Option<char>) -> Option<char> {
    let bands = &context.policy.bands;
    let first = best.and_then(|best| bands.iter().position(|one| one.band == best)).unwrap_or(0);
    let allowed = bands.get(first..).unwrap_or_default();
    let reached =
        allowed.iter().find(|one| score >= i64::from(one.min_score) && confidence >= one.min_confidence);
    reached.or(bands.last()).map(|one| one.band)
}
