//! `correction.issued`

use super::register::Correction;
use super::{Recording, State};
use crate::dsse::EventId;
use crate::event::{Basis, CorrectionAction, CorrectionIssued, Regrading};
use crate::facts::{Assessment, Grade};

impl State {
    pub(super) fn correct(&mut self, seq: u64, entry: &Recording<'_>, body: &CorrectionIssued) {
        let record = Correction {
            recorded: self.recorded(seq, entry),
            target: body.target,
            action: body.action.clone(),
            statement: body.statement,
        };
        if let Some(register) = self.register_mut(entry) {
            register.corrections.push(seq, record);
        }
        match &body.action {
            CorrectionAction::Annotate => {}
            CorrectionAction::Retract => self.retract(seq, entry, &body.target),
            CorrectionAction::Replace(regrading) => self.regrade(seq, entry, &body.target, regrading),
        }
    }

    /// Ends an item, and what rests on it.
    fn retract(&mut self, seq: u64, entry: &Recording<'_>, target: &EventId) {
        if let Some(register) = self.register_mut(entry) {
            register.decisions.close_where(seq, |one| one.recorded.event == *target);
        }
        self.end_endorsement(seq, entry, target);
        let Some(dossier) = self.dossier_mut(entry) else { return };
        dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
        let rests = Basis::Decision(*target);
        dossier.sanctions.close_where(seq, |one| one.recorded.event == *target || one.basis == rests);
    }

    fn regrade(&mut self, seq: u64, entry: &Recording<'_>, target: &EventId, regrading: &Regrading) {
        let policies = self.policies.clone();
        let Some(dossier) = self.dossier_mut(entry) else { return };
        let standing = dossier.assessments.open().find(|one| one.recorded.event == *target);
        let Some(before) = standing.cloned() else { return };
        let levels = regrading.grades.iter().map(|(id, level)| (id.clone(), Some(*level))).collect();
        let raised = policies.grades(before.policy, &levels);
        let new =
            |old: &Grade| raised.iter().find(|one| one.place() == old.place()).unwrap_or(old).to_owned();
        let grades = before.grades.iter().map(new).collect();
        dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
        dossier.assessments.push(seq, Assessment { grades, ..before });
    }
}
