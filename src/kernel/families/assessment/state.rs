//! `assessment.*`

use super::{Recording, State, hearing};
use crate::event::{AssessmentPublished, AssessmentWithdrawn};
use crate::facts::Assessment;

impl State {
    pub(super) fn publish_assessment(&mut self, seq: u64, entry: &Recording<'_>, body: &AssessmentPublished) {
        let recorded = self.recorded(seq, entry);
        let assessor = self.enlist_issuer(entry);
        let experience = self.experience(seq, entry, assessor);
        let mut record = Assessment {
            assessor,
            policy: body.policy,
            counts_from: recorded.on.min(body.observed_until),
            valid_until: body.valid_until,
            conflict: body.conflict,
            fee: body.fee,
            experience,
            grades: self.policies.grades(body.policy, &body.grades),
            reply: None,
            recorded,
        };
        let Some(dossier) = self.dossier_mut(entry) else { return };
        if let Some(notice) = &body.notice {
            record.reply = hearing::use_notice(dossier, seq, notice);
        }
        dossier.assessments.close_of(seq, assessor, |_| true);
        dossier.assessments.push(seq, record);
    }

    pub(super) fn withdraw_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentWithdrawn,
    ) {
        let assessor = self.enlist_issuer(entry);
        if let Some(dossier) = self.dossier_mut(entry) {
            dossier.assessments.close_of(seq, assessor, |one| one.recorded.event == body.target);
        }
    }
}
