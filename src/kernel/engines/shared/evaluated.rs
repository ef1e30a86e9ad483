//! Rules 8 to 11 and 13: from the base to what is shown.

use super::assessed::{Base, FULL};
use super::context::{Context, WhatIf};
use super::endorsed::Bonus;
use super::sanctioned::{Burden, burden};
use super::tally::Tally;
use crate::engines::{Figure, Range, Standing};
use crate::event::Confidence;

/// Everything one evaluation finds.
pub(super) struct Evaluation<'a> {
    pub what_if: WhatIf,
    pub tally: Tally,
    pub base: Base,
    pub bonus: Bonus<'a>,
    pub burden: Burden,
}

impl<'a> Evaluation<'a> {
    pub(super) fn of(context: &'a Context<'a>, what_if: WhatIf) -> Self {
        let tally = Tally::of(context, what_if);
        let base = Base::of(context, &tally, what_if.no_prior);
        let bonus = Bonus::of(context, what_if);
        Self { what_if, tally, base, bonus, burden: burden(context, what_if) }
    }

    /// The score, also where it is not shown.
    pub(super) fn points(&self, context: &Context<'_>) -> Option<i64> {
        points(context, &self.base, &self.bonus, &self.burden)
    }

    /// What endorsements add.
    pub(super) fn bonus_points(&self, context: &Context<'_>) -> i64 {
        bonus_points(context, &self.base, &self.bonus, &self.burden)
    }

    /// What is shown.
    pub(super) fn figure(&self, context: &Context<'_>) -> Figure {
        let standing = self.standing(context);
        let (Standing::Rated, Some((value, range))) = (&standing, &self.base.value) else {
            return Figure { standing, score: None, range: None, band: None, confidence: None };
        };
        let shift = self.bonus_points(context) - self.burden.total;
        let clamped = |value: i64| (value + shift).clamp(0, FULL);
        let score = clamped(*value);
        let confidence = confidence(context, *range);
        Figure {
            standing,
            score: Some(score as u16),
            range: Some(Range {
                low: clamped(range.low.into()) as u16,
                high: clamped(range.high.into()) as u16,
            }),
            band: band(context, score, confidence, self.burden.best_band),
            confidence: Some(confidence),
        }
    }

    fn standing(&self, context: &Context<'_>) -> Standing {
        if context.departed {
            return Standing::Departed;
        }
        if let Some(standing) = &self.burden.standing {
            return standing.clone();
        }
        let missing = self.base.missing(context, &self.tally);
        if missing.is_empty() && self.base.value.is_some() {
            return Standing::Rated;
        }
        missed_clock(context, self.what_if).unwrap_or(Standing::NotRated { missing })
    }
}

/// The score that these make, also where it is not shown; none without a base.
pub(super) fn points(context: &Context<'_>, base: &Base, bonus: &Bonus<'_>, burden: &Burden) -> Option<i64> {
    let (value, _) = base.value?;
    Some((value + bonus_points(context, base, bonus, burden) - burden.total).clamp(0, FULL))
}

fn bonus_points(context: &Context<'_>, base: &Base, bonus: &Bonus<'_>, burden: &Burden) -> i64 {
    bonus.points(context, base.value.map_or(0, |(value, _)| value), burden.blocks_bonus)
}

/// Whether the quorum holds but for the items that a missed clock took out.
fn missed_clock(context: &Context<'_>, what_if: WhatIf) -> Option<Standing> {
    if what_if.missed_in {
        return None;
    }
    let missed = context.contests.iter().filter(|one| one.is_overdue(context.at.as_of));
    let first = missed.min_by_key(|one| (one.decide_by, one.contest.recorded.seq))?;
    let whole = WhatIf { missed_in: true, ..what_if };
    let tally = Tally::of(context, whole);
    let base = Base::of(context, &tally, whole.no_prior);
    let holds = base.missing(context, &tally).is_empty() && base.value.is_some();
    let missed_by = first.decide_by?;
    holds.then_some(Standing::WithheldClock { contest: first.contest.recorded.event, missed_by })
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
