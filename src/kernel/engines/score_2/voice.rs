//! What a controller group's voice weighs by its experience.

/// The weight of a full voice, in thousandths.
const FULL_PERMILLE: i64 = 1000;

/// The numbers by which experience becomes weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// The least weight, that of a newcomer, in thousandths.
    pub first: i64,
    /// What each day of experience adds.
    pub step: i64,
    /// How many days each overturned assessment takes.
    pub cost: i64,
}

impl Voice {
    /// The weight of a voice in thousandths, after so many days of assessing others and so many first
    /// assessments overturned.
    pub fn experience_permille(&self, days: u32, overturned: u32) -> i64 {
        let days = i64::from(days) - self.cost * i64::from(overturned);
        (self.first + self.step * days.max(0)).min(FULL_PERMILLE).max(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLIANCE: Voice = Voice { first: 400, step: 50, cost: 10 };

    #[test]
    fn a_voice_grows_from_its_first_weight_to_a_full_one_and_each_overturned_takes_days() {
        let weights: Vec<i64> =
            [0, 1, 11, 12, 13, u32::MAX].map(|days| ALLIANCE.experience_permille(days, 0)).into();
        assert_eq!(weights, [400, 450, 950, 1000, 1000, 1000]);
        assert_eq!(ALLIANCE.experience_permille(12, 1), 500);
        assert_eq!(ALLIANCE.experience_permille(12, 2), 400);
        assert_eq!(ALLIANCE.experience_permille(0, u32::MAX), 400);
        let ratings = Voice { first: 50, step: 50, cost: 10 };
        assert_eq!([0, 18, 19].map(|days| ratings.experience_permille(days, 0)), [50, 950, 1000]);
    }

    #[test]
    fn more_days_never_weigh_less_and_more_overturned_never_more() {
        for (days, overturned) in (0..40).flat_map(|days| (0..5).map(move |overturned| (days, overturned))) {
            let weight = ALLIANCE.experience_permille(days, overturned);
            assert!((ALLIANCE.first..=FULL_PERMILLE).contains(&weight));
            assert!(ALLIANCE.experience_permille(days + 1, overturned) >= weight);
            assert!(ALLIANCE.experience_permille(days, overturned + 1) <= weight);
        }
    }
}
