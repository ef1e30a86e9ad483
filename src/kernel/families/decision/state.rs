//! `decision.*`

use super::register::Decision;
use super::{Presumed, Recording, State};
use crate::event::{Basis, DecisionOverturned, DecisionRecorded};

impl State {
    pub(super) fn record_decision(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &DecisionRecorded,
    ) -> Result<(), Presumed> {
        let record = Decision {
            recorded: self.recorded(seq, entry),
            agency: self.enlist_issuer(entry),
            act: body.act.clone(),
        };
        self.register_mut(entry)?.decisions.push(seq, record);
        Ok(())
    }

    pub(super) fn overturn_decision(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &DecisionOverturned,
    ) -> Result<(), Presumed> {
        let decisions = &mut self.register_mut(entry)?.decisions;
        let stood = decisions.close_where(seq, |one| one.recorded.event == body.target);
        // What rests on it falls with it, where anything does.
        self.dossier_mut(entry)?.sanctions.close_where(seq, |one| one.basis == Basis::Decision(body.target));
        Presumed::Standing(body.target).unless(stood)
    }
}
