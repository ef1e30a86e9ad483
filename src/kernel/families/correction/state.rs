//! `correction.issued`

use super::register::Correction;
use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{Basis, CorrectionAction, CorrectionIssued, Regrading};
use crate::facts::{Assessment, Grade};

impl State {
    pub(super) fn correct(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CorrectionIssued,
    ) -> Result<(), Presumed> {
        let record = Correction {
            recorded: self.recorded(seq, entry),
            target: body.target,
            action: body.action.clone(),
            statement: *body.statement,
        };
        self.register_mut(entry)?.corrections.push(seq, record);
        match &body.action {
            CorrectionAction::Annotate => Ok(()),
            CorrectionAction::Retract => self.retract(seq, entry, &body.target),
            CorrectionAction::Replace(regrading) => self.regrade(seq, entry, &body.target, regrading),
        }
    }

    /// Ends an item, and what rests on it.
    fn retract(&mut self, seq: u64, entry: &Recording<'_>, target: &EventId) -> Result<(), Presumed> {
        let decisions = &mut self.register_mut(entry)?.decisions;
        let decided = decisions.close_where(seq, |one| one.recorded.event == *target);
        let endorsed = self.end_endorsement(seq, entry, target)?;
        let dossier = self.dossier_mut(entry)?;
        let assessed = dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
        let rests = Basis::Decision(*target);
        let sanctioned =
            dossier.sanctions.close_where(seq, |one| one.recorded.event == *target || one.basis == rests);
        Presumed::Standing(*target).unless(decided || endorsed || assessed || sanctioned)
    }

    fn regrade(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        target: &EventId,
        regrading: &Regrading,
    ) -> Result<(), Presumed> {
        let policies = self.policies.clone();
        let dossier = self.dossier_mut(entry)?;
        let standing = dossier.assessments.open().find(|one| one.recorded.event == *target);
        let before = standing.cloned().ok_or(Presumed::Standing(*target))?;
        let levels = regrading.grades.iter().map(|(id, level)| (id.clone(), Some(*level))).collect();
        let raised = policies.grades(before.policy, &levels);
        let new =
            |old: &Grade| raised.iter().find(|one| one.place() == old.place()).unwrap_or(old).to_owned();
        let grades = before.grades.iter().map(new).collect();
        dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
        dossier.assessments.push(seq, Assessment { grades, ..before });
        Ok(())
    }
}
