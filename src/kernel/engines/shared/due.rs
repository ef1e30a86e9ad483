//! What the passing of time does: the dates on which a score may change of itself, and why.

use super::context::Context;
use super::sanctioned;
use crate::dsse::EventId;
use crate::engines::{Cause, Passing};
use crate::event::AgeStep;
use crate::facts::{At, Dossier, Parties, PolicyBook, PolicyVersion};
use crate::time::Date;

/// What is due on a date, as it is foreseen at a moment before it.
pub(in crate::engines) fn due_on(
    dossier: &Dossier,
    parties: &Parties,
    policies: &PolicyBook,
    version: &PolicyVersion,
    at: At,
    on: Date,
) -> Vec<Cause> {
    let context = Context::new(dossier, parties, policies, version, at);
    let due = due(&context, policies).filter(|one| one.on == on);
    due.map(|one| one.cause()).collect()
}

/// A cause and its date.
pub(super) struct Due<'a> {
    pub on: Date,
    what: Passing,
    event: &'a EventId,
    /// What its age counts from, where that is what counts.
    from: Option<Date>,
}

impl Due<'_> {
    pub(super) fn cause(&self) -> Cause {
        Cause { what: self.what, event: *self.event, days: self.from.map(|from| self.on.days_since(from)) }
    }
}

/// What is due after the moment looked at: of each age the next step, and all that is not over.
pub(super) fn due<'a>(context: &'a Context<'a>, policies: &'a PolicyBook) -> impl Iterator<Item = Due<'a>> {
    let (dossier, policy, at) = (context.dossier, context.policy, context.at);
    let assessments = dossier.assessments(at.size).flat_map(move |one| {
        let event = &one.recorded.event;
        let ages = aging(&policy.assessment.age, one.counts_from, at.as_of, Passing::AssessmentAges, event);
        let expires = one.valid_until.map(|last| after(last, Passing::AssessmentExpires, event));
        [ages, expires]
    });
    let endorsements = context.endorsed.iter().flat_map(move |one| {
        let event = &one.record.recorded.event;
        let (steps, from) = (&policy.endorsement.age, one.record.recorded.on);
        let ages = aging(steps, from, at.as_of, Passing::EndorsementAges, event);
        [ages, Some(after(one.record.expires_on, Passing::EndorsementExpires, event))]
    });
    let sanctions = dossier.sanctions(at.size).flat_map(|one| {
        let event = &one.recorded.event;
        sanctioned::changes(one).map(move |(on, what)| Some(Due { on, what, event, from: None }))
    });
    let running = context.contests.iter().filter(move |one| !one.is_overdue(at.as_of));
    let contests = running
        .map(|one| one.decide_by.map(|last| after(last, Passing::ClockMissed, &one.contest.recorded.event)));
    let coming = policies.coming(at.size, at.as_of).map(|one| Due {
        on: one.effective_from,
        what: Passing::PolicyBegins,
        event: &one.event,
        from: None,
    });
    let all = assessments.chain(endorsements).chain(sanctions).chain(contests).chain([coming]);
    all.flatten().filter(move |one| one.on > at.as_of)
}

/// The first later date on which the passing of time alone may change the score.
pub(super) fn next_change(context: &Context<'_>, policies: &PolicyBook) -> Option<Date> {
    due(context, policies).map(|one| one.on).min()
}

fn after(last: Date, what: Passing, event: &EventId) -> Due<'_> {
    Due { on: last.plus_days(1), what, event, from: None }
}

/// The first day after `as_of` on which an age counted from `from` enters another step.
fn aging<'a>(
    steps: &[AgeStep],
    from: Date,
    as_of: Date,
    what: Passing,
    event: &'a EventId,
) -> Option<Due<'a>> {
    let ends = steps.iter().filter_map(|step| step.up_to_days);
    let mut changes = ends.map(|up_to| from.plus_days(up_to as i32).plus_days(1));
    let on = changes.find(|day| *day > as_of)?;
    Some(Due { on, what, event, from: Some(from) })
}
