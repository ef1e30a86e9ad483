//! `erasure.*`

use std::collections::BTreeSet;

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    ErasureExecuted, ErasureRefused, ErasureRequested, ErasureStage, EvidenceStage, NoticeStage,
    ProposalStage,
};
use crate::facts::{Contest, Hearing, Recorded};
use crate::limits;
use crate::state::{ErasureRequest, Evidence};

impl<'a> Case<'a> {
    pub(super) fn erasure_requested(&mut self, body: &ErasureRequested) -> Result<(), Rejection> {
        // Who has left may still ask.
        self.signed_by_subject()?;
        check_targets(&body.targets)?;
        // An operator that stays silent does not keep the subject from asking again.
        let mut requests = self.erasures();
        let waits =
            |one: &&ErasureRequest| one.stage == ErasureStage::Requested && self.today <= one.answer_by;
        if let Some(waiting) = requests.find(waits) {
            let (one, last) = (&waiting.recorded, waiting.answer_by);
            return Err(Reason::ErasureExists.about(format_args!("{one}, to be answered by {last}")));
        }
        let index = self.state.index();
        for target in &body.targets {
            let row = index.seq(target).and_then(|seq| index.row(seq));
            let own = row.is_some_and(|row| row.subject == self.event.subject);
            Reason::TargetUnknown.unless(own, self.entry(target))?;
            Reason::TargetEnded.unless(!self.state.is_erased(target), self.entry(target))?;
        }
        Ok(())
    }

    pub(super) fn erasure_executed(&mut self, body: &ErasureExecuted) -> Result<(), Rejection> {
        self.signed_by_operator()?;
        let request = self.moved_erasure(&body.request)?;
        check_targets(&body.targets)?;
        for target in &body.targets {
            Reason::ErasureTargets.unless(request.targets.contains(target), self.entry(target))?;
        }
        for target in &body.targets {
            Reason::ErasureClock.unless(!self.is_needed(target), self.entry(target))?;
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
        let one = one.ok_or_else(|| Reason::TargetUnknown.about(self.entry(request)))?;
        let leads_to = ErasureStage::after(Some(one.stage), self.moves());
        Reason::TargetEnded.unless(leads_to.is_some(), self.entry(request))?;
        Ok(one)
    }

    fn erasures(&self) -> impl Iterator<Item = &'a ErasureRequest> + use<'a> {
        self.register().into_iter().flat_map(|register| register.erasures.open())
    }

    /// Whether a clock still needs what an event commits to: a contest that is open or may be appealed, an
    /// open notice or proposal, evidence to be kept, or the enrolment of a subject that takes part.
    fn is_needed(&self, target: &EventId) -> bool {
        let dossier = self.event.subject.and_then(|subject| self.state.dossier(&subject));
        let Some(dossier) = dossier else { return false };
        let contested = |one: &Contest| {
            let ruling = one.ruling.map(|ruling| ruling.by);
            [Some(one.recorded.event), Some(one.target), one.appeal, ruling].contains(&Some(*target))
        };
        // Which items commit to it stands in the log, not in the state: any of its contests may need it.
        let contest = self.contests_at_work().next().is_some();
        let kept = |one: &Evidence| {
            one.recorded.event == *target
                && one.stage == EvidenceStage::Held
                && (contest || one.retain_until >= self.today)
        };
        let heard = |recorded: &Recorded, hearing: &Hearing| {
            recorded.event == *target || hearing.reply.is_some_and(|reply| reply.event == *target)
        };
        let mut notices = dossier.notices.open().filter(|one| one.stage(self.today) != NoticeStage::Lapsed);
        let mut proposals =
            dossier.proposals.open().filter(|one| one.stage(self.today) != ProposalStage::Lapsed);
        notices.any(|one| heard(&one.recorded, &one.hearing))
            || proposals.any(|one| heard(&one.recorded, &one.hearing))
            || self.contests_at_work().any(contested)
            || dossier.enrolments.open().any(|one| one.recorded.event == *target)
            || self.evidence().any(kept)
    }
}

fn check_targets(targets: &[EventId]) -> Result<(), Rejection> {
    let distinct: BTreeSet<&EventId> = targets.iter().collect();
    let fits = (1..=limits::ERASURE_TARGETS).contains(&targets.len()) && distinct.len() == targets.len();
    Reason::ErasureTargets.unless(fits, format_args!("{} events", targets.len()))
}
