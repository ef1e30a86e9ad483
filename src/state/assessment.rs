//! `assessment.*`

use super::{Recording, State};
use crate::event::{AssessmentPublished, AssessmentWithdrawn, Policy};
use crate::score::{Assessment, Grade};

impl State {
    pub(super) fn publish_assessment(&mut self, seq: u64, entry: &Recording<'_>, body: &AssessmentPublished) {
        let recorded = self.recorded(seq, entry);
        let assessor = self.parties.enlist(&entry.event.issuer);
        let version = self.policies.version(body.policy);
        let record = Assessment {
            assessor,
            policy: body.policy,
            counts_from: recorded.on.min(body.observed_until),
            valid_until: body.valid_until,
            conflict: body.conflict,
            fee: body.fee,
            grades: version.map(|one| grades(&one.policy, body)).unwrap_or_default(),
            recorded,
        };
        let Some(dossier) = self.dossier_mut(entry) else { return };
        dossier.assessments.close_of(seq, assessor, |_| true);
        dossier.assessments.push(seq, record);
    }

    pub(super) fn withdraw_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentWithdrawn,
    ) {
        let assessor = self.parties.enlist(&entry.event.issuer);
        if let Some(dossier) = self.dossier_mut(entry) {
            dossier.assessments.close_of(seq, assessor, |one| one.recorded.event == body.target);
        }
    }
}

fn grades(policy: &Policy, body: &AssessmentPublished) -> Box<[Grade]> {
    let value = |level: u16, max: u16| (10_000 * u32::from(level) / u32::from(max.max(1))).min(10_000) as u16;
    let graded = (0..).zip(policy.indicators()).filter_map(|(place, indicator)| {
        let level = body.grades.get(&indicator.id)?;
        Some(Grade::new(place, level.map(|level| value(level, indicator.max_level))))
    });
    graded.collect()
}
