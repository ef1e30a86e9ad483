//! Rules 1 to 5 and 9: from assessments to criteria.

use std::collections::BTreeMap;

use super::context::{Context, age_permille};
use super::figure::{CriterionFigure, IndicatorFigure, Missing, Range};
use super::{Assessment, Span};
use crate::event::{Criterion, GroupId, IndicatorId, Relation};

/// The whole scale.
pub(super) const FULL: i64 = 10_000;

/// The assessments that weigh, brought together by controller group.
pub(super) struct Votes<'a> {
    groups: BTreeMap<GroupId, Vec<(&'a Assessment, i64)>>,
}

/// What the assessments make of the criteria.
pub(super) struct Base {
    pub criteria: Vec<CriterionFigure>,
    /// The base and its range; none when a criterion has no counting indicator.
    pub value: Option<(i64, Range)>,
    pub agreement_permille: Option<u16>,
    pub missing: Vec<Missing>,
}

/// Rule 1: the weight of an assessment, 0 to 1000.
pub(super) fn weight(context: &Context<'_>, assessment: &Assessment) -> i64 {
    if assessment.conflict && !context.what_if.conflicts_weigh {
        return 0;
    }
    let accreditation = context.parties.accreditation(&assessment.assessor, context.at.size);
    let classes = &context.policy.assessment.class_permille;
    let class = accreditation.and_then(|one| classes.get(&one.class)).copied().unwrap_or(0);
    let days = context.at.as_of.days_since(assessment.counts_from);
    let age = if context.what_if.ages_fresh && days >= 0 {
        context.policy.assessment.age.first().map_or(0, |step| step.permille)
    } else {
        age_permille(&context.policy.assessment.age, days)
    };
    i64::from(age) * i64::from(class) / 1000
}

/// A group's vote on one indicator.
enum Vote {
    Graded { value: i64, weight: i64 },
    NotApplicable { weight: i64 },
}

impl<'a> Votes<'a> {
    pub(super) fn collect(context: &Context<'_>, assessments: impl Iterator<Item = &'a Assessment>) -> Self {
        let mut groups: BTreeMap<GroupId, Vec<(&Assessment, i64)>> = BTreeMap::new();
        for assessment in assessments {
            let weight = weight(context, assessment);
            if weight > 0 {
                let group = context.parties.group(&assessment.assessor, context.at.size);
                groups.entry(group).or_default().push((assessment, weight));
            }
        }
        Self { groups }
    }

    /// Rule 2: one vote per controller group and indicator.
    fn on(&self, indicator: &IndicatorId) -> Vec<Vote> {
        self.groups.values().filter_map(|members| group_vote(members, indicator)).collect()
    }

    fn total_weight(&self) -> i64 {
        self.groups.values().map(|members| largest(members.iter().map(|(_, weight)| *weight))).sum()
    }

    /// Rules 3 to 5 and 9 over every criterion.
    pub(super) fn base(&self, context: &Context<'_>) -> Base {
        let total = self.total_weight();
        let criteria: Vec<CriterionFigure> = context
            .policy
            .criteria
            .iter()
            .map(|criterion| criterion_figure(context, criterion, |id| self.on(id), total))
            .collect();
        let weighted = |of: fn(&CriterionFigure) -> Option<u16>| {
            let parts = criteria.iter().map(|one| Some(i64::from(one.weight_permille) * i64::from(of(one)?)));
            parts.sum::<Option<i64>>().map(|sum| sum / 1000)
        };
        let value = weighted(|one| one.value);
        let low = weighted(|one| one.range.map(|range| range.low));
        let high = weighted(|one| one.range.map(|range| range.high));
        let value = value
            .zip(low.zip(high))
            .map(|(value, (low, high))| (value, Range { low: low as u16, high: high as u16 }));
        let counting = criteria.iter().flat_map(|one| &one.indicators).filter(|one| one.counts);
        let (agreeing, weight) =
            counting.fold((0, 0), |(agreeing, weight), one| (agreeing + one.agreeing, weight + one.weight));
        let agreement_permille = (weight > 0).then(|| (agreeing * 1000 / weight) as u16);
        let missing = self.missing(context, &criteria);
        Base { criteria, value, agreement_permille, missing }
    }

    fn missing(&self, context: &Context<'_>, criteria: &[CriterionFigure]) -> Vec<Missing> {
        let quorum = &context.policy.quorum;
        let mut missing = Vec::new();
        let groups = self.groups.len() as u32;
        if groups < u32::from(quorum.groups) {
            missing.push(Missing::Groups { have: groups, need: quorum.groups.into() });
        }
        let untied =
            self.groups.iter().filter(|(group, members)| !self.is_tied(context, group, members)).count();
        if untied < usize::from(quorum.untied_groups) {
            missing.push(Missing::UntiedGroups { have: untied as u32, need: quorum.untied_groups.into() });
        }
        for criterion in criteria {
            let known =
                |one: &&IndicatorFigure| one.counts && one.groups >= quorum.groups_per_indicator.into();
            let have = criterion.indicators.iter().filter(known).count() as u32;
            let need = quorum.indicators_per_criterion.into();
            if have < need {
                missing.push(Missing::Indicators { criterion: criterion.id.clone(), have, need });
            }
        }
        missing
    }

    /// Whether a group was paid, or has a commercial or family tie that its endorsement discloses.
    fn is_tied(&self, context: &Context<'_>, group: &GroupId, members: &[(&Assessment, i64)]) -> bool {
        members.iter().any(|(assessment, _)| assessment.fee)
            || context.endorsements().any(|one| {
                matches!(one.relation, Relation::Commercial | Relation::FamilyOwner)
                    && context.parties.group(&one.endorser, context.at.size) == *group
            })
    }
}

fn largest(weights: impl Iterator<Item = i64>) -> i64 {
    weights.max().unwrap_or(0)
}

fn group_vote(members: &[(&Assessment, i64)], indicator: &IndicatorId) -> Option<Vote> {
    let mut graded = Vec::new();
    let mut aside = 0;
    for (assessment, weight) in members {
        match grade(assessment, indicator) {
            Some(Some(value)) => graded.push((i64::from(value), *weight)),
            Some(None) => aside = aside.max(*weight),
            None => {}
        }
    }
    if graded.is_empty() {
        return (aside > 0).then_some(Vote::NotApplicable { weight: aside });
    }
    let weight = largest(graded.iter().map(|(_, weight)| *weight));
    Some(Vote::Graded { value: median(&mut graded), weight })
}

fn grade(assessment: &Assessment, indicator: &IndicatorId) -> Option<Option<u16>> {
    let at = assessment.grades.binary_search_by(|(id, _)| id.cmp(indicator)).ok()?;
    Some(assessment.grades[at].1)
}

/// Rule 3: the weighted median of values and weights, which are not empty.
fn median(votes: &mut [(i64, i64)]) -> i64 {
    votes.sort_unstable();
    let total: i64 = votes.iter().map(|(_, weight)| weight).sum();
    let first = |reached: fn(i64, i64) -> bool| {
        let mut cumulated = 0;
        let found = votes.iter().find(|(_, weight)| {
            cumulated += weight;
            reached(2 * cumulated, total)
        });
        found.map_or(0, |(value, _)| *value)
    };
    (first(|twice, total| twice >= total) + first(|twice, total| twice > total)) / 2
}

fn criterion_figure(
    context: &Context<'_>,
    criterion: &Criterion,
    votes_on: impl Fn(&IndicatorId) -> Vec<Vote>,
    total: i64,
) -> CriterionFigure {
    let indicators: Vec<IndicatorFigure> = criterion
        .indicators
        .iter()
        .map(|indicator| indicator_figure(context, indicator.id.clone(), votes_on(&indicator.id), total))
        .collect();
    let counting: Vec<&IndicatorFigure> = indicators.iter().filter(|one| one.counts).collect();
    let mean = |of: fn(&IndicatorFigure) -> u16| {
        let sum: i64 = counting.iter().map(|one| i64::from(of(one))).sum();
        (sum / counting.len() as i64) as u16
    };
    let any = !counting.is_empty();
    CriterionFigure {
        id: criterion.id.clone(),
        weight_permille: criterion.weight_permille,
        value: any.then(|| mean(|one| one.value)),
        range: any.then(|| Range { low: mean(|one| one.range.low), high: mean(|one| one.range.high) }),
        indicators,
    }
}

fn indicator_figure(context: &Context<'_>, id: IndicatorId, votes: Vec<Vote>, total: i64) -> IndicatorFigure {
    let mut graded = Vec::new();
    let mut aside = 0;
    for vote in votes {
        match vote {
            Vote::Graded { value, weight } => graded.push((value, weight)),
            Vote::NotApplicable { weight } => aside += weight,
        }
    }
    let rule = &context.policy.assessment;
    let prior = if context.what_if.no_prior && !graded.is_empty() { 0 } else { i64::from(rule.prior_weight) };
    let value = valued(&mut graded, prior, i64::from(rule.prior_value), i64::from(rule.agreement_distance));
    let reach = i64::from(rule.prior_value).max(FULL - i64::from(rule.prior_value));
    let spread = if prior == 0 { 0 } else { reach * prior / (prior + value.agreeing) };
    IndicatorFigure {
        id,
        counts: !graded.is_empty() && 2 * aside <= total,
        value: value.value as u16,
        range: Range {
            low: (value.value - spread).max(0) as u16,
            high: (value.value + spread).min(FULL) as u16,
        },
        median: value.median.map(|median| median as u16),
        weight: graded.iter().map(|(_, weight)| *weight as u64).sum(),
        agreeing: value.agreeing as u64,
        groups: graded.len() as u32,
    }
}

struct Valued {
    value: i64,
    median: Option<i64>,
    agreeing: i64,
}

/// Rule 4: those near the median count fully, those further off only so far.
fn valued(votes: &mut [(i64, i64)], prior: i64, prior_value: i64, distance: i64) -> Valued {
    if votes.is_empty() {
        return Valued { value: prior_value, median: None, agreeing: 0 };
    }
    let median = median(votes);
    let agrees = |value: i64| (value - median).abs() <= distance;
    let agreeing = || votes.iter().filter(|(value, _)| agrees(*value));
    let weight: i64 = agreeing().map(|(_, weight)| weight).sum();
    let sum: i64 = prior * prior_value + agreeing().map(|(value, weight)| value * weight).sum::<i64>();
    // A median between two camps can leave nobody near it, and a run without prior nothing to divide by.
    let centre = if prior + weight == 0 { median } else { sum / (prior + weight) };
    let bounded = |value: i64| {
        if value < median { (median - distance).min(centre) } else { (median + distance).max(centre) }
    };
    let dissent = votes.iter().filter(|(value, _)| !agrees(*value));
    let (all_sum, all_weight) = dissent.fold((sum, prior + weight), |(sum, total), (value, weight)| {
        (sum + bounded(*value) * weight, total + weight)
    });
    Valued { value: all_sum / all_weight, median: Some(median), agreeing: weight }
}

/// Days on which the weight of an assessment changes of itself.
pub(super) fn changes(context: &Context<'_>, assessment: &Assessment, span: &Span) -> Vec<i32> {
    if !span.holds(context.at.size) {
        return Vec::new();
    }
    let steps = context.policy.assessment.age.iter().filter_map(|step| step.up_to_days);
    let from = assessment.counts_from.as_days();
    let mut days: Vec<i32> = steps.map(|up_to| from.saturating_add(up_to as i32).saturating_add(1)).collect();
    days.extend(assessment.valid_until.map(|last| last.as_days().saturating_add(1)));
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values 0 to 10000 with weights as groups have them.
    fn votes() -> impl Strategy<Value = Vec<(i64, i64)>> {
        let value = prop_oneof![0..=FULL, Just(0), Just(5000), Just(FULL)];
        prop::collection::vec((value, 1i64..=1000), 1..12)
    }

    fn value(votes: &[(i64, i64)]) -> Valued {
        valued(&mut votes.to_vec(), 600, 5000, 2500)
    }

    proptest! {
        // Where a vote moves the median, others may come within reach of it, and the value may follow
        // them: 10000 by 229 and 7003 by 228 make 6381, and a vote of 6180 by 1 more makes 6514.
        #[test]
        fn a_vote_below_value_and_median_never_raises_it_and_one_above_never_lowers_it(
            votes in votes(), x in 0..=FULL, weight in 1i64..=1000,
        ) {
            let before = value(&votes);
            let after = value(&[votes, vec![(x, weight)]].concat());
            prop_assume!(after.median == before.median);
            let (after, median) = (after.value, before.median.unwrap());
            // Floors may move the last digit.
            if x <= before.value.min(median) {
                prop_assert!(after <= before.value + 1, "{} to {after}", before.value);
            }
            if x >= before.value.max(median) {
                prop_assert!(after >= before.value - 1, "{} to {after}", before.value);
            }
        }

        #[test]
        fn raising_a_vote_never_lowers_the_value(
            votes in votes(), which: prop::sample::Index, by in 0..=FULL,
        ) {
            let before = value(&votes).value;
            let mut raised = votes.clone();
            let one = which.index(raised.len());
            raised[one].0 = (raised[one].0 + by).min(FULL);
            let after = value(&raised).value;
            prop_assert!(after + 1 >= before, "{before} to {after}");
        }

        #[test]
        fn values_stay_on_the_scale(votes in votes(), prior in 0i64..2000) {
            let found = valued(&mut votes.clone(), prior, 5000, 2500);
            prop_assert!((0..=FULL).contains(&found.value));
            let lowest = votes.iter().map(|(value, _)| *value).min().unwrap().min(5000);
            let highest = votes.iter().map(|(value, _)| *value).max().unwrap().max(5000);
            prop_assert!((lowest..=highest).contains(&found.value));
        }
    }
}
