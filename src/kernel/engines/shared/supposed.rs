//! Rule 12: what the score would gain if one thing were otherwise.

use super::assessed::Base;
use super::context::{Context, WhatIf};
use super::counting::Excluded;
use super::endorsed::Bonus;
use super::evaluated::{Evaluation, points};
use super::tally::Tally;
use crate::dsse::EventId;
use crate::event::Confidence;

/// The thing that is supposed to be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supposed {
    /// That assessments were fresh.
    Stale,
    /// That every voice was one of full experience.
    New,
    /// That the prior weighed nothing.
    Thin,
    /// That declared conflicts of interest weighed.
    Conflict,
    /// That signatures of keys in other hands counted.
    Key,
    /// That contested items were out.
    Contest,
    /// That void endorsements weighed.
    Void,
    /// That endorsements were neither diluted nor reciprocal.
    Damped,
}

/// By how many points the score would then differ, for each that is not so already.
pub(super) fn supposed_losses(
    context: &Context<'_>,
    found: &Evaluation<'_>,
    confidence: Option<Confidence>,
    without_contested: Option<&Evaluation<'_>>,
) -> Vec<(Supposed, i64)> {
    let now = found.points(context).unwrap_or(0);
    let (bonus, burden, plain) = (&found.bonus, &found.burden, WhatIf::default());
    let with_base = |base: &Base| points(context, base, bonus, burden);
    let recounted = |what_if| Base::of(context, &Tally::of(context, what_if), false);
    let mut losses = Vec::new();
    let mut suppose = |one, then: Option<i64>| losses.push((one, then.unwrap_or(0) - now));
    if Supposed::Stale.concerns_any(context) {
        suppose(Supposed::Stale, with_base(&recounted(WhatIf { ages_fresh: true, ..plain })));
    }
    if Supposed::New.concerns_any(context) {
        suppose(Supposed::New, with_base(&recounted(WhatIf { voices_full: true, ..plain })));
    }
    if confidence != Some(Confidence::High) {
        suppose(Supposed::Thin, with_base(&Base::of(context, &found.tally, true)));
    }
    if Supposed::Conflict.concerns_any(context) {
        suppose(Supposed::Conflict, with_base(&recounted(WhatIf { conflicts_weigh: true, ..plain })));
    }
    if Supposed::Key.concerns_any(context) {
        suppose(Supposed::Key, Evaluation::of(context, WhatIf { keys_count: true, ..plain }).points(context));
    }
    if let Some(without_contested) = without_contested {
        suppose(Supposed::Contest, without_contested.points(context));
    }
    if Supposed::Void.concerns_any(context) {
        let valid = Bonus::of(context, WhatIf { void_weigh: true, ..plain });
        suppose(Supposed::Void, points(context, &found.base, &valid, burden));
    }
    if Supposed::Damped.concerns_any(context) {
        let undamped = Bonus::of(context, WhatIf { undamped: true, ..plain });
        suppose(Supposed::Damped, points(context, &found.base, &undamped, burden));
    }
    losses
}

impl Supposed {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Stale => "AGE.STALE",
            Self::New => "EXPERIENCE",
            Self::Thin => "EVID.THIN",
            Self::Conflict => Excluded::Conflict.code(),
            Self::Key => Excluded::Key { known_from_size: 0 }.code(),
            Self::Contest => "CONTEST.OPEN",
            Self::Void => Excluded::Void.code(),
            Self::Damped => "END.DAMPED",
        }
    }

    fn concerns_any(self, context: &Context<'_>) -> bool {
        self.concerned(context).next().is_some()
    }

    /// The events that it is about.
    pub(super) fn events(self, context: &Context<'_>) -> Vec<EventId> {
        self.concerned(context).collect()
    }

    fn concerned<'a>(self, context: &'a Context<'a>) -> Box<dyn Iterator<Item = EventId> + 'a> {
        let eligible = context.eligible(WhatIf::default());
        match self {
            Self::Stale => {
                let stale = eligible.filter(|one| one.age_permille < context.fresh_permille());
                Box::new(stale.map(|one| one.record.recorded.event))
            }
            Self::New => {
                let new = eligible.filter(|one| one.is_new() && one.excluded(WhatIf::default()).is_none());
                Box::new(new.map(|one| one.record.recorded.event))
            }
            Self::Thin => Box::new(std::iter::empty()),
            Self::Conflict => {
                Box::new(eligible.filter(|one| one.record.conflict).map(|one| one.record.recorded.event))
            }
            Self::Key => {
                let assessed = context.assessed.iter().map(|one| (one.is_signed(), &one.record.recorded));
                let endorsed = context.endorsed.iter().map(|one| (one.is_signed(), &one.record.recorded));
                let unsigned = assessed.chain(endorsed).filter(|(signed, _)| !signed);
                Box::new(unsigned.map(|(_, recorded)| recorded.event))
            }
            Self::Contest => Box::new(context.contests.iter().map(|one| one.contest.target)),
            Self::Void => {
                let void = context.ties(WhatIf::default()).filter(|one| one.record.voided_by.is_some());
                Box::new(void.map(|one| one.record.recorded.event))
            }
            Self::Damped => {
                let undiluted = context.policy.endorsement.undiluted;
                let valid = context.ties(WhatIf::default()).filter(|one| one.record.voided_by.is_none());
                let damped =
                    valid.filter(move |one| one.record.reciprocal || one.record.dilution > undiluted);
                Box::new(damped.map(|one| one.record.recorded.event))
            }
        }
    }
}
