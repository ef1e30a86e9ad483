//! Assessments and endorsements, and taking them back.

use super::super::alliance::{ENDORSERS, Signer};
use super::super::bodies::{date, some_assessor};
use super::{Assessed, ENDORSED_DAYS, Endorsed, Planned, Workload, keep};
use crate::dsse::EventId;
use crate::event::*;

impl Workload {
    pub(super) fn assess(&mut self) -> Planned {
        let today = date(self.at);
        let (assessor, subject) = loop {
            let pair = (some_assessor(&mut self.dice), self.some_subject());
            if self.disputed.get(&pair).is_some_and(|last| *last >= today) {
                continue;
            }
            if self.phase.as_ref().is_none_or(|phase| !phase.frozen.contains(&pair)) {
                break pair;
            }
        };
        let (body, indicator) = self.bodies.assessment(&mut self.dice, today);
        let planned = self.plan([Signer::Assessor(assessor)], Some(subject), body);
        if self.phase.is_some() {
            // Of two in one phase, nobody knows which will be the newer.
            self.newest.remove(&(assessor, subject));
            return planned;
        }
        let id = EventId::of_payload(&planned.payload);
        let one = Assessed { assessor, subject, id, indicator };
        if let Some(old) = keep(&mut self.assessed, one, &mut self.dice)
            && self.newest.get(&(old.assessor, old.subject)) == Some(&old.id)
        {
            self.newest.remove(&(old.assessor, old.subject));
        }
        self.newest.insert((assessor, subject), id);
        planned
    }

    pub(super) fn endorse(&mut self) -> Option<Planned> {
        let today = date(self.at);
        for _ in 0..4 {
            let (endorser, subject) = (self.dice.below(ENDORSERS), self.some_subject());
            let topics = self.bodies.topics_of(subject);
            let nth = self.dice.below(topics.len());
            let topic = self.bodies.topics_of(subject).nth(nth)?.clone();
            let key = (endorser, subject, topic.clone());
            if self.endorsing.get(&key).is_some_and(|last| *last >= today) {
                continue;
            }
            let expires_on = today.plus_days(ENDORSED_DAYS);
            self.endorsing.insert(key, expires_on);
            let body = self.bodies.endorsement(&mut self.dice, topic.clone(), expires_on);
            let planned = self.plan([Signer::Endorser(endorser)], Some(subject), body);
            if self.phase.is_none() {
                let id = EventId::of_payload(&planned.payload);
                keep(
                    &mut self.endorsed,
                    Endorsed { endorser, subject, topic, id, expires_on },
                    &mut self.dice,
                );
            }
            return Some(planned);
        }
        None
    }

    /// An assessment that stands and that nothing has been said about since; it is taken out of the pool.
    pub(super) fn take_assessed(&mut self, fits: impl Fn(&Self, &Assessed) -> bool) -> Option<Assessed> {
        for _ in 0..8 {
            let place = self.dice.below(self.assessed.len().max(1));
            let one = self.assessed.get(place)?;
            let stands = self.newest.get(&(one.assessor, one.subject)) == Some(&one.id);
            if stands && !fits(self, one) {
                continue;
            }
            let one = self.assessed.swap_remove(place);
            if stands {
                self.newest.remove(&(one.assessor, one.subject));
                if let Some(phase) = &mut self.phase {
                    phase.frozen.insert((one.assessor, one.subject));
                }
                return Some(one);
            }
        }
        None
    }

    pub(super) fn withdraw_assessment(&mut self) -> Option<Planned> {
        let one = self.take_assessed(|_, _| true)?;
        let body = AssessmentWithdrawn { target: one.id, reason: None };
        Some(self.plan([Signer::Assessor(one.assessor)], Some(one.subject), body))
    }

    pub(super) fn withdraw_endorsement(&mut self) -> Option<Planned> {
        let place = self.dice.below(self.endorsed.len().max(1));
        self.endorsed.get(place)?;
        let one = self.endorsed.swap_remove(place);
        let key = (one.endorser, one.subject, one.topic);
        // A phase leaves the mark, so that the pair is not endorsed again before this is recorded; a day is
        // left for midnight.
        let renewed = self.endorsing.get(&key) != Some(&one.expires_on);
        if renewed || one.expires_on <= date(self.at) {
            return None;
        }
        if self.phase.is_none() {
            self.endorsing.remove(&key);
        }
        let body = EndorsementWithdrawn { target: one.id, reason: None };
        Some(self.plan([Signer::Endorser(one.endorser)], Some(one.subject), body))
    }
}
