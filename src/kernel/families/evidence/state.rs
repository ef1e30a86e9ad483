//! `evidence.*`

use super::register::Evidence;
use super::{Recording, State};
use crate::dsse::EventId;
use crate::event::{EvidenceCommitted, EvidenceDestroyed, EvidenceDisclosed, EvidenceStage};

impl State {
    pub(super) fn commit_evidence(&mut self, seq: u64, entry: &Recording<'_>, body: &EvidenceCommitted) {
        let record = Evidence {
            recorded: self.recorded(seq, entry),
            commitment: body.commitment,
            media_type: body.media_type.clone(),
            custodian: self.parties.enlist(&body.custodian),
            retain_until: body.retain_until,
            disclosed_to: Vec::new(),
            stage: EvidenceStage::Held,
        };
        if let Some(register) = self.register_mut(entry) {
            register.evidence.push(seq, record);
        }
    }

    pub(super) fn disclose_evidence(&mut self, seq: u64, entry: &Recording<'_>, body: &EvidenceDisclosed) {
        self.amend_evidence(seq, entry, &body.target, |before| before.disclosed_to.push(body.to.clone()));
    }

    pub(super) fn destroy_evidence(&mut self, seq: u64, entry: &Recording<'_>, body: &EvidenceDestroyed) {
        self.amend_evidence(seq, entry, &body.target, |before| before.stage = EvidenceStage::Destroyed);
        self.erased.insert(body.target);
    }

    /// Closes the standing record of a piece of evidence and opens the changed one.
    pub(super) fn amend_evidence(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        target: &EventId,
        change: impl FnOnce(&mut Evidence),
    ) {
        let Some(register) = self.register_mut(entry) else { return };
        let standing = register.evidence.open().find(|one| one.recorded.event == *target);
        let Some(mut amended) = standing.cloned() else { return };
        change(&mut amended);
        register.evidence.close_where(seq, |one| one.recorded.event == *target);
        register.evidence.push(seq, amended);
    }
}
