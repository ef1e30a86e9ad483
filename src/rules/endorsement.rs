//! `endorsement.*`

use super::{Case, Reason, Rejection};
use crate::event::{EndorsementPublished, EndorsementWithdrawn, Relation};

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
        Reason::EndorsementTopic.unless(enrolment.topics.contains(&body.topic), &body.topic)?;
        let commercial = body.relation == Relation::Commercial;
        Reason::EndorsementValue.unless(commercial == body.value_band.is_some(), "value_band")?;
        Reason::EndorsementExpiry.unless(body.expires_on >= self.today, body.expires_on)?;
        let number = parties.number(endorser);
        let mut standing = dossier.endorsements(size);
        let twin = standing.find(|one| {
            Some(one.endorser) == number && one.topic == body.topic && one.expires_on >= self.today
        });
        twin.map_or(Ok(()), |twin| Err(Reason::EndorsementExists.about(twin.recorded.event)))
    }

    pub(super) fn endorsement_withdrawn(&mut self, body: &EndorsementWithdrawn) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        let target = dossier.endorsements.iter().rev().find(|one| one.record.recorded.event == body.target);
        let target = target.ok_or_else(|| Reason::TargetUnknown.about(body.target))?;
        let endorser = self.state.parties().name(target.record.endorser);
        Reason::TargetOther.unless(*endorser == self.event.issuer, endorser)?;
        let stands = target.span.is_open() && target.record.expires_on >= self.today;
        Reason::TargetEnded.unless(stands, body.target)
    }
}
