//! `assessment.*`

use super::{Presumed, Recording, State, hearing};
use crate::event::{AssessmentPublished, AssessmentWithdrawn};
use crate::facts::Assessment;

impl State {
    pub(super) fn publish_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentPublished,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let assessor = self.enlist_issuer(entry);
        let experience = self.experience(seq, entry, assessor)?;
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
        let dossier = self.dossier_mut(entry)?;
        if let Some(notice) = &body.notice {
            record.reply = hearing::use_notice(dossier, seq, notice)?;
        }
        dossier.assessments.close_of(seq, assessor, |_| true);
        dossier.assessments.push(seq, record);
        Ok(())
    }

    pub(super) fn withdraw_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentWithdrawn,
    ) -> Result<(), Presumed> {
        let assessor = self.enlist_issuer(entry);
        let assessments = &mut self.dossier_mut(entry)?.assessments;
        let stood = assessments.close_of(seq, assessor, |one| one.recorded.event == body.target);
        Presumed::Standing(body.target).unless(stood)
    }
}
