//! From the votes on one indicator to its value, and what each vote counts as.

/// The highest value; values run from 0.
const FULL: i64 = 10_000;

/// What one controller group says of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vote {
    /// The value that it gives, 0 to 10000.
    pub value: i64,
    /// The weight of its voice, in thousandths of a full one; a vote without weight says nothing.
    pub weight: i64,
}

/// The numbers by which votes become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndicatorRule {
    /// The weight of the prior, in thousandths of a full vote; above 0 unless somebody voted.
    pub prior: i64,
    /// The prior's value, 0 to 10000.
    pub centre: i64,
    /// How far from the value the lighter side is heard, 0 to 10000.
    pub near: i64,
    /// Votes this near the value agree with it.
    pub agree: i64,
}

/// What votes make of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Valued {
    /// Its value, 0 to 10000.
    pub value: i64,
    /// The weight that agrees with it.
    pub agreeing: i64,
    /// The lower end of its range.
    pub low: i64,
    /// The upper end of its range.
    pub high: i64,
}

/// Why a value is what it is.
///
/// With `W` the weight of all votes, `(prior + W) * (value - centre)` is the sum of `parts` less `held`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The value that each vote counts as, in the order of the votes.
    pub values: Vec<i64>,
    /// What each vote adds, weight times distance from the centre.
    pub parts: Vec<i64>,
    /// What the pull upward had left, 0 or more: rounding, or the value stands on the middle vote, and
    /// neither side moves it.
    pub held: i64,
}

/// How far each side is heard.
struct Reach {
    up: i64,
    down: i64,
}

impl IndicatorRule {
    /// The value of an indicator with these votes: the highest at which the pull is not downward.
    ///
    /// ```
    /// use tinnhiem_kernel::engines::score_2::{IndicatorRule, Vote};
    ///
    /// let rule = IndicatorRule { prior: 600, centre: 5000, near: 750, agree: 2500 };
    /// let four = [Vote { value: 10_000, weight: 1000 }; 4];
    /// let hostile = Vote { value: 0, weight: 1000 };
    /// let (before, after) = (rule.valued(&four), rule.valued(&[&four[..], &[hostile]].concat()));
    /// assert_eq!((before.value, after.value), (9347, 9184));
    /// ```
    pub fn valued(&self, votes: &[Vote]) -> Valued {
        let (mut low, mut above) = (0, FULL + 1);
        while above - low > 1 {
            let middle = (low + above) / 2;
            if self.pull(votes, middle) >= 0 { low = middle } else { above = middle }
        }
        let agrees = |one: &&Vote| (one.value - low).abs() <= self.agree;
        let agreeing = votes.iter().filter(agrees).map(|one| one.weight).sum();
        let known = self.prior + agreeing;
        let widest = self.centre.max(FULL - self.centre);
        let spread = if known == 0 { widest } else { widest * self.prior / known };
        Valued { value: low, agreeing, low: (low - spread).max(0), high: (low + spread).min(FULL) }
    }

    /// What each vote counts as at the value that the votes make.
    pub fn counted(&self, votes: &[Vote], value: i64) -> Counted {
        let reach = self.reach(votes, value);
        let (lowest, highest) = (value - reach.down, value + reach.up);
        let values: Vec<i64> = votes.iter().map(|one| one.value.clamp(lowest, highest)).collect();
        let part = |(counted, one): (&i64, &Vote)| one.weight * (counted - self.centre);
        let parts: Vec<i64> = values.iter().zip(votes).map(part).collect();
        let weight: i64 = votes.iter().map(|one| one.weight).sum();
        let held = parts.iter().sum::<i64>() - (self.prior + weight) * (value - self.centre);
        Counted { values, parts, held }
    }

    /// Which way votes and prior pull at a value, and how hard: upward is positive.
    fn pull(&self, votes: &[Vote], at: i64) -> i64 {
        let reach = self.reach(votes, at);
        let of_vote = |one: &Vote| one.weight * (one.value - at).clamp(-reach.down, reach.up);
        self.prior * (self.centre - at) + votes.iter().map(of_vote).sum::<i64>()
    }

    /// The heavier side is heard whatever its distance; of two that weigh the same, neither.
    fn reach(&self, votes: &[Vote], at: i64) -> Reach {
        let (mut above, mut below) = (0, 0);
        for one in votes {
            *(if one.value >= at { &mut above } else { &mut below }) += one.weight;
        }
        let heard = |side, other| if side > other { FULL } else { self.near };
        Reach { up: heard(above, below), down: heard(below, above) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: IndicatorRule = IndicatorRule { prior: 600, centre: 5000, near: 750, agree: 2500 };

    fn cast(votes: &[(i64, i64)]) -> Vec<Vote> {
        votes.iter().map(|(value, weight)| Vote { value: *value, weight: *weight }).collect()
    }

    fn value(votes: &[(i64, i64)]) -> i64 {
        RULE.valued(&cast(votes)).value
    }

    fn rules() -> impl Strategy<Value = IndicatorRule> {
        let near = prop_oneof![Just(0), Just(500), Just(750), Just(2500), 0..=FULL];
        let prior = prop_oneof![Just(1i64), Just(600), Just(3000), 1i64..=4000];
        let centre = prop_oneof![Just(5000), 0..=FULL];
        (prior, centre, near, 0..=FULL).prop_map(|(prior, centre, near, agree)| IndicatorRule {
            prior,
            centre,
            near,
            agree,
        })
    }

    fn vote() -> impl Strategy<Value = Vote> {
        let value = prop_oneof![Just(0), Just(5000), Just(FULL), 0..=FULL];
        let weight = prop_oneof![Just(1000i64), Just(850), Just(650), Just(400), Just(1), 1i64..=1000];
        (value, weight).prop_map(|(value, weight)| Vote { value, weight })
    }

    fn votes() -> impl Strategy<Value = Vec<Vote>> {
        prop::collection::vec(vote(), 0..9)
    }

    fn and(votes: &[Vote], more: &[Vote]) -> Vec<Vote> {
        [votes, more].concat()
    }

    /// What those weigh whose value is of a kind.
    fn weight(votes: &[Vote], of: impl Fn(i64) -> bool) -> i64 {
        votes.iter().filter(|one| of(one.value)).map(|one| one.weight).sum()
    }

    /// The pull as the rule is written, side by side.
    fn as_written(rule: &IndicatorRule, votes: &[Vote], z: i64) -> i64 {
        let (up, down) = (weight(votes, |x| x >= z), weight(votes, |x| x < z));
        let reach_up = if up > down { FULL } else { rule.near };
        let reach_down = if down > up { FULL } else { rule.near };
        let upward = votes.iter().filter(|one| one.value >= z);
        let upward: i64 = upward.map(|one| one.weight * (one.value - z).min(reach_up)).sum();
        let downward = votes.iter().filter(|one| one.value < z);
        let downward: i64 = downward.map(|one| one.weight * (z - one.value).min(reach_down)).sum();
        rule.prior * (rule.centre - z) + upward - downward
    }

    #[test]
    fn the_vectors_of_the_worked_example_hold() {
        let weights = [1000, 850, 1000, 650, 1000];
        let (full, half) = (FULL, 5000);
        let vectors = [
            ([full, full, full, full, 0], (9085, 3500, 8354, 9816), [full, full, full, full, 8335], 1500),
            ([full, half, full, full, 0], (8650, 2650, 7727, 9573), [full, 7900, full, full, 7900], 0),
            ([full, full, half, full, 0], (8548, 2500, 7581, 9515), [full, full, 7798, full, 7798], 1200),
            (
                [half, half, half, full, 0],
                (5000, 2850, 4131, 5869),
                [half, half, half, full, 4250],
                2_500_000,
            ),
        ];
        for (values, (value, agreeing, low, high), counted, held) in vectors {
            let votes: Vec<Vote> =
                values.into_iter().zip(weights).map(|(value, weight)| Vote { value, weight }).collect();
            assert_eq!(RULE.valued(&votes), Valued { value, agreeing, low, high });
            let found = RULE.counted(&votes, value);
            assert_eq!((&found.values[..], found.held), (&counted[..], held));
        }
    }

    // The median of `score/1` can move so that others come within its reach: there the third vote, lowest
    // of all, makes the value 6514 out of 6381.
    #[test]
    fn a_lower_vote_does_not_raise_the_value_that_it_raises_under_the_first_engine() {
        let two = [(10_000, 229), (7003, 228)];
        assert_eq!(value(&two), 6515);
        assert_eq!(value(&[&two[..], &[(6180, 1)]].concat()), 6514);
    }

    #[test]
    fn nobody_says_the_centre_and_one_alone_is_heard_in_full_against_the_prior() {
        assert_eq!(RULE.valued(&[]), Valued { value: 5000, agreeing: 0, low: 0, high: FULL });
        assert_eq!(value(&[(FULL, 1000)]), 5000 + 5000 * 1000 / 1600);
        let no_prior = IndicatorRule { prior: 0, ..RULE };
        assert_eq!(no_prior.valued(&cast(&[(7003, 650)])).value, 7003);
    }

    #[test]
    fn the_greatest_numbers_do_not_overflow() {
        let rule = IndicatorRule { prior: u16::MAX.into(), centre: 0, near: FULL, agree: FULL };
        let crowd = [Vote { value: FULL, weight: 1000 * 5_000_000 }; 8];
        assert_eq!(rule.valued(&crowd).value, FULL - 1);
    }

    proptest! {
        #[test]
        fn the_value_is_the_only_one_at_which_the_written_pull_turns(rule in rules(), votes in votes()) {
            let pulls: Vec<i64> = (0..=FULL).map(|z| as_written(&rule, &votes, z)).collect();
            prop_assert!(pulls[0] >= 0 && pulls.is_sorted_by(|one, next| one > next));
            let found = pulls.iter().rposition(|pull| *pull >= 0).unwrap() as i64;
            let valued = rule.valued(&votes);
            prop_assert_eq!(valued.value, found);
            prop_assert_eq!(valued.agreeing, weight(&votes, |x| (x - found).abs() <= rule.agree));
            prop_assert!(0 <= valued.low && valued.low <= found && found <= valued.high && valued.high <= FULL);
        }

        #[test]
        fn a_vote_added_pulls_the_value_towards_itself_or_not_at_all(
            rule in rules(), votes in votes(), one in vote(), near_by in prop::option::of(-3i64..=3),
        ) {
            let before = rule.valued(&votes).value;
            let value = near_by.map_or(one.value, |by| (before + by).clamp(0, FULL));
            let after = rule.valued(&and(&votes, &[Vote { value, ..one }])).value;
            let (lowest, highest) = (before.min(value), before.max(value));
            prop_assert!((lowest..=highest).contains(&after), "{value} moves {before} to {after}");
        }

        #[test]
        fn raising_a_vote_never_lowers_the_value_and_a_heavier_one_pulls_towards_itself(
            rule in rules(), one in vote(), others in votes(), by in 0..=FULL, heavier in 1i64..=500,
        ) {
            let before = rule.valued(&and(&others, &[one])).value;
            let raised = Vote { value: (one.value + by).min(FULL), ..one };
            prop_assert!(rule.valued(&and(&others, &[raised])).value >= before);
            let after = rule.valued(&and(&others, &[Vote { weight: one.weight + heavier, ..one }])).value;
            let (lowest, highest) = (before.min(one.value), before.max(one.value));
            prop_assert!((lowest..=highest).contains(&after), "{before} to {after}");
        }

        #[test]
        fn hostile_votes_move_the_value_by_their_bound_at_most(
            rule in rules(), votes in votes(), hostile in prop::collection::vec(vote(), 1..4),
        ) {
            let before = rule.valued(&votes).value;
            let h = weight(&hostile, |_| true);
            let bound = |honest: i64| (rule.near * h + rule.prior + honest - 1) / (rule.prior + honest);
            let after = |toward: fn(i64, i64) -> i64| {
                let votes_of = hostile.iter().map(|one| Vote { value: toward(one.value, before), ..*one });
                rule.valued(&and(&votes, &votes_of.collect::<Vec<_>>())).value
            };
            let (above, below) = (weight(&votes, |x| x >= before), weight(&votes, |x| x < before));
            if above > below + h {
                let after = after(i64::min);
                prop_assert!(before - after <= bound(above), "{before} to {after}");
            }
            let (below, above) = (weight(&votes, |x| x <= before), weight(&votes, |x| x > before));
            if below > above + h {
                let after = after(i64::max);
                prop_assert!(after - before <= bound(below), "{before} to {after}");
            }
        }

        #[test]
        fn what_the_votes_count_as_adds_up_to_the_value_exactly(rule in rules(), votes in votes()) {
            let value = rule.valued(&votes).value;
            let counted = rule.counted(&votes, value);
            prop_assert!(counted.held >= 0);
            let all = rule.prior + weight(&votes, |_| true);
            let sum: i64 = counted.parts.iter().sum();
            prop_assert_eq!(sum - counted.held, all * (value - rule.centre));
            for ((one, counted), part) in votes.iter().zip(&counted.values).zip(&counted.parts) {
                prop_assert!((one.value.min(value)..=one.value.max(value)).contains(counted));
                prop_assert_eq!(*part, one.weight * (counted - rule.centre));
            }
        }
    }
}
