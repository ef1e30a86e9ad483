//! Rules 3 to 5 and 9: from votes to criteria and the base.

use super::context::Context;
use super::own;
use super::tally::{Poll, Tally};
use crate::engines::{CriterionFigure, IndicatorFigure, Missing, Range};
use crate::event::Criterion;

/// The whole scale.
pub(super) const FULL: i64 = 10_000;

/// What the assessments make of the criteria.
pub(super) struct Base {
    /// Every indicator, in the policy's order.
    pub indicators: Vec<IndicatorValue>,
    /// By criterion: its value and range; none without a counting indicator.
    pub criteria: Vec<Option<(u16, Range)>>,
    /// The base and its range; none when a criterion has none.
    pub value: Option<(i64, Range)>,
    /// The share of weight that agrees.
    pub agreement_permille: Option<u16>,
}

/// What the votes make of one indicator.
pub(super) struct IndicatorValue {
    /// Whether somebody graded it, and no majority says that it does not apply.
    pub counts: bool,
    pub value: u16,
    pub range: Range,
    pub median: Option<u16>,
    pub weight: i64,
    pub agreeing: i64,
    /// How many groups graded it.
    pub groups: u32,
}

impl Base {
    /// Rules 3 to 5; a run without prior leaves it to those who voted.
    pub(super) fn of(context: &Context<'_>, tally: &Tally, no_prior: bool) -> Self {
        let valued = |poll: &Poll| indicator_value(context, poll, tally.weight, no_prior);
        let indicators: Vec<IndicatorValue> = tally.polls.iter().map(valued).collect();
        let mut criteria = Vec::with_capacity(context.policy.criteria.len());
        criteria
            .extend(by_criterion(context, &indicators).map(|(_, indicators)| criterion_value(indicators)));
        let value = weighted(context, &criteria);
        let counting = indicators.iter().filter(|one| one.counts);
        let (agreeing, weight) =
            counting.fold((0, 0), |(agreeing, weight), one| (agreeing + one.agreeing, weight + one.weight));
        let agreement_permille = (weight > 0).then(|| (agreeing * 1000 / weight) as u16);
        Self { indicators, criteria, value, agreement_permille }
    }

    /// Rule 9: what the quorum lacks.
    pub(super) fn missing(&self, context: &Context<'_>, tally: &Tally) -> Vec<Missing> {
        let quorum = &context.policy.quorum;
        let mut missing = Vec::new();
        if tally.groups < u32::from(quorum.groups) {
            missing.push(Missing::Groups { have: tally.groups, need: quorum.groups.into() });
        }
        if tally.untied < u32::from(quorum.untied_groups) {
            missing.push(Missing::UntiedGroups { have: tally.untied, need: quorum.untied_groups.into() });
        }
        for (criterion, indicators) in by_criterion(context, &self.indicators) {
            let known =
                |one: &&IndicatorValue| one.counts && one.groups >= quorum.groups_per_indicator.into();
            let have = indicators.iter().filter(known).count() as u32;
            let need = quorum.indicators_per_criterion.into();
            if have < need {
                missing.push(Missing::Indicators { criterion: criterion.id.clone(), have, need });
            }
        }
        missing
    }

    /// The criteria as they are shown.
    pub(super) fn figures(&self, context: &Context<'_>, tally: &Tally) -> Vec<CriterionFigure> {
        let mut polls = tally.polls.iter();
        let criteria = by_criterion(context, &self.indicators).zip(&self.criteria);
        let figures = criteria.map(|((criterion, indicators), value)| CriterionFigure {
            id: criterion.id.clone(),
            weight_permille: criterion.weight_permille,
            value: value.map(|(value, _)| value),
            range: value.map(|(_, range)| range),
            indicators: criterion
                .indicators
                .iter()
                .zip(indicators)
                .zip(&mut polls)
                .map(|((indicator, one), poll)| IndicatorFigure {
                    id: indicator.id.clone(),
                    counts: one.counts,
                    value: one.value,
                    range: one.range,
                    median: one.median,
                    weight: one.weight as u64,
                    agreeing: one.agreeing as u64,
                    groups: one.groups,
                    counted: own::counted(context.policy, &poll.votes, one.value),
                })
                .collect(),
        });
        figures.collect()
    }
}

/// Each criterion with its own of a list that has one for every indicator of the policy.
pub(super) fn by_criterion<'a, T>(
    context: &Context<'a>,
    indicators: &'a [T],
) -> impl Iterator<Item = (&'a Criterion, &'a [T])> + use<'a, T> {
    let mut rest = indicators;
    context.policy.criteria.iter().map(move |criterion| {
        let (own, after) = rest.split_at(criterion.indicators.len());
        rest = after;
        (criterion, own)
    })
}

/// The criteria's weighted sum, and that of their ranges.
fn weighted(context: &Context<'_>, criteria: &[Option<(u16, Range)>]) -> Option<(i64, Range)> {
    let (mut value, mut low, mut high) = (0, 0, 0);
    for (criterion, one) in context.policy.criteria.iter().zip(criteria) {
        let (of_it, range) = (*one)?;
        let weight = i64::from(criterion.weight_permille);
        value += weight * i64::from(of_it);
        low += weight * i64::from(range.low);
        high += weight * i64::from(range.high);
    }
    Some((value / 1000, Range { low: (low / 1000) as u16, high: (high / 1000) as u16 }))
}

fn criterion_value(indicators: &[IndicatorValue]) -> Option<(u16, Range)> {
    let (mut count, mut value, mut low, mut high) = (0, 0, 0, 0);
    for one in indicators.iter().filter(|one| one.counts) {
        count += 1;
        value += i64::from(one.value);
        low += i64::from(one.range.low);
        high += i64::from(one.range.high);
    }
    let mean = |sum: i64| (sum / count) as u16;
    (count > 0).then(|| (mean(value), Range { low: mean(low), high: mean(high) }))
}

fn indicator_value(context: &Context<'_>, poll: &Poll, total: i64, no_prior: bool) -> IndicatorValue {
    let rule = &context.policy.assessment;
    let graded = !poll.votes.is_empty();
    let prior = if no_prior && graded { 0 } else { i64::from(rule.prior_weight) };
    let valued = own::valued(context.policy, &poll.votes, prior);
    let reach = i64::from(rule.prior_value).max(FULL - i64::from(rule.prior_value));
    let spread = if prior == 0 { 0 } else { reach * prior / (prior + valued.agreeing) };
    IndicatorValue {
        counts: graded && 2 * poll.aside <= total,
        value: valued.value as u16,
        range: Range {
            low: (valued.value - spread).max(0) as u16,
            high: (valued.value + spread).min(FULL) as u16,
        },
        median: poll.votes.median().map(|median| median as u16),
        weight: poll.votes.total(),
        agreeing: valued.agreeing,
        groups: poll.groups,
    }
}
