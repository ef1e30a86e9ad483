//! `accreditation.*`

use super::{Recording, State};
use crate::event::{AccreditationGranted, AccreditationWithdrawn};
use crate::facts::Accreditation;

impl State {
    pub(super) fn grant_accreditation(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AccreditationGranted,
    ) {
        let accreditation = Accreditation {
            event: entry.id,
            topics: body.topics.clone(),
            class: body.class.clone(),
            valid_until: body.valid_until,
        };
        self.parties.accredit(seq, &body.assessor, accreditation);
    }

    pub(super) fn withdraw_accreditation(&mut self, seq: u64, body: &AccreditationWithdrawn) {
        if let Some(assessor) = self.parties.accredited_by(&body.target).cloned() {
            self.parties.end_accreditation(seq, &assessor);
        }
    }
}
