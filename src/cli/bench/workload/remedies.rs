//! Contests and their outcomes, sanctions and lifting them.

use super::super::bodies::{INDICATORS, OBSERVED_DAYS, date};
use super::{Contested, OPEN_CONTESTS, OPEN_PER_SUBJECT, Planned, Sanctioned, Workload, council, keep};
use crate::dsse::EventId;
use crate::event::*;
use crate::limits;

impl Workload {
    pub(super) fn contest(&mut self) -> Option<Planned> {
        let one = self.take_assessed(|load, one| {
            let open = load.open.get(&one.subject).copied().unwrap_or_default();
            open < OPEN_PER_SUBJECT && load.may_speak(one.subject)
        })?;
        *self.open.entry(one.subject).or_default() += 1;
        // A day is left for midnight.
        let last = date(self.at).plus_days(OBSERVED_DAYS + 1);
        self.disputed.insert((one.assessor, one.subject), last);
        let (text, voice) = (self.text("subject", one.subject), self.voice(one.subject));
        let body = self.bodies.contest(&mut self.dice, one.id, text.commitment());
        let planned = self.plan([voice], Some(one.subject), body).with(text);
        let id = EventId::of_payload(&planned.payload);
        let contested = Contested { subject: one.subject, id, indicator: one.indicator };
        match &mut self.phase {
            None => self.contested.push(contested),
            Some(phase) => phase.filed.push(contested),
        }
        Some(planned)
    }

    /// A contest that is open, to be settled; none while history keeps them open.
    fn take_contested(&mut self, by_subject: bool) -> Option<Contested> {
        let kept = OPEN_CONTESTS.min(self.scale.events as usize / 50);
        if self.contested.is_empty() || (self.phase.is_none() && self.contested.len() <= kept) {
            return None;
        }
        let place = self.dice.below(self.contested.len());
        let subject = self.contested[place].subject;
        if by_subject && !self.may_speak(subject) {
            return None;
        }
        match &mut self.phase {
            Some(phase) => phase.settled.push(subject),
            None => *self.open.entry(subject).or_default() -= 1,
        }
        Some(self.contested.swap_remove(place))
    }

    pub(super) fn decide(&mut self) -> Option<Planned> {
        let one = self.take_contested(false)?;
        let text = self.text("council", one.subject);
        let body = self.bodies.decision(&mut self.dice, one.id, one.indicator, text.commitment());
        Some(self.plan(council(), Some(one.subject), body).with(text))
    }

    pub(super) fn withdraw_contest(&mut self) -> Option<Planned> {
        let one = self.take_contested(true)?;
        let body = ContestWithdrawn { contest: one.id, reason: None };
        let voice = self.voice(one.subject);
        Some(self.plan([voice], Some(one.subject), body))
    }

    pub(super) fn sanction(&mut self) -> Option<Planned> {
        let subject = self.some_subject();
        let (indicator, today) = (self.dice.below(INDICATORS), date(self.at));
        if self.sanctioned_until.get(&(subject, indicator)).is_some_and(|last| *last >= today) {
            return None;
        }
        let text = self.text("council", subject);
        let (body, ends_on) = self.bodies.sanction(&mut self.dice, indicator, today, text.commitment());
        // It may be lifted, and then holds for a while longer.
        self.sanctioned_until.insert((subject, indicator), ends_on.plus_days(limits::CLEARED_DAYS + 1));
        let planned = self.plan(council(), Some(subject), body).with(text);
        if self.phase.is_none() {
            let id = EventId::of_payload(&planned.payload);
            keep(&mut self.sanctioned, Sanctioned { subject, id, ends_on }, &mut self.dice);
        }
        Some(planned)
    }

    pub(super) fn lift(&mut self) -> Option<Planned> {
        let place = self.dice.below(self.sanctioned.len().max(1));
        self.sanctioned.get(place)?;
        let one = self.sanctioned.swap_remove(place);
        if one.ends_on <= date(self.at) {
            return None;
        }
        Some(self.plan(council(), Some(one.subject), SanctionLifted { target: one.id, reason: None }))
    }
}
