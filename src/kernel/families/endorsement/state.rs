//! `endorsement.*`
//!
//! What depends on others (how many endorsements the endorser has in force, whether two endorsed one
//! another, whether paid work between them is hidden) is settled here, when the event is applied, so that a score never asks other files.

use std::sync::Arc;

use super::{Given, Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{EndorsementPublished, EndorsementWithdrawn, PartyId, SubjectId};
use crate::facts::{Dossier, Endorsement, PartyNumber};
use crate::time::Date;

impl State {
    pub(super) fn publish_endorsement(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EndorsementPublished,
    ) -> Result<(), Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        let issuer = &entry.event.issuer;
        let recorded = self.recorded(seq, entry);
        let (on, event) = (recorded.on, recorded.event);
        let (dilution_days, reciprocal_days) = self
            .policy_on(on)
            .map_or((0, 0), |policy| (policy.endorsement.dilution_days, policy.endorsement.reciprocal_days));
        let endorser = self.enlist_issuer(entry);
        let given = self.given_by(endorser);
        let dilution = given.most(on, i32::from(dilution_days)) + 1;
        given.publish(on, body.expires_on);
        let reciprocal = self.mark_returned(seq, issuer, subject, on, reciprocal_days);
        if let Some(giver) = issuer.as_subject() {
            let pair = self.endorsed.entry((giver, subject)).or_default();
            Arc::make_mut(pair).push((on, event));
        }
        let voided_by = self.hidden_by(subject, endorser, body.relation, on).map(Box::new);
        let record = Endorsement {
            recorded,
            endorser,
            relation: body.relation,
            topic: body.topic.clone(),
            expires_on: body.expires_on,
            dilution: dilution.min(u32::from(u16::MAX)) as u16,
            reciprocal,
            voided_by,
        };
        self.dossier_mut(entry)?.endorsements.push(seq, record);
        Ok(())
    }

    pub(super) fn withdraw_endorsement(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EndorsementWithdrawn,
    ) -> Result<(), Presumed> {
        let stood = self.end_endorsement(seq, entry, &body.target)?;
        Presumed::Standing(body.target).unless(stood)
    }

    /// Ends an endorsement of the issuer's, which no longer dilutes its others from the day after; whether
    /// the target is one that stood.
    pub(super) fn end_endorsement(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        target: &EventId,
    ) -> Result<bool, Presumed> {
        let today = self.date_of(entry.at);
        let endorser = self.enlist_issuer(entry);
        let mut expires_on = None;
        let stood = self.dossier_mut(entry)?.endorsements.close_of(seq, endorser, |one| {
            let ends = one.recorded.event == *target;
            expires_on = if ends { Some(one.expires_on) } else { expires_on };
            ends
        });
        if let Some(last) = expires_on {
            self.given_by(endorser).withdraw(today, last);
        }
        Ok(stood)
    }

    fn given_by(&mut self, endorser: PartyNumber) -> &mut Given {
        let place = endorser.place();
        while self.given.len() <= place {
            self.given.push_back(None);
        }
        let given = self.given.get_mut(place).expect("the list was made long enough");
        Arc::make_mut(given.get_or_insert_default())
    }

    /// Whether the subject endorsed the endorser within `days`; marks those endorsements reciprocal too.
    fn mark_returned(
        &mut self,
        seq: u64,
        endorser: &PartyId,
        subject: SubjectId,
        on: Date,
        days: u16,
    ) -> bool {
        // Organisations are endorsed by nobody.
        let Some(returned_to) = endorser.as_subject() else { return false };
        let Some(all) = self.endorsed.get(&(subject, returned_to)) else { return false };
        let near = |given: &&(Date, EventId)| on.days_since(given.0) <= i32::from(days);
        let returned: Vec<EventId> = all.iter().filter(near).map(|(_, event)| *event).collect();
        if let Some(dossier) = self.dossier_of_mut(&returned_to) {
            returned.iter().for_each(|event| mark_reciprocal(dossier, seq, event));
        }
        !returned.is_empty()
    }
}

/// Marks an endorsement, unless it has ended or is marked already.
fn mark_reciprocal(dossier: &mut Dossier, seq: u64, event: &EventId) {
    let unmarked = |one: &&Endorsement| one.recorded.event == *event && !one.reciprocal;
    let standing = dossier.endorsements.open().find(unmarked).cloned();
    if let Some(one) = standing {
        dossier.endorsements.close_where(seq, |one| one.recorded.event == *event);
        dossier.endorsements.push(seq, Endorsement { reciprocal: true, ..one });
    }
}
