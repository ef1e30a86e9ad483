//! Notices a wall clock that cannot be believed.

use super::Hold;
use crate::clock::{Clock, Timestamp};
use crate::limits;

/// Why a clock is not believed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Doubt {
    /// It was set while the ledger ran.
    #[error("it was set to {seen} when it was {expected}. Writing goes on once it agrees again")]
    Stepped {
        /// What it says.
        seen: Timestamp,
        /// What it should say.
        expected: Timestamp,
    },
    /// The last entry lies ahead of it.
    #[error(
        "it says {seen}, and the last entry is of {last}. Writing goes on then, or once the clock is right"
    )]
    Behind {
        /// What it says.
        seen: Timestamp,
        /// When the last entry was recorded.
        last: Timestamp,
    },
}

/// Compares the wall clock with one that nobody can set, from one commit to the next.
#[derive(Debug)]
pub struct ClockGuard {
    wall: Timestamp,
    monotonic_ms: u64,
}

impl ClockGuard {
    /// Begins with both clocks as they are.
    pub fn new(clock: &Clock) -> Self {
        Self { wall: clock.now(), monotonic_ms: clock.monotonic_ms() }
    }

    /// The present instant, unless the wall clock ran away or fell behind `last`, the last entry.
    ///
    /// # Errors
    /// [`Hold::Clock`].
    pub fn now(&mut self, clock: &Clock, last: Timestamp) -> Result<Timestamp, Hold> {
        self.step(clock.now(), clock.monotonic_ms(), last).map_err(Hold::Clock)
    }

    fn step(&mut self, seen: Timestamp, monotonic_ms: u64, last: Timestamp) -> Result<Timestamp, Doubt> {
        let expected = self.wall.plus_ms(monotonic_ms.saturating_sub(self.monotonic_ms));
        if expected.as_ms().abs_diff(seen.as_ms()) > limits::CLOCK_STEP_MS {
            return Err(Doubt::Stepped { seen, expected });
        }
        if seen.plus_ms(limits::CLOCK_STEP_MS) < last {
            return Err(Doubt::Behind { seen, last });
        }
        (self.wall, self.monotonic_ms) = (seen, monotonic_ms);
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_drift_but_not_jump_nor_fall_behind_the_log() {
        let at = |ms| Timestamp::from_ms(ms).unwrap();
        let mut guard = ClockGuard { wall: at(1_000_000), monotonic_ms: 0 };
        let step = limits::CLOCK_STEP_MS;
        for drift in 1..20 {
            let wall = at(1_000_000 + drift * (60_000 + step / 2));
            assert_eq!(guard.step(wall, drift * 60_000, wall), Ok(wall));
        }
        let (wall, monotonic) = (guard.wall, guard.monotonic_ms);
        let stepped = |got| matches!(got, Err(Doubt::Stepped { .. }));
        assert!(stepped(guard.step(wall.plus_ms(step + 1001), monotonic + 1000, wall)));
        assert!(stepped(guard.step(wall.minus_ms(step + 1), monotonic, at(0))));
        let last = wall.plus_ms(step + 1);
        assert_eq!(guard.step(wall, monotonic, last), Err(Doubt::Behind { seen: wall, last }));
        assert_eq!(guard.step(wall, monotonic, wall), Ok(wall));
    }
}
