//! `accreditation.*`

use super::{Presumed, Recording, State};
use crate::event::{AccreditationGranted, AccreditationWithdrawn};
use crate::facts::Accreditation;

impl State {
    pub(super) fn grant_accreditation(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AccreditationGranted,
    ) -> Result<(), Presumed> {
        let accreditation = Accreditation {
            event: entry.id,
            topics: body.topics.clone(),
            class: body.class.clone(),
            valid_until: body.valid_until,
        };
        self.parties.accredit(seq, &body.assessor, accreditation);
        Ok(())
    }

    pub(super) fn withdraw_accreditation(
        &mut self,
        seq: u64,
        body: &AccreditationWithdrawn,
    ) -> Result<(), Presumed> {
        let assessor = self.parties.accredited_by(&body.target).cloned();
        self.parties.end_accreditation(seq, &assessor.ok_or(Presumed::Standing(body.target))?);
        Ok(())
    }
}
