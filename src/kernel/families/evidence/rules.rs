//! `evidence.*`

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    EvidenceCommitted, EvidenceDestroyed, EvidenceDisclosed, EvidenceStage, PartyId, is_media_type,
};
use crate::facts::PartyClass;
use crate::limits;
use crate::state::Evidence;

impl<'a> Case<'a> {
    pub(super) fn evidence_committed(&mut self, body: &EvidenceCommitted) -> Result<(), Rejection> {
        self.signers.party(&self.event.issuer)?;
        if body.custodian != self.event.issuer {
            // Nobody becomes a custodian unasked.
            self.signers.party(&body.custodian)?;
        }
        self.signers.all_needed()?;
        for member in [&self.event.issuer, &body.custodian] {
            let class = self.state.parties().class(member, self.state.size());
            Reason::Issuer.unless(matches!(class, Some(PartyClass::Member(_))), member)?;
        }
        self.dossier()?;
        Reason::EvidenceTerms.unless(is_media_type(&body.media_type), "media_type")?;
        let last = self.today.plus_days(limits::EVIDENCE_DAYS);
        let terms = self.today <= body.retain_until && body.retain_until <= last;
        Reason::EvidenceTerms.unless(terms, body.retain_until)?;
        let held = || self.evidence().filter(|one| one.stage == EvidenceStage::Held);
        if let Some(twin) = held().find(|one| one.commitment == *body.commitment) {
            return Err(Reason::EvidenceExists.about(&twin.recorded));
        }
        let count = held().count();
        Reason::EvidenceCount.unless(count < limits::EVIDENCE, format_args!("{count} are held"))?;
        // One owner must not take all the room, for years, from who has evidence to keep.
        let (parties, size) = (self.state.parties(), self.state.size());
        let group = parties.group(&body.custodian, size);
        let own = held().filter(|one| parties.group(self.custodian(one), size) == group).count();
        let room = own < limits::EVIDENCE_OF_GROUP;
        Reason::EvidenceCount.unless(room, format_args!("{own} are held by {group}"))
    }

    pub(super) fn evidence_disclosed(&mut self, body: &EvidenceDisclosed) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let evidence = self.moved_evidence(&body.target)?;
        let known = body.to.is_council() || self.state.parties().class(&body.to, self.state.size()).is_some();
        Reason::EvidenceRecipient.unless(known, &body.to)?;
        Reason::EvidenceShown.unless(!evidence.disclosed_to.contains(&body.to), &body.to)?;
        let room = evidence.disclosed_to.len() < limits::EVIDENCE_RECIPIENTS;
        Reason::EvidenceRecipients.unless(room, body.target)
    }

    pub(super) fn evidence_destroyed(&mut self, body: &EvidenceDestroyed) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let evidence = self.moved_evidence(&body.target)?;
        Reason::EvidenceRetained.unless(evidence.retain_until < self.today, evidence.retain_until)?;
        // Which items commit to it stands in the log, not in the state: any of its contests may need it.
        let open = self.contests_at_work().next();
        open.map_or(Ok(()), |contest| Err(Reason::EvidenceContested.about(&contest.recorded)))
    }

    /// A piece of evidence that the issuer keeps and that this event leads on from where it stands.
    fn moved_evidence(&self, target: &EventId) -> Result<&'a Evidence, Rejection> {
        let one = self.evidence().find(|one| one.recorded.event == *target);
        let one = one.ok_or_else(|| Reason::TargetUnknown.about(self.entry(target)))?;
        let custodian = self.custodian(one);
        Reason::TargetOther.unless(*custodian == self.event.issuer, custodian)?;
        let leads_to = EvidenceStage::after(Some(one.stage), self.moves());
        Reason::TargetEnded.unless(leads_to.is_some(), self.entry(target))?;
        Ok(one)
    }

    fn custodian(&self, evidence: &Evidence) -> &'a PartyId {
        self.state.parties().name(evidence.custodian)
    }

    pub(super) fn evidence(&self) -> impl Iterator<Item = &'a Evidence> + use<'a> {
        self.register().into_iter().flat_map(|register| register.evidence.open())
    }
}
