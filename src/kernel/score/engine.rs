//! The engine `score/1`. Frozen: a change of rule is a new engine.

use super::context::{Context, WhatIf};
use super::counting::Assessed;
use super::due::next_change;
use super::evaluated::Evaluation;
use super::figure::{AssessmentFigure, Figure, Score, Shadow, Standing};
use super::{At, Dossier, Parties, PolicyBook, explained, sanctioned};
use crate::time::Date;

/// The score of a dossier at a moment, explained.
///
/// Without a policy in force there is no score to speak of: the answer is "not rated" under version 0.
pub fn score(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> Score {
    let Some(version) = policies.in_force(at.size, at.as_of) else { return unruled(dossier, at) };
    let context = Context::new(dossier, parties, policies, version, at);
    let found = Evaluation::of(&context, WhatIf::default());
    let figure = found.figure(&context);
    let contested_out = WhatIf { contested_out: true, ..WhatIf::default() };
    let without_contested = (!context.contests.is_empty()).then(|| Evaluation::of(&context, contested_out));
    Score {
        subject: dossier.subject,
        size: at.size,
        as_of: at.as_of,
        policy: version.version,
        base: found.base.value.map(|(value, _)| value as u16),
        agreement_permille: found.base.agreement_permille,
        criteria: found.base.figures(&context),
        assessments: context.assessed.iter().map(|one| assessment_figure(&context, one)).collect(),
        endorsements: found.bonus.figures(&context),
        sanctions: sanctioned::figures(&context),
        parts: explained::parts(&context, &found, &figure),
        reasons: explained::reasons(&context, &found, &figure, without_contested.as_ref()),
        without_contested: without_contested.map(|one| one.figure(&context)),
        figure,
        next_change: next_change(&context, policies),
        shadow: policies
            .coming(at.size, at.as_of)
            .map(|one| Shadow { policy: one.version, as_of: one.effective_from }),
    }
}

/// What is shown of a score, without its explanation: what rankings need.
pub fn figure(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> (Figure, Option<Date>) {
    let Some(version) = policies.in_force(at.size, at.as_of) else {
        return (unruled(dossier, at).figure, None);
    };
    let context = Context::new(dossier, parties, policies, version, at);
    let figure = Evaluation::of(&context, WhatIf::default()).figure(&context);
    (figure, next_change(&context, policies))
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
        sanctions: Vec::new(),
        parts: Vec::new(),
        reasons: Vec::new(),
        next_change: None,
        shadow: None,
    }
}

fn assessment_figure(context: &Context<'_>, one: &Assessed<'_>) -> AssessmentFigure {
    let excluded = one.excluded(WhatIf::default());
    let weight = if excluded.is_some() { 0 } else { one.weight(WhatIf::default()) as u16 };
    AssessmentFigure {
        event: one.record.recorded.event,
        assessor: context.parties.name(one.record.assessor).clone(),
        weight,
        contested: one.contest.open,
        excluded: excluded.map(|one| one.code().to_owned()),
        reply: one.record.reply.as_deref().copied(),
    }
}
