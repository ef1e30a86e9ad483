//! `collaboration.*`

use super::member::fits;
use super::{Case, Reason, Rejection};
use crate::event::{
    CollaborationDeclared, CollaborationEnded, CollaborationStage, EventType, MemberClass, PartyId,
};
use crate::facts::PartyClass;
use crate::limits;

impl Case<'_> {
    pub(super) fn collaboration_declared(&mut self, body: &CollaborationDeclared) -> Result<(), Rejection> {
        self.signed_by_business_and_subject()?;
        let dossier = self.dossier()?;
        let (parties, size, business) = (self.state.parties(), self.state.size(), &self.event.issuer);
        let own = parties.group(business, size) == parties.group(&dossier.subject.into(), size);
        Reason::CollaborationSelf.unless(!own, business)?;
        Reason::CollaborationTerms.unless(fits(&body.campaign), "campaign")?;
        let papers = body.papers.len();
        Reason::CollaborationTerms.unless(papers <= limits::ATTACHMENTS, format_args!("{papers} papers"))?;
        Reason::CollaborationTerms.unless(body.starts_on <= body.ends_on, body.ends_on)
    }

    pub(super) fn collaboration_ended(&mut self, body: &CollaborationEnded) -> Result<(), Rejection> {
        self.signed_by_business_and_subject()?;
        self.dossier()?;
        let number = self.state.parties().number(&self.event.issuer);
        let declared = self.register().zip(number);
        let mut own = declared.into_iter().flat_map(|(register, by)| register.collaborations.open_of(by));
        let stage = match own.find(|one| one.recorded.event == body.target) {
            Some(one) => one.stage(self.today),
            None => {
                self.ended_own(&body.target, EventType::CollaborationDeclared, CollaborationStage::Over)?
            }
        };
        self.leads_on(&body.target, Some(stage), CollaborationStage::after)
    }

    fn signed_by_business_and_subject(&mut self) -> Result<(), Rejection> {
        let issuer = &self.event.issuer;
        self.signers.party(issuer)?;
        let subject = self.subject_id()?;
        self.signers.party(&PartyId::from(subject))?;
        let class = self.state.parties().class(issuer, self.state.size());
        Reason::Issuer.unless(class == Some(PartyClass::Member(MemberClass::Business)), issuer)?;
        self.signers.all_needed()
    }
}
