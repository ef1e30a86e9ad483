//! `decision.*`

use super::register::Decision;
use super::{Recording, State};
use crate::event::{Basis, DecisionOverturned, DecisionRecorded};

impl State {
    pub(super) fn record_decision(&mut self, seq: u64, entry: &Recording<'_>, body: &DecisionRecorded) {
        let record = Decision {
            recorded: self.recorded(seq, entry),
            agency: self.enlist_issuer(entry),
            act: body.act.clone(),
        };
        if let Some(register) = self.register_mut(entry) {
            register.decisions.push(seq, record);
        }
    }

    pub(super) fn overturn_decision(&mut self, seq: u64, entry: &Recording<'_>, body: &DecisionOverturned) {
        if let Some(register) = self.register_mut(entry) {
            register.decisions.close_where(seq, |one| one.recorded.event == body.target);
        }
        // What rests on it falls with it.
        if let Some(dossier) = self.dossier_mut(entry) {
            dossier.sanctions.close_where(seq, |one| one.basis == Basis::Decision(body.target));
        }
    }
}
