//! `evidence.*`

use super::register::Evidence;
use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{EvidenceCommitted, EvidenceDestroyed, EvidenceDisclosed, EvidenceStage};

impl State {
    pub(super) fn commit_evidence(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EvidenceCommitted,
    ) -> Result<(), Presumed> {
        let record = Evidence {
            recorded: self.recorded(seq, entry),
            commitment: *body.commitment,
            media_type: body.media_type.clone(),
            custodian: self.parties.enlist(&body.custodian),
            retain_until: body.retain_until,
            disclosed_to: Vec::new(),
            stage: EvidenceStage::Held,
        };
        self.register_mut(entry)?.evidence.push(seq, record);
        Ok(())
    }

    pub(super) fn disclose_evidence(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EvidenceDisclosed,
    ) -> Result<(), Presumed> {
        let shown = |before: &mut Evidence| before.disclosed_to.push(body.to.clone());
        let stood = self.amend_evidence(seq, entry, &body.target, shown)?;
        Presumed::Standing(body.target).unless(stood)
    }

    pub(super) fn destroy_evidence(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EvidenceDestroyed,
    ) -> Result<(), Presumed> {
        let destroyed = |before: &mut Evidence| before.stage = EvidenceStage::Destroyed;
        let stood = self.amend_evidence(seq, entry, &body.target, destroyed)?;
        self.erased.insert(body.target);
        Presumed::Standing(body.target).unless(stood)
    }

    /// Closes the standing record of a piece of evidence and opens the changed one; whether it is one.
    pub(super) fn amend_evidence(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        target: &EventId,
        change: impl FnOnce(&mut Evidence),
    ) -> Result<bool, Presumed> {
        let evidence = &mut self.register_mut(entry)?.evidence;
        let standing = evidence.open().find(|one| one.recorded.event == *target).cloned();
        let amended = standing.map(|mut one| {
            change(&mut one);
            one
        });
        evidence.close_where(seq, |one| one.recorded.event == *target);
        Ok(amended.map(|one| evidence.push(seq, one)).is_some())
    }
}
