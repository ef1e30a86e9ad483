//! `correction.issued`

use super::assessment::{check_evidence, check_grades};
use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    AssessmentStage, CorrectionAction, CorrectionIssued, DecisionStage, EndorsementStage, EventType,
    Findings, Move, Regrading, SanctionStage,
};
use crate::facts::{Assessment, Dossier, Grade};

/// What may be put right.
const CORRECTED: [EventType; 4] = [
    EventType::AssessmentPublished,
    EventType::EndorsementPublished,
    EventType::SanctionImposed,
    EventType::DecisionRecorded,
];

impl<'a> Case<'a> {
    pub(super) fn correction_issued(&mut self, body: &CorrectionIssued) -> Result<(), Rejection> {
        if self.event.issuer.is_council() {
            self.signed_by_council()?;
        } else {
            self.signed_by_issuer()?;
        }
        let dossier = self.dossier()?;
        let made = CORRECTED.iter().find_map(|of| self.made(&body.target, *of));
        let row = made.ok_or_else(|| Reason::TargetUnknown.about(self.entry(&body.target)))?;
        Reason::TargetOther.unless(*row.issuer == self.event.issuer, row.issuer)?;
        match &body.action {
            // What has ended is still read, and may be put right beside: an annotation moves nothing.
            CorrectionAction::Annotate => Ok(()),
            CorrectionAction::Retract => {
                let stands = self.may_be_retracted(dossier, &body.target, row.event_type());
                Reason::TargetEnded.unless(stands, self.entry(&body.target))
            }
            CorrectionAction::Replace(regrading) => self.check_regrading(dossier, &body.target, regrading),
        }
    }

    fn may_be_retracted(&self, dossier: &'a Dossier, target: &EventId, of: Option<EventType>) -> bool {
        let by = Move::Event(EventType::CorrectionIssued, Some("that retracts"));
        match of {
            Some(EventType::AssessmentPublished) => {
                let stage = self.assessment(dossier, target).map(|one| one.stage(self.today));
                AssessmentStage::after(stage.or(Some(AssessmentStage::Ended)), by).is_some()
            }
            Some(EventType::EndorsementPublished) => {
                let one = dossier.endorsements.open().find(|one| one.recorded.event == *target);
                let stage = one.map_or(EndorsementStage::Ended, |one| one.stage(self.today));
                EndorsementStage::after(Some(stage), by).is_some()
            }
            Some(EventType::SanctionImposed) => {
                let one = dossier.sanctions.open().find(|one| one.recorded.event == *target);
                let stage = one.map_or(SanctionStage::Struck, |one| one.stage(self.today));
                SanctionStage::after(Some(stage), by).is_some()
            }
            _ => {
                let stands = self.decision(target).is_some();
                let stage = if stands { DecisionStage::Standing } else { DecisionStage::Overturned };
                DecisionStage::after(Some(stage), by).is_some()
            }
        }
    }

    fn assessment(&self, dossier: &'a Dossier, target: &EventId) -> Option<&'a Assessment> {
        dossier.assessments.open().find(|one| one.recorded.event == *target)
    }

    /// Only higher grades, so that who assessed cannot make it worse without a notice and a new age.
    fn check_regrading(
        &self,
        dossier: &'a Dossier,
        target: &EventId,
        regrading: &Regrading,
    ) -> Result<(), Rejection> {
        let assessed = self.made(target, EventType::AssessmentPublished).is_some();
        Reason::CorrectionGrades.unless(assessed, self.entry(target))?;
        let item =
            self.assessment(dossier, target).ok_or_else(|| Reason::TargetEnded.about(self.entry(target)))?;
        let by = Move::Event(EventType::CorrectionIssued, Some("that raises grades"));
        let leads_on = AssessmentStage::after(Some(item.stage(self.today)), by).is_some();
        Reason::TargetEnded.unless(leads_on, self.entry(target))?;
        let levels = regrading.grades.iter().map(|(id, level)| (id.clone(), Some(*level))).collect();
        let findings = Findings {
            policy: item.policy,
            grades: &levels,
            evidence: &regrading.evidence,
            observed: (item.counts_from, item.counts_from),
            valid_until: item.valid_until,
            conflict: item.conflict,
            fee: item.fee,
        };
        check_grades(self.state.policies(), findings)?;
        check_evidence(self.state.policies(), self.policy.assessment.extreme_evidence, findings)?;
        let raised = self.state.policies().grades(item.policy, &levels);
        let before = |new: &Grade| item.grades.iter().find(|one| one.place() == new.place())?.value();
        let higher = |new: &Grade| before(new).is_some_and(|old| new.value().is_some_and(|new| new > old));
        Reason::CorrectionGrades.unless(raised.iter().all(higher), self.entry(target))
    }
}
