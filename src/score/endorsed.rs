//! Rule 6: what endorsements add.

use std::collections::{BTreeMap, BTreeSet};

use super::Endorsement;
use super::context::{Context, age_permille};
use super::figure::EndorsementFigure;

/// The bonus and what it comes from.
pub(super) struct Bonus {
    pub points: i64,
    pub endorsements: Vec<EndorsementFigure>,
}

/// The units of one endorsement, 0 to 1000.
fn units(context: &Context<'_>, endorsement: &Endorsement) -> i64 {
    let rule = &context.policy.endorsement;
    let units = i64::from(rule.relation_units.get(&endorsement.relation).copied().unwrap_or(0));
    let days = context.at.as_of.days_since(endorsement.recorded.on);
    let aged = units * i64::from(age_permille(&rule.age, days)) / 1000;
    if context.what_if.undamped {
        return aged;
    }
    let undiluted = i64::from(rule.undiluted);
    let diluted = aged * undiluted / undiluted.max(i64::from(endorsement.dilution));
    if endorsement.reciprocal { diluted * i64::from(rule.reciprocal_permille) / 1000 } else { diluted }
}

/// Whether one party's endorsement in force is the one that counts for its group: the largest, then the earliest.
pub(super) fn bonus(context: &Context<'_>, base: i64, blocked: bool) -> Bonus {
    let rule = &context.policy.endorsement;
    let mut all: Vec<(i64, &Endorsement)> =
        context.endorsements().map(|one| (units(context, one), one)).collect();
    all.sort_by_key(|(units, one)| (-units, one.recorded.seq));
    let mut groups = BTreeSet::new();
    let mut classes = BTreeSet::new();
    let mut places: BTreeMap<u64, u16> = BTreeMap::new();
    let mut sum = 0;
    for (units, one) in &all {
        let free = rule.series_permille.get(places.len());
        let group = context.parties.group(&one.endorser, context.at.size);
        let Some(place) = free.filter(|_| *units > 0 && groups.insert(group)) else { continue };
        places.insert(one.recorded.seq, *place);
        classes.extend(context.parties.class(&one.endorser, context.at.size));
        sum += units * i64::from(*place) / 1000;
    }
    let cap = if classes.len() == 1 { rule.one_class_cap } else { rule.cap };
    let earned = (sum * i64::from(rule.rate_permille) / 1000).min(i64::from(cap));
    let points = if blocked || base < i64::from(rule.min_base) { 0 } else { earned };
    let endorsements = all.into_iter().map(|(units, one)| EndorsementFigure {
        event: one.recorded.event,
        endorser: one.endorser.clone(),
        units: units as u16,
        place_permille: places.get(&one.recorded.seq).copied().unwrap_or(0),
    });
    Bonus { points, endorsements: endorsements.collect() }
}
