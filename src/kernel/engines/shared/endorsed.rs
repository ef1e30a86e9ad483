//! Rule 6: what endorsements add.

use super::context::{Context, WhatIf};
use super::counting::Endorsed;
use crate::engines::EndorsementFigure;

/// What the endorsements come to.
pub(super) struct Bonus<'a> {
    /// What they earn, before base and sanctions have their say.
    earned: i64,
    /// Each that runs with its units, largest first, then earliest.
    all: Vec<(i64, &'a Endorsed<'a>)>,
    /// Those that count, by their places in `all`: each the first of its group.
    placed: Vec<usize>,
}

impl<'a> Bonus<'a> {
    pub(super) fn of(context: &'a Context<'a>, what_if: WhatIf) -> Self {
        let rule = &context.policy.endorsement;
        let running = context.endorsed.iter().filter(|one| one.runs);
        let mut all: Vec<(i64, &Endorsed<'_>)> = running.map(|one| (one.units(what_if), one)).collect();
        all.sort_by_key(|(units, one)| (-units, one.record.recorded.seq));
        let mut placed: Vec<usize> = Vec::with_capacity(rule.series_permille.len());
        let (mut sum, mut one_class) = (0, true);
        for (at, (units, one)) in all.iter().enumerate() {
            let Some(place) = rule.series_permille.get(placed.len()) else { break };
            if *units == 0 || placed.iter().any(|earlier| all[*earlier].1.group == one.group) {
                continue;
            }
            one_class &= placed.first().is_none_or(|first| all[*first].1.class == one.class);
            placed.push(at);
            sum += units * i64::from(*place) / 1000;
        }
        let cap = if one_class && !placed.is_empty() { rule.one_class_cap } else { rule.cap };
        let earned = (sum * i64::from(rule.rate_permille) / 1000).min(i64::from(cap));
        Self { earned, all, placed }
    }

    /// What they add to this base.
    pub(super) fn points(&self, context: &Context<'_>, base: i64, blocked: bool) -> i64 {
        if blocked || base < i64::from(context.policy.endorsement.min_base) { 0 } else { self.earned }
    }

    /// Those that count, largest first.
    pub(super) fn placed(&self) -> impl Iterator<Item = &Endorsed<'a>> {
        self.placed.iter().map(|at| self.all[*at].1)
    }

    /// The endorsements as they are shown.
    pub(super) fn figures(&self, context: &Context<'_>) -> Vec<EndorsementFigure> {
        let figure = |(units, one): &(i64, &Endorsed<'_>)| EndorsementFigure {
            event: one.record.recorded.event,
            endorser: context.parties.name(one.record.endorser).clone(),
            units: *units as u16,
            place_permille: 0,
            excluded: one.excluded(WhatIf::default()).map(|one| one.code().to_owned()),
        };
        let mut figures: Vec<EndorsementFigure> = self.all.iter().map(figure).collect();
        for (at, place) in self.placed.iter().zip(&context.policy.endorsement.series_permille) {
            figures[*at].place_permille = *place;
        }
        figures
    }
}
