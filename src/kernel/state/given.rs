//! What an endorser has in force: the most on any day of late, as a step for every day it changed.
//!
//! Entries come in the order of their dates, so the count of a day is never changed later: what is
//! withdrawn or expires still counts on its last day.

use serde::{Deserialize, Serialize};

use imbl::{OrdMap, Vector};

use crate::compact;
use crate::time::Date;

/// The endorsements of one endorser, counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Given {
    /// The days on which the count changed, ascending, and the count at their end.
    steps: Vector<(Date, u32)>,
    /// How many no longer count from each later day on.
    #[serde(with = "compact::map")]
    ends: OrdMap<Date, u32>,
}

impl Given {
    /// The most in force on any one day from `days` before `on` to `on`; nothing is asked of days before.
    pub(super) fn most(&mut self, on: Date, days: i32) -> u32 {
        self.advance(on);
        let first = on.plus_days(-days);
        let mut most = 0;
        for (day, count) in self.steps.iter().rev() {
            most = most.max(*count);
            // The last step before the first day is the count that it began with.
            if *day <= first {
                break;
            }
        }
        most
    }

    /// One more from `on` to `last`, both included.
    pub(super) fn publish(&mut self, on: Date, last: Date) {
        self.advance(on);
        self.step(on, self.count() + 1);
        *self.ends.entry(last.plus_days(1)).or_insert(0) += 1;
    }

    /// One that would count to `last` counts to `today` only.
    pub(super) fn withdraw(&mut self, today: Date, last: Date) {
        let planned = last.plus_days(1);
        if last <= today {
            return;
        }
        match self.ends.get_mut(&planned) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                self.ends.remove(&planned);
            }
        }
        *self.ends.entry(today.plus_days(1)).or_insert(0) += 1;
    }

    fn count(&self) -> u32 {
        self.steps.last().map_or(0, |(_, count)| *count)
    }

    fn advance(&mut self, to: Date) {
        while let Some((day, ended)) = self.ends.get_min().copied().filter(|(day, _)| *day <= to) {
            self.ends.remove(&day);
            self.step(day, self.count().saturating_sub(ended));
        }
    }

    fn step(&mut self, day: Date, count: u32) {
        match self.steps.back_mut() {
            Some(last) if last.0 == day => last.1 = count,
            _ => self.steps.push_back((day, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_most_in_force_is_the_maximum_over_all_days(
            moves in proptest::collection::vec((0i32..9, 0i32..40, any::<prop::sample::Index>(), 0u8..4), 0..30),
            window in 0i32..40,
        ) {
            let (mut given, mut today) = (Given::default(), Date::from_days(0));
            // From the first day to the last, as an endorser's endorsements end up.
            let mut plain: Vec<(Date, Date)> = Vec::new();
            for (later, length, which, what) in moves {
                today = today.plus_days(later);
                if what == 0 && !plain.is_empty() {
                    let one = which.index(plain.len());
                    if plain[one].1 >= today {
                        given.withdraw(today, plain[one].1);
                        plain[one].1 = today;
                    }
                } else {
                    let days = (0..=window).map(|back| today.plus_days(-back));
                    let running = |day| plain.iter().filter(|one| one.0 <= day && day <= one.1).count() as u32;
                    prop_assert_eq!(given.most(today, window), days.map(running).max().unwrap_or(0));
                    given.publish(today, today.plus_days(length));
                    plain.push((today, today.plus_days(length)));
                }
            }
        }
    }
}
