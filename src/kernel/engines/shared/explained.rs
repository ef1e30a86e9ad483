//! Rule 12: the parts that add up to a score, and the reasons for what it lacks.

use super::assessed::{FULL, by_criterion};
use super::context::Context;
use super::evaluated::Evaluation;
use super::remedies::remedy;
use super::supposed::{Supposed, supposed_losses};
use crate::dsse::EventId;
use crate::engines::{Figure, Part, Reason, Standing};

/// Most reasons given.
const MOST: usize = 4;

/// The parts, which add up to the score exactly; none when it is not shown.
pub(super) fn parts(context: &Context<'_>, found: &Evaluation<'_>, figure: &Figure) -> Vec<Part> {
    let (Some(score), Some((base, _))) = (figure.score, &found.base.value) else { return Vec::new() };
    let counted = context.assessed.iter().filter(|one| one.excluded(found.what_if).is_none());
    let counted: Vec<EventId> = counted.map(|one| one.record.recorded.event).collect();
    let criteria = context.policy.criteria.iter().zip(&found.base.criteria);
    let mut parts: Vec<Part> = criteria
        .map(|(criterion, value)| Part {
            code: criterion.id.as_str().to_owned(),
            points: i64::from(criterion.weight_permille) * i64::from(value.map_or(0, |(value, _)| value))
                / 1000,
            events: counted.clone(),
        })
        .collect();
    let rounding = base - parts.iter().map(|part| part.points).sum::<i64>();
    parts.push(Part { code: "ROUNDING".to_owned(), points: rounding, events: Vec::new() });
    parts.push(Part {
        code: "ENDORSEMENTS".to_owned(),
        points: found.bonus_points(context),
        events: found.bonus.placed().map(|one| one.record.recorded.event).collect(),
    });
    parts.extend(found.burden.taken.iter().map(|(event, severity, points)| Part {
        code: format!("SANC.{severity:?}"),
        points: -points,
        events: vec![*event],
    }));
    let clamp = i64::from(score) - parts.iter().map(|part| part.points).sum::<i64>();
    parts.push(Part { code: "CLAMP".to_owned(), points: clamp, events: Vec::new() });
    parts.retain(|part| {
        part.points != 0 || context.policy.criteria.iter().any(|one| one.id.as_str() == part.code)
    });
    parts
}

/// A loss before it is told: its words and events are made only for those that are given.
struct Loss {
    points: u16,
    cause: Cause,
}

#[derive(Clone, Copy)]
enum Cause {
    /// An indicator, by its place in the policy.
    Indicator(usize),
    /// A sanction, by its place in the burden.
    Sanction(usize),
    Supposed(Supposed),
}

impl Loss {
    fn of(points: i64, cause: Cause) -> Self {
        Self { points: points.clamp(0, FULL) as u16, cause }
    }

    fn is_thin(&self) -> bool {
        matches!(self.cause, Cause::Supposed(Supposed::Thin))
    }
}

impl Cause {
    fn code(self, context: &Context<'_>, found: &Evaluation<'_>) -> String {
        match self {
            Self::Indicator(place) => indicator_code(context, place),
            Self::Sanction(at) => format!("SANC.{:?}", found.burden.taken[at].1),
            Self::Supposed(supposed) => supposed.code().to_owned(),
        }
    }

    fn events(self, context: &Context<'_>, found: &Evaluation<'_>) -> Vec<EventId> {
        match self {
            Self::Indicator(place) => graded_below_full(context, found, place),
            Self::Sanction(at) => vec![found.burden.taken[at].0],
            Self::Supposed(supposed) => supposed.events(context),
        }
    }
}

/// The largest losses, at most four; `without_contested` is the evaluation without contested items.
pub(super) fn reasons(
    context: &Context<'_>,
    found: &Evaluation<'_>,
    figure: &Figure,
    without_contested: Option<&Evaluation<'_>>,
) -> Vec<Reason> {
    let mut losses = indicator_losses(context, found);
    let taken = found.burden.taken.iter().enumerate();
    losses.extend(taken.map(|(at, (_, _, points))| Loss::of(*points, Cause::Sanction(at))));
    let supposed = supposed_losses(context, found, figure.confidence, without_contested);
    losses.extend(supposed.into_iter().map(|(one, points)| Loss::of(points, Cause::Supposed(one))));
    losses.retain(|one| one.points > 0);
    let unrated = matches!(figure.standing, Standing::NotRated { .. });
    if unrated && !losses.iter().any(Loss::is_thin) {
        losses.push(Loss::of(0, Cause::Supposed(Supposed::Thin)));
    }
    let code = |one: &Loss| one.cause.code(context, found);
    losses.sort_by(|one, other| other.points.cmp(&one.points).then_with(|| code(one).cmp(&code(other))));
    let thin = losses.iter().skip(MOST).position(|one| unrated && one.is_thin());
    if let Some(at) = thin {
        losses.swap(MOST - 1, MOST + at);
    }
    losses.truncate(MOST);
    let told = losses.iter().map(|one| {
        let code = code(one);
        let events = one.cause.events(context, found);
        Reason { remedy: remedy(&code), code, points: one.points, events }
    });
    told.collect()
}

fn indicator_losses(context: &Context<'_>, found: &Evaluation<'_>) -> Vec<Loss> {
    let mut losses = Vec::new();
    let mut place = 0;
    for (criterion, indicators) in by_criterion(context, &found.base.indicators) {
        let count = indicators.iter().filter(|one| one.counts).count() as i64;
        for indicator in indicators {
            if indicator.counts {
                let lost = i64::from(criterion.weight_permille) * (FULL - i64::from(indicator.value));
                losses.push(Loss::of(lost / (1000 * count), Cause::Indicator(place)));
            }
            place += 1;
        }
    }
    losses
}

fn indicator_code(context: &Context<'_>, place: usize) -> String {
    let ids = context.policy.criteria.iter();
    let mut ids =
        ids.flat_map(|criterion| criterion.indicators.iter().map(move |one| (&criterion.id, &one.id)));
    ids.nth(place).map_or_else(String::new, |(criterion, indicator)| format!("{criterion}.{indicator}"))
}

fn graded_below_full(context: &Context<'_>, found: &Evaluation<'_>, place: usize) -> Vec<EventId> {
    let rows = (0..).zip(&context.assessed).filter(|(_, one)| one.excluded(found.what_if).is_none());
    let below = rows.filter(|(row, _)| {
        context.sheet.row(*row)[place].flatten().is_some_and(|value| i64::from(value) < FULL)
    });
    below.map(|(_, one)| one.record.recorded.event).collect()
}
