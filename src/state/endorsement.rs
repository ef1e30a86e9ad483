//! `endorsement.*`
//!
//! What depends on others (how many endorsements the endorser has in force, whether two endorsed one
//! another) is settled here, when the event is applied, so that a score never asks other files.

use std::sync::Arc;

use super::{Recording, State};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{EndorsementPublished, EndorsementWithdrawn, PartyId, SubjectId};
use crate::score::{Dossier, Endorsement, StandsFor};

/// An endorsement as its giver sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The event that published it.
    pub event: EventId,
    /// Whom it endorses.
    pub subject: SubjectId,
    /// The day it was recorded.
    pub from: Date,
    /// The last day in force: its expiry, or the day it was withdrawn.
    pub last: Date,
}

impl State {
    pub(super) fn publish_endorsement(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EndorsementPublished,
    ) {
        let Some(subject) = entry.event.subject else { return };
        let endorser = entry.event.issuer.clone();
        let recorded = self.recorded(seq, entry);
        let (on, event) = (recorded.on, recorded.event);
        let (dilution_days, reciprocal_days) = self
            .policy_on(on)
            .map_or((0, 0), |policy| (policy.endorsement.dilution_days, policy.endorsement.reciprocal_days));
        let dilution = most_in_force(self.given(&endorser), on.plus_days(-i32::from(dilution_days)), on) + 1;
        let reciprocal = self.mark_returned(seq, &endorser, subject, on, reciprocal_days);
        let record = Endorsement {
            recorded,
            endorser: self.parties.enlist(&endorser),
            relation: body.relation,
            topic: body.topic.clone(),
            expires_on: body.expires_on,
            dilution: dilution.min(usize::from(u16::MAX)) as u16,
            reciprocal,
        };
        let given = Given { event, subject, from: on, last: body.expires_on };
        Arc::make_mut(self.given.entry(endorser).or_default()).push(given);
        if let Some(dossier) = self.dossier_mut(entry) {
            dossier.endorsements.push(StandsFor::opened_by(seq, record));
        }
    }

    pub(super) fn withdraw_endorsement(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &EndorsementWithdrawn,
    ) {
        let today = self.date_of(entry.at);
        if let Some(given) = self.given.get_mut(&entry.event.issuer) {
            let target = Arc::make_mut(given).iter_mut().find(|one| one.event == body.target);
            target.into_iter().for_each(|one| one.last = one.last.min(today));
        }
        if let Some(dossier) = self.dossier_mut(entry) {
            let target =
                dossier.endorsements.iter_mut().filter(|one| one.record.recorded.event == body.target);
            target.for_each(|one| one.span.close_by(seq));
        }
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
        let Some(returned_to) = endorser.as_subject() else { return false };
        let giver = PartyId::from(subject);
        let near =
            |given: &&Given| given.subject == returned_to && on.days_since(given.from) <= i32::from(days);
        let returned: Vec<EventId> = self.given(&giver).iter().filter(near).map(|one| one.event).collect();
        if let Some(dossier) = self.dossier_of_mut(&returned_to) {
            returned.iter().for_each(|event| mark_reciprocal(dossier, seq, event));
        }
        !returned.is_empty()
    }
}

fn mark_reciprocal(dossier: &mut Dossier, seq: u64, event: &EventId) {
    let standing = dossier
        .endorsements
        .iter_mut()
        .find(|one| one.span.is_open() && one.record.recorded.event == *event && !one.record.reciprocal);
    let Some(one) = standing else { return };
    one.span.close_by(seq);
    let marked = Endorsement { reciprocal: true, ..(*one.record).clone() };
    dossier.endorsements.push(StandsFor::opened_by(seq, marked));
}

/// The most endorsements in force on any one day from `first` to `last`.
fn most_in_force(given: &[Given], first: Date, last: Date) -> usize {
    let running = |day: Date| given.iter().filter(|one| one.from <= day && day <= one.last).count();
    let starts = given.iter().map(|one| one.from).filter(|day| *day > first && *day <= last);
    starts.chain([first]).map(running).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_most_in_force_is_the_maximum_over_all_days(
            spans in proptest::collection::vec((0i32..60, 0i32..40), 0..12), first in 0i32..40, length in 0i32..40,
        ) {
            let given: Vec<Given> = spans.iter().map(|(from, length)| Given {
                event: EventId::from_bytes([0; 32]),
                subject: SubjectId::from_random([0; 13]),
                from: Date::from_days(*from),
                last: Date::from_days(from + length),
            }).collect();
            let by_day = (first..=first + length)
                .map(|day| given.iter().filter(|one| one.from.as_days() <= day && day <= one.last.as_days()).count())
                .max();
            let found = most_in_force(&given, Date::from_days(first), Date::from_days(first + length));
            prop_assert_eq!(Some(found), by_day);
        }
    }
}
