//! `endorsement.*`

use super::{Case, Reason, Rejection};
use crate::event::{EndorsementPublished, EndorsementStage, EndorsementWithdrawn, EventType, Relation};

impl Case<'_> {
    pub(super) fn endorsement_published(&mut self, body: &EndorsementPublished) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let (parties, size, endorser) = (self.state.parties(), self.state.size(), &self.event.issuer);
        Reason::Issuer.unless(parties.class(endorser, size).is_some(), endorser)?;
        let dossier = self.dossier()?;
        let Some(enrolment) = dossier.enrolment(size) else { return Err(Reason::SubjectDeparted.into()) };
        let itself = endorser.as_subject() == Some(dossier.subject);
        let own = itself || parties.group(endorser, size) == enrolment.group;
        Reason::EndorsementSelf.unless(!own, endorser)?;
        if !enrolment.topics.contains(&body.topic) {
            let topics: Vec<String> = enrolment.topics.iter().map(ToString::to_string).collect();
            let (topic, subject, topics) = (&body.topic, dossier.subject, topics.join(", "));
            return Err(
                Reason::EndorsementTopic.about(format_args!("{topic}: the topics of {subject} are {topics}"))
            );
        }
        let commercial = body.relation == Relation::Commercial;
        Reason::EndorsementValue.unless(commercial == body.value_band.is_some(), "value_band")?;
        Reason::EndorsementExpiry.unless(body.expires_on >= self.today, body.expires_on)?;
        let number = parties.number(endorser);
        let mut own = number.into_iter().flat_map(|number| dossier.endorsements.open_of(number));
        let twin = own.find(|one| one.topic == body.topic && one.expires_on >= self.today);
        twin.map_or(Ok(()), |twin| Err(Reason::EndorsementExists.about(&twin.recorded)))
    }

    pub(super) fn endorsement_withdrawn(&mut self, body: &EndorsementWithdrawn) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        let number = self.state.parties().number(&self.event.issuer);
        let mut own = number.into_iter().flat_map(|number| dossier.endorsements.open_of(number));
        let stage = match own.find(|one| one.recorded.event == body.target) {
            Some(one) => one.stage(self.today),
            None => self.ended_own(&body.target, EventType::EndorsementPublished, EndorsementStage::Ended)?,
        };
        self.leads_on(&body.target, Some(stage), EndorsementStage::after)
    }
}
