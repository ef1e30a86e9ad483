//! Rules 3 and 4: from votes to a value.

use crate::engines::shared::Votes;

/// What votes make of an indicator.
pub(in crate::engines) struct Valued {
    pub value: i64,
    pub agreeing: i64,
}

/// Rule 4: those near the median count fully, those further off only so far.
pub(in crate::engines) fn valued(votes: &Votes, prior: i64, prior_value: i64, distance: i64) -> Valued {
    let Some(median) = votes.median() else {
        return Valued { value: prior_value, agreeing: 0 };
    };
    let agrees = |value: i64| (value - median).abs() <= distance;
    let (mut weight, mut sum) = (0, prior * prior_value);
    for (value, on_it) in votes.iter().filter(|(value, _)| agrees(*value)) {
        weight += on_it;
        sum += value * on_it;
    }
    // A median between two camps can leave nobody near it, and a run without prior nothing to divide by.
    let centre = if prior + weight == 0 { median } else { sum / (prior + weight) };
    let bounded = |value: i64| {
        if value < median { (median - distance).min(centre) } else { (median + distance).max(centre) }
    };
    let dissent = votes.iter().filter(|(value, _)| !agrees(*value));
    let (all_sum, all_weight) = dissent.fold((sum, prior + weight), |(sum, total), (value, weight)| {
        (sum + bounded(value) * weight, total + weight)
    });
    Valued { value: all_sum / all_weight, agreeing: weight }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: i64 = 10_000;

    /// Values 0 to 10000 with weights as groups have them, some of which make two equal halves.
    fn votes() -> impl Strategy<Value = Vec<(i64, i64)>> {
        let value = prop_oneof![0..=FULL, Just(0), Just(5000), Just(FULL)];
        let weight = prop_oneof![1i64..=1000, Just(650), Just(1000)];
        prop::collection::vec((value, weight), 1..12)
    }

    fn cast(votes: &[(i64, i64)]) -> Votes {
        let mut cast = Votes::default();
        votes.iter().for_each(|(value, weight)| cast.add(*value, *weight));
        cast
    }

    fn value(votes: &[(i64, i64)]) -> Valued {
        valued(&cast(votes), 600, 5000, 2500)
    }

    /// The rules as they are written, vote by vote.
    fn as_written(votes: &[(i64, i64)], prior: i64, prior_value: i64, distance: i64) -> (i64, i64, i64) {
        let mut sorted = votes.to_vec();
        sorted.sort();
        let total: i64 = sorted.iter().map(|(_, weight)| weight).sum();
        let up_to = |at: usize| sorted[..=at].iter().map(|(_, weight)| weight).sum::<i64>();
        let lo = (0..sorted.len()).find(|at| 2 * up_to(*at) >= total).unwrap();
        let hi = (0..sorted.len()).find(|at| 2 * up_to(*at) > total).unwrap();
        let m = (sorted[lo].0 + sorted[hi].0) / 2;
        let agree: Vec<_> = votes.iter().filter(|(x, _)| (x - m).abs() <= distance).collect();
        let n: i64 = agree.iter().map(|(_, weight)| weight).sum();
        let near = prior * prior_value + agree.iter().map(|(x, weight)| x * weight).sum::<i64>();
        let v0 = if prior + n == 0 { m } else { near / (prior + n) };
        let counted = votes.iter().map(|(x, weight)| match x {
            x if (x - m).abs() <= distance => x * weight,
            x if *x < m => (m - distance).min(v0) * weight,
            _ => (m + distance).max(v0) * weight,
        });
        ((prior * prior_value + counted.sum::<i64>()) / (prior + total), m, n)
    }

    proptest! {
        #[test]
        fn sums_by_value_say_what_the_rules_say_vote_by_vote(
            votes in votes(), prior in 0i64..2000, prior_value in 0..=FULL, distance in 0..=FULL,
        ) {
            let votes_cast = cast(&votes);
            let found = valued(&votes_cast, prior, prior_value, distance);
            let (value, median, agreeing) = as_written(&votes, prior, prior_value, distance);
            prop_assert_eq!((found.value, votes_cast.median(), found.agreeing), (value, Some(median), agreeing));
        }

        // Where a vote moves the median, others may come within reach of it, and the value may follow
        // them: 10000 by 229 and 7003 by 228 make 6381, and a vote of 6180 by 1 more makes 6514.
        #[test]
        fn a_vote_below_value_and_median_never_raises_it_and_one_above_never_lowers_it(
            votes in votes(), x in 0..=FULL, weight in 1i64..=1000,
        ) {
            let (before, median) = (value(&votes), cast(&votes).median());
            let more = [votes, vec![(x, weight)]].concat();
            prop_assume!(cast(&more).median() == median);
            let (after, median) = (value(&more).value, median.unwrap());
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
            let found = valued(&cast(&votes), prior, 5000, 2500);
            prop_assert!((0..=FULL).contains(&found.value));
            let lowest = votes.iter().map(|(value, _)| *value).min().unwrap().min(5000);
            let highest = votes.iter().map(|(value, _)| *value).max().unwrap().max(5000);
            prop_assert!((lowest..=highest).contains(&found.value));
        }
    }
}
