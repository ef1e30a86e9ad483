//! A score under a version of a policy, and what is shown of it.

use super::context::{Context, WhatIf};
use super::counting::Assessed;
use super::due::next_change;
use super::evaluated::Evaluation;
use super::{explained, sanctioned};
use crate::engines::{AssessmentFigure, Figure, Score, Shadow};
use crate::facts::{At, Dossier, Parties, PolicyBook, PolicyVersion};
use crate::time::Date;

/// The score of a dossier at a moment, explained.
pub(in crate::engines) fn score(
    dossier: &Dossier,
    parties: &Parties,
    policies: &PolicyBook,
    version: &PolicyVersion,
    at: At,
) -> Score {
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
        criteria: found.base.figures(&context, &found.tally),
        assessments: context.assessed.iter().map(|one| assessment_figure(&context, one)).collect(),
        endorsements: found.bonus.figures(&context),
        sanctions: sanctioned::figures(&context),
        parts: explained::parts(&context, &found, &figure),
        reasons: explained::reasons(&context, &found, &figure, without_contested.as_ref()),
        without_contested: without_contested.map(|one| one.figure(&context)),
        figure,
        next_change: next_change(&context, policies),
        certificate: None,
        shadow: policies
            .coming(at.size, at.as_of)
            .map(|one| Shadow { policy: one.version, as_of: one.effective_from }),
    }
}

/// What is shown of a score, without its explanation: what rankings need.
pub(in crate::engines) fn figure(
    dossier: &Dossier,
    parties: &Parties,
    policies: &PolicyBook,
    version: &PolicyVersion,
    at: At,
) -> (Figure, Option<Date>) {
    let context = Context::new(dossier, parties, policies, version, at);
    let figure = Evaluation::of(&context, WhatIf::default()).figure(&context);
    (figure, next_change(&context, policies))
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
        experience: one.record.experience,
        voice_permille: one.voice_permille,
        reply: one.record.reply.as_deref().copied(),
    }
}
