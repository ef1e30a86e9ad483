//! `sanction.*`

use super::{Presumed, Recording, State, hearing};
use crate::event::{SanctionImposed, SanctionLifted};
use crate::facts::{Dossier, Sanction};

impl State {
    pub(super) fn impose_sanction(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SanctionImposed,
    ) -> Result<(), Presumed> {
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
        let dossier = self.dossier_mut(entry)?;
        if let Some(proposal) = &body.proposal {
            record.reply = hearing::use_proposal(dossier, seq, proposal)?;
        }
        dossier.sanctions.push(seq, record);
        Ok(())
    }

    pub(super) fn lift_sanction(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SanctionLifted,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        amend(self.dossier_mut(entry)?, seq, &body.target, |before| Sanction {
            ends_on: Some(before.ends_on.map_or(today, |last| last.min(today))),
            lifted: true,
            ..before
        })
    }
}

/// Closes the standing record of a sanction and opens the amended one.
pub(super) fn amend(
    dossier: &mut Dossier,
    seq: u64,
    target: &crate::dsse::EventId,
    change: impl FnOnce(Sanction) -> Sanction,
) -> Result<(), Presumed> {
    let standing = dossier.sanctions.open().find(|one| one.recorded.event == *target).cloned();
    let amended = change(standing.ok_or(Presumed::Standing(*target))?);
    dossier.sanctions.close_where(seq, |one| one.recorded.event == *target);
    dossier.sanctions.push(seq, amended);
    Ok(())
}
