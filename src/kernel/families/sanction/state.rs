//! `sanction.*`

use super::{Recording, State, hearing};
use crate::event::{SanctionImposed, SanctionLifted};
use crate::facts::{Dossier, Sanction};

impl State {
    pub(super) fn impose_sanction(&mut self, seq: u64, entry: &Recording<'_>, body: &SanctionImposed) {
        let mut record = Sanction {
            recorded: self.recorded(seq, entry),
            severity: body.severity,
            basis: body.basis.clone(),
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            term_days: body.terms().days(),
            lifted: false,
            urgent: body.urgent,
            reply: None,
        };
        let Some(dossier) = self.dossier_mut(entry) else { return };
        if let Some(proposal) = &body.proposal {
            record.reply = hearing::use_proposal(dossier, seq, proposal);
        }
        dossier.sanctions.push(seq, record);
    }

    pub(super) fn lift_sanction(&mut self, seq: u64, entry: &Recording<'_>, body: &SanctionLifted) {
        let today = self.date_of(entry.at);
        if let Some(dossier) = self.dossier_mut(entry) {
            amend(dossier, seq, &body.target, |before| Sanction {
                ends_on: Some(before.ends_on.map_or(today, |last| last.min(today))),
                lifted: true,
                ..before
            });
        }
    }
}

/// Closes the standing record of a sanction and opens the amended one.
pub(super) fn amend(
    dossier: &mut Dossier,
    seq: u64,
    target: &crate::dsse::EventId,
    change: impl FnOnce(Sanction) -> Sanction,
) {
    let Some(before) = dossier.sanctions.open().find(|one| one.recorded.event == *target) else { return };
    let amended = change(before.clone());
    dossier.sanctions.close_where(seq, |one| one.recorded.event == *target);
    dossier.sanctions.push(seq, amended);
}
