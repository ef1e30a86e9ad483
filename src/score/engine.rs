//! The engine `score/1`. Frozen: a change of rule is a new engine.

use super::context::{Context, WhatIf, is_overdue};
use super::evaluated::{Evaluation, evaluate};
use super::figure::{AssessmentFigure, Figure, Score, Standing};
use super::{Assessment, At, Dossier, Parties, PolicyBook, assessed, explained, sanctioned};
use crate::clock::Date;

/// The score of a dossier at a moment, explained.
///
/// Without a policy in force there is no score to speak of: the answer is "not rated" under version 0.
pub fn score(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> Score {
    let Some(version) = policies.in_force(at.size, at.as_of) else { return unruled(dossier, at) };
    let context = Context::new(dossier, parties, version, at);
    let found = evaluate(&context);
    let contested = !context.contests().is_empty();
    let without_contested = contested
        .then(|| evaluate(&context.supposing(WhatIf { contested_out: true, ..WhatIf::default() })).figure);
    let parts = explained::parts(&context, &found);
    let reasons = explained::reasons(&context, &found);
    let assessments = context.assessments().map(|one| assessment_figure(&context, one)).collect();
    let Evaluation { base, bonus, figure, .. } = found;
    Score {
        subject: dossier.subject,
        size: at.size,
        as_of: at.as_of,
        policy: version.version,
        figure,
        base: base.value.map(|(value, _)| value as u16),
        agreement_permille: base.agreement_permille,
        without_contested,
        criteria: base.criteria,
        assessments,
        endorsements: bonus.endorsements,
        parts,
        reasons,
        next_change: next_change(&context, policies),
    }
}

/// What is shown of a score, without its explanation: what rankings need.
pub fn figure(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> (Figure, Option<Date>) {
    let Some(version) = policies.in_force(at.size, at.as_of) else {
        return (unruled(dossier, at).figure, None);
    };
    let context = Context::new(dossier, parties, version, at);
    (evaluate(&context).figure, next_change(&context, policies))
}

fn unruled(dossier: &Dossier, at: At) -> Score {
    let standing = Standing::NotRated { missing: Vec::new() };
    Score {
        subject: dossier.subject,
        size: at.size,
        as_of: at.as_of,
        policy: 0,
        figure: Figure { standing, score: None, range: None, band: None, confidence: None },
        base: None,
        agreement_permille: None,
        without_contested: None,
        criteria: Vec::new(),
        assessments: Vec::new(),
        endorsements: Vec::new(),
        parts: Vec::new(),
        reasons: Vec::new(),
        next_change: None,
    }
}

fn assessment_figure(context: &Context<'_>, one: &Assessment) -> AssessmentFigure {
    let excluded = if !context.is_signed(&one.recorded) {
        Some("KEY.EXCLUDED")
    } else if one.conflict {
        Some("COI.EXCLUDED")
    } else if context.is_missed(&one.recorded.event) {
        Some("CLOCK.MISSED")
    } else {
        None
    };
    let weight = if excluded.is_some() { 0 } else { assessed::weight(context, one) as u16 };
    AssessmentFigure {
        event: one.recorded.event,
        assessor: one.assessor.clone(),
        weight,
        contested: context.is_contested(&one.recorded.event),
        excluded: excluded.map(str::to_owned),
    }
}

/// The first later date on which the passing of time alone may change the score.
fn next_change(context: &Context<'_>, policies: &PolicyBook) -> Option<Date> {
    let (dossier, at) = (context.dossier, context.at);
    let mut days: Vec<i32> = Vec::new();
    for one in &dossier.assessments {
        days.extend(assessed::changes(context, &one.record, &one.span));
    }
    for one in dossier.endorsements(at.size) {
        let from = one.recorded.on.as_days();
        let steps = context.policy.endorsement.age.iter().filter_map(|step| step.up_to_days);
        days.extend(steps.map(|up_to| from.saturating_add(up_to as i32).saturating_add(1)));
        days.push(one.expires_on.as_days().saturating_add(1));
    }
    for one in dossier.sanctions(at.size) {
        days.extend(sanctioned::changes(one));
    }
    for contest in context.contests().iter().filter(|contest| !is_overdue(contest, at.as_of)) {
        days.extend(contest.decide_by.map(|last| last.as_days().saturating_add(1)));
    }
    days.extend(policies.next_change(at.size, at.as_of).map(Date::as_days));
    days.into_iter().filter(|day| *day > at.as_of.as_days()).min().map(Date::from_days)
}
