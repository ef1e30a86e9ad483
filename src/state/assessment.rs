//! `assessment.*`

use super::{Recording, State};
use crate::event::{AssessmentPublished, AssessmentWithdrawn, Policy};
use crate::score::{Assessment, StandsFor};

impl State {
    pub(super) fn publish_assessment(&mut self, seq: u64, entry: &Recording<'_>, body: &AssessmentPublished) {
        let recorded = self.recorded(seq, entry);
        let version = self.policies.versions().iter().find(|one| one.version == body.policy);
        let policy = version.map(|one| one.policy.clone());
        let record = Assessment {
            assessor: entry.event.issuer.clone(),
            policy: body.policy,
            counts_from: recorded.on.min(body.observed_until),
            valid_until: body.valid_until,
            conflict: body.conflict,
            fee: body.fee,
            grades: policy.map(|policy| values(&policy, body)).unwrap_or_default(),
            recorded,
        };
        let Some(dossier) = self.dossier_mut(entry) else { return };
        let earlier = dossier.assessments.iter_mut().filter(|one| one.span.is_open());
        for one in earlier.filter(|one| one.record.assessor == record.assessor) {
            one.span.close_by(seq);
        }
        dossier.assessments.push(StandsFor::opened_by(seq, record));
    }

    pub(super) fn withdraw_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentWithdrawn,
    ) {
        if let Some(dossier) = self.dossier_mut(entry) {
            let target =
                dossier.assessments.iter_mut().filter(|one| one.record.recorded.event == body.target);
            target.for_each(|one| one.span.close_by(seq));
        }
    }
}

fn values(policy: &Policy, body: &AssessmentPublished) -> Vec<(crate::event::IndicatorId, Option<u16>)> {
    let value = |level: u16, max: u16| (10_000 * u32::from(level) / u32::from(max.max(1))).min(10_000) as u16;
    let grades = body.grades.iter().filter_map(|(id, level)| {
        let (_, indicator) = policy.indicator(id)?;
        Some((id.clone(), level.map(|level| value(level, indicator.max_level))))
    });
    grades.collect()
}
