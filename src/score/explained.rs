//! Rule 12: the parts that add up to a score, and the reasons for what it lacks.

use super::assessed::FULL;
use super::context::{Context, WhatIf};
use super::evaluated::{Evaluation, evaluate};
use super::figure::{Part, Reason, Standing};
use super::remedies::remedy;
use crate::dsse::EventId;

/// Most reasons given.
const MOST: usize = 4;

/// The parts, which add up to the score exactly; none when it is not shown.
pub(super) fn parts(context: &Context<'_>, found: &Evaluation) -> Vec<Part> {
    let (Some(score), Some((base, _))) = (found.figure.score, &found.base.value) else { return Vec::new() };
    let counted: Vec<EventId> = context.eligible_assessments().map(|one| one.recorded.event).collect();
    let mut parts: Vec<Part> = found
        .base
        .criteria
        .iter()
        .map(|one| Part {
            code: one.id.to_string(),
            points: i64::from(one.weight_permille) * i64::from(one.value.unwrap_or(0)) / 1000,
            events: counted.clone(),
        })
        .collect();
    let rounding = base - parts.iter().map(|part| part.points).sum::<i64>();
    parts.push(Part { code: "ROUNDING".to_owned(), points: rounding, events: Vec::new() });
    let placed = found.bonus.endorsements.iter().filter(|one| one.place_permille > 0).map(|one| one.event);
    parts.push(Part {
        code: "ENDORSEMENTS".to_owned(),
        points: found.bonus.points,
        events: placed.collect(),
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

/// The largest losses, at most four.
pub(super) fn reasons(context: &Context<'_>, found: &Evaluation) -> Vec<Reason> {
    let mut reasons = indicator_losses(context, found);
    reasons.extend(
        found
            .burden
            .taken
            .iter()
            .map(|(event, severity, points)| reason(format!("SANC.{severity:?}"), *points, vec![*event])),
    );
    reasons.extend(supposed_losses(context, found));
    reasons.retain(|one| one.points > 0);
    let unrated = matches!(found.figure.standing, Standing::NotRated { .. });
    if unrated && !reasons.iter().any(|one| one.code == "EVID.THIN") {
        reasons.push(reason("EVID.THIN".to_owned(), 0, Vec::new()));
    }
    reasons.sort_by(|one, other| other.points.cmp(&one.points).then_with(|| one.code.cmp(&other.code)));
    let thin = reasons.iter().skip(MOST).position(|one| unrated && one.code == "EVID.THIN");
    if let Some(at) = thin {
        reasons.swap(MOST - 1, MOST + at);
    }
    reasons.truncate(MOST);
    reasons
}

fn reason(code: String, points: i64, events: Vec<EventId>) -> Reason {
    Reason { remedy: remedy(&code), code, points: points.clamp(0, FULL) as u16, events }
}

fn indicator_losses(context: &Context<'_>, found: &Evaluation) -> Vec<Reason> {
    let mut losses = Vec::new();
    for criterion in &found.base.criteria {
        let counting = criterion.indicators.iter().filter(|one| one.counts);
        let count = counting.clone().count() as i64;
        for indicator in counting {
            let lost =
                i64::from(criterion.weight_permille) * (FULL - i64::from(indicator.value)) / (1000 * count);
            if lost == 0 {
                continue;
            }
            let below = context.eligible_assessments().filter(|one| {
                one.grades.iter().any(|(id, value)| {
                    *id == indicator.id && value.is_some_and(|value| i64::from(value) < FULL)
                })
            });
            let events = below.map(|one| one.recorded.event).collect();
            losses.push(reason(format!("{}.{}", criterion.id, indicator.id), lost, events));
        }
    }
    losses
}

/// What the score would gain if one thing were otherwise.
fn supposed_losses(context: &Context<'_>, found: &Evaluation) -> Vec<Reason> {
    let mut losses = Vec::new();
    let mut suppose = |code: &str, what_if: WhatIf, events: Vec<EventId>| {
        let now = found.points.unwrap_or(0);
        let then = evaluate(&context.supposing(what_if)).points.unwrap_or(0);
        losses.push(reason(code.to_owned(), then - now, events));
    };
    let eligible: Vec<_> = context.eligible_assessments().collect();
    let aged = |one: &&&super::Assessment| {
        let days = context.at.as_of.days_since(one.counts_from);
        super::context::age_permille(&context.policy.assessment.age, days)
            < context.policy.assessment.age.first().map_or(0, |step| step.permille)
    };
    let stale: Vec<EventId> = eligible.iter().filter(aged).map(|one| one.recorded.event).collect();
    if !stale.is_empty() {
        suppose("AGE.STALE", WhatIf { ages_fresh: true, ..WhatIf::default() }, stale);
    }
    if found.figure.confidence != Some(crate::event::Confidence::High) {
        suppose("EVID.THIN", WhatIf { no_prior: true, ..WhatIf::default() }, Vec::new());
    }
    let conflicts: Vec<EventId> =
        eligible.iter().filter(|one| one.conflict).map(|one| one.recorded.event).collect();
    if !conflicts.is_empty() {
        suppose("COI.EXCLUDED", WhatIf { conflicts_weigh: true, ..WhatIf::default() }, conflicts);
    }
    let unsigned = context.assessments().map(|one| &one.recorded);
    let unsigned = unsigned.chain(context.dossier.endorsements(context.at.size).map(|one| &one.recorded));
    let unsigned: Vec<EventId> =
        unsigned.filter(|one| !context.is_signed(one)).map(|one| one.event).collect();
    if !unsigned.is_empty() {
        suppose("KEY.EXCLUDED", WhatIf { keys_count: true, ..WhatIf::default() }, unsigned);
    }
    let contested: Vec<EventId> = context.contests().iter().map(|one| one.target).collect();
    if !contested.is_empty() {
        suppose("CONTEST.OPEN", WhatIf { contested_out: true, ..WhatIf::default() }, contested);
    }
    let damped = context
        .endorsements()
        .filter(|one| one.reciprocal || one.dilution > context.policy.endorsement.undiluted);
    let damped: Vec<EventId> = damped.map(|one| one.recorded.event).collect();
    if !damped.is_empty() {
        suppose("END.DAMPED", WhatIf { undamped: true, ..WhatIf::default() }, damped);
    }
    losses
}
