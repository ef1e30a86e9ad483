//! `erasure.*`

use std::collections::BTreeSet;

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    ErasureExecuted, ErasureRefused, ErasureRequested, ErasureStage, EvidenceStage, NoticeStage,
    ProposalStage,
};
use crate::limits;
use crate::state::ErasureRequest;

impl<'a> Case<'a> {
    pub(super) fn erasure_requested(&mut self, body: &ErasureRequested) -> Result<(), Rejection> {
        // Who has left may still ask.
        self.signed_by_subject()?;
        check_targets(&body.targets)?;
        let waiting = self.erasures().find(|one| one.stage == ErasureStage::Requested);
        if let Some(waiting) = waiting {
            return Err(Reason::ErasureExists.about(waiting.recorded.event));
        }
        let index = self.state.index();
        for target in &body.targets {
            let row = index.seq(target).and_then(|seq| index.row(seq));
            let own = row.is_some_and(|row| row.subject == self.event.subject);
            Reason::TargetUnknown.unless(own, target)?;
            Reason::TargetEnded.unless(!self.state.is_erased(target), target)?;
        }
        Ok(())
    }

    pub(super) fn erasure_executed(&mut self, body: &ErasureExecuted) -> Result<(), Rejection> {
        self.signed_by_operator()?;
        let request = self.moved_erasure(&body.request)?;
        check_targets(&body.targets)?;
        for target in &body.targets {
            Reason::ErasureTargets.unless(request.targets.contains(target), target)?;
        }
        for target in &body.targets {
            Reason::ErasureClock.unless(!self.is_needed(target), target)?;
        }
        Ok(())
    }

    pub(super) fn erasure_refused(&mut self, body: &ErasureRefused) -> Result<(), Rejection> {
        self.signed_by_operator()?;
        self.moved_erasure(&body.request).map(drop)
    }

    fn signed_by_operator(&mut self) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let operator = self.state.ledger().map(|ledger| &ledger.operator);
        Reason::Issuer.unless(operator == Some(&self.event.issuer), &self.event.issuer)
    }

    /// A request that this event leads on from where it stands.
    fn moved_erasure(&self, request: &EventId) -> Result<&'a ErasureRequest, Rejection> {
        let one = self.erasures().find(|one| one.recorded.event == *request);
        let one = one.ok_or_else(|| Reason::TargetUnknown.about(request))?;
        let leads_to = ErasureStage::after(Some(one.stage), self.moves());
        Reason::TargetEnded.unless(leads_to.is_some(), request)?;
        Ok(one)
    }

    fn erasures(&self) -> impl Iterator<Item = &'a ErasureRequest> + use<'a> {
        self.register().into_iter().flat_map(|register| register.erasures.open())
    }

    /// Whether a clock still needs what an event commits to: an open contest, evidence to be kept, or the
    /// enrolment of a subject that takes part.
    fn is_needed(&self, target: &EventId) -> bool {
        let dossier = self.event.subject.and_then(|subject| self.state.dossier(&subject));
        let Some(dossier) = dossier else { return false };
        let contested = |one: &crate::score::Contest| one.recorded.event == *target || one.target == *target;
        let kept = |one: &crate::state::Evidence| {
            one.recorded.event == *target
                && one.stage == EvidenceStage::Held
                && one.retain_until >= self.today
        };
        let heard = |one: &crate::score::Recorded| one.event == *target;
        let waits = |stage: NoticeStage| stage != NoticeStage::Lapsed;
        dossier.notices.open().any(|one| heard(&one.recorded) && waits(one.stage(self.today)))
            || dossier
                .proposals
                .open()
                .any(|one| heard(&one.recorded) && one.stage(self.today) != ProposalStage::Lapsed)
            || dossier.pending.open().any(contested)
            || dossier.enrolments.open().any(|one| one.recorded.event == *target)
            || self.evidence().any(kept)
    }
}

fn check_targets(targets: &[EventId]) -> Result<(), Rejection> {
    let distinct: BTreeSet<&EventId> = targets.iter().collect();
    let fits = (1..=limits::ERASURE_TARGETS).contains(&targets.len()) && distinct.len() == targets.len();
    Reason::ErasureTargets.unless(fits, format_args!("{} events", targets.len()))
}
