//! `erasure.*`

use super::register::ErasureRequest;
use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{
    ErasureExecuted, ErasureRefused, ErasureRequested, ErasureStage, EventType, EvidenceStage, Move,
};
use crate::limits;

impl State {
    pub(super) fn request_erasure(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ErasureRequested,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let record = ErasureRequest {
            answer_by: recorded.on.plus_days(limits::ERASURE_DAYS),
            recorded,
            targets: body.targets.clone(),
            stage: ErasureStage::Requested,
        };
        self.register_mut(entry)?.erasures.push(seq, record);
        Ok(())
    }

    pub(super) fn execute_erasure(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ErasureExecuted,
    ) -> Result<(), Presumed> {
        self.answer_erasure(seq, entry, &body.request, ErasureStage::Executed)?;
        for target in &body.targets {
            // Most events about a subject are no evidence, and no stage of anything changes.
            self.amend_evidence(seq, entry, target, |before| {
                let erased =
                    EvidenceStage::after(Some(before.stage), Move::Event(EventType::ErasureExecuted, None));
                before.stage = erased.unwrap_or(before.stage);
            })?;
            self.erased.insert(*target);
        }
        Ok(())
    }

    pub(super) fn refuse_erasure(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ErasureRefused,
    ) -> Result<(), Presumed> {
        self.answer_erasure(seq, entry, &body.request, ErasureStage::Refused)
    }

    fn answer_erasure(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        request: &EventId,
        stage: ErasureStage,
    ) -> Result<(), Presumed> {
        let erasures = &mut self.register_mut(entry)?.erasures;
        let standing = erasures.open().find(|one| one.recorded.event == *request).cloned();
        let before = standing.ok_or(Presumed::Standing(*request))?;
        erasures.close_where(seq, |one| one.recorded.event == *request);
        erasures.push(seq, ErasureRequest { stage, ..before });
        Ok(())
    }
}
