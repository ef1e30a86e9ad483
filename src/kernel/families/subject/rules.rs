//! `subject.*`

use std::collections::BTreeSet;

use super::{Case, Reason, Rejection};
use crate::event::{
    EventType, IdentityKey, PartyId, ProposalStage, Role, SubjectEnrolled, SubjectResumed, SubjectStage,
    TopicId,
};
use crate::facts::{Dossier, Proposal, StandsFor};
use crate::limits;

impl Case<'_> {
    pub(super) fn subject_enrolled(&mut self, body: &SubjectEnrolled) -> Result<(), Rejection> {
        self.signed_by_registrar()?;
        self.signers.newcomer(&body.key)?;
        self.signers.all_needed()?;
        let subject = self.subject_id()?;
        Reason::SubjectExists.unless(self.state.dossier(&subject).is_none(), subject)?;
        self.check_identity_key(body.identity_key)?;
        let known = self.state.subject_of(&body.identity);
        Reason::SubjectIdentity.unless(known.is_none(), body.identity)?;
        self.check_topics(&body.topics)
    }

    pub(super) fn subject_resumed(&mut self, body: &SubjectResumed) -> Result<(), Rejection> {
        self.signed_by_registrar()?;
        let subject = self.subject_id()?;
        self.signers.party(&PartyId::from(subject))?;
        self.signers.all_needed()?;
        self.check_unrestrained()?;
        let dossier = self.state.dossier(&subject).ok_or_else(|| Reason::SubjectUnknown.about(subject))?;
        let enrolled = dossier.enrolment(self.state.size()).is_some();
        let stage = if enrolled { SubjectStage::Enrolled } else { SubjectStage::Departed };
        let resumes = SubjectStage::after(Some(stage), self.moves());
        Reason::SubjectEnrolled.unless(resumes.is_some(), subject)?;
        self.check_identity_key(body.identity_key)?;
        let same = self.state.subject_of(&body.identity) == Some(subject);
        Reason::SubjectOther.unless(same, body.identity)?;
        self.check_topics(&body.topics)
    }

    fn signed_by_registrar(&mut self) -> Result<(), Rejection> {
        self.signers.party(&self.event.issuer)?;
        let registrar = self.state.parties().member(&self.event.issuer, self.state.size());
        let may = registrar.is_some_and(|member| member.roles.contains(&Role::Registrar));
        Reason::Issuer.unless(may, &self.event.issuer)
    }

    /// Identities can be compared only where one secret keys them all, whichever registrar enrols.
    fn check_identity_key(&self, named: Option<IdentityKey>) -> Result<(), Rejection> {
        match self.state.identity_key() {
            Some(fixed) => Reason::SubjectIdentityKey.unless(named == Some(fixed), fixed),
            None => Ok(()),
        }
    }

    fn check_topics(&self, topics: &[TopicId]) -> Result<(), Rejection> {
        let distinct: BTreeSet<&TopicId> = topics.iter().collect();
        let count = (1..=3).contains(&topics.len()) && distinct.len() == topics.len();
        Reason::SubjectTopics.unless(count, format_args!("{} topics", topics.len()))?;
        for topic in distinct {
            Reason::SubjectTopics.unless(self.policy.topics.contains_key(topic), topic)?;
        }
        Ok(())
    }

    /// Whether its proposer let another proposal lapse shortly before: who only proposes holds nobody.
    fn was_proposed_before(&self, dossier: &Dossier, proposal: &Proposal) -> bool {
        let ended_by = |size: u64| self.state.index().row(size.checked_sub(1)?)?.event_type();
        let lapsed = |one: &&StandsFor<Proposal>| {
            one.record.proposer == proposal.proposer
                && one.span.to_size.and_then(ended_by) == Some(EventType::SanctionProposed)
                && proposal.recorded.on.days_since(one.record.recorded.on) <= limits::PROPOSAL_AGAIN_DAYS
        };
        dossier.proposals.ended_after(0).any(|one| lapsed(&one))
    }

    pub(super) fn subject_departed(&mut self) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let size = self.state.size();
        let running = dossier.sanctions(size).find(|one| one.ends_on.is_none_or(|last| last >= self.today));
        if let Some(sanction) = running {
            return Err(Reason::SubjectSanctioned.about(&sanction.recorded));
        }
        let holds = |one: &&Proposal| {
            one.stage(self.today) != ProposalStage::Lapsed && !self.was_proposed_before(dossier, one)
        };
        let pending = dossier.proposals.open().find(holds);
        if let Some(proposal) = pending {
            return Err(Reason::SubjectProposed.about(&proposal.recorded));
        }
        match dossier.open_contests(size).next() {
            Some(contest) => Err(Reason::SubjectContesting.about(&contest.recorded)),
            None => Ok(()),
        }
    }
}
