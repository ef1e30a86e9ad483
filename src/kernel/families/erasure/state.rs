//! `erasure.*`

use super::register::ErasureRequest;
use super::{Recording, State};
use crate::dsse::EventId;
use crate::event::{
    ErasureExecuted, ErasureRefused, ErasureRequested, ErasureStage, EventType, EvidenceStage, Move,
};
use crate::limits;

impl State {
    pub(super) fn request_erasure(&mut self, seq: u64, entry: &Recording<'_>, body: &ErasureRequested) {
        let recorded = self.recorded(seq, entry);
        let record = ErasureRequest {
            answer_by: recorded.on.plus_days(limits::ERASURE_DAYS),
            recorded,
            targets: body.targets.clone(),
            stage: ErasureStage::Requested,
        };
        if let Some(register) = self.register_mut(entry) {
            register.erasures.push(seq, record);
        }
    }

    pub(super) fn execute_erasure(&mut self, seq: u64, entry: &Recording<'_>, body: &ErasureExecuted) {
        self.answer_erasure(seq, entry, &body.request, ErasureStage::Executed);
        for target in &body.targets {
            self.amend_evidence(seq, entry, target, |before| {
                let erased =
                    EvidenceStage::after(Some(before.stage), Move::Event(EventType::ErasureExecuted, None));
                before.stage = erased.unwrap_or(before.stage);
            });
            self.erased.insert(*target);
        }
    }

    pub(super) fn refuse_erasure(&mut self, seq: u64, entry: &Recording<'_>, body: &ErasureRefused) {
        self.answer_erasure(seq, entry, &body.request, ErasureStage::Refused);
    }

    fn answer_erasure(&mut self, seq: u64, entry: &Recording<'_>, request: &EventId, stage: ErasureStage) {
        let Some(register) = self.register_mut(entry) else { return };
        let standing = register.erasures.open().find(|one| one.recorded.event == *request);
        let Some(answered) = standing.map(|before| ErasureRequest { stage, ..before.clone() }) else {
            return;
        };
        register.erasures.close_where(seq, |one| one.recorded.event == *request);
        register.erasures.push(seq, answered);
    }
}
