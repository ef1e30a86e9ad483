//! Notices a wall clock that jumps.

use super::Refusal;
use crate::clock::{Clock, Timestamp};
use crate::limits;

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
    /// [`Refusal::Clock`].
    pub fn now(&mut self, clock: &Clock, last: Timestamp) -> Result<Timestamp, Refusal> {
        self.step(clock.now(), clock.monotonic_ms(), last)
    }

    fn step(&mut self, wall: Timestamp, monotonic_ms: u64, last: Timestamp) -> Result<Timestamp, Refusal> {
        let expected = self.wall.plus_ms(monotonic_ms.saturating_sub(self.monotonic_ms));
        let jumped = expected.as_ms().abs_diff(wall.as_ms()) > limits::CLOCK_STEP_MS;
        if jumped || wall.plus_ms(limits::CLOCK_STEP_MS) < last {
            return Err(Refusal::Clock);
        }
        (self.wall, self.monotonic_ms) = (wall, monotonic_ms);
        Ok(wall)
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
        assert_eq!(guard.step(wall.plus_ms(step + 1001), monotonic + 1000, wall), Err(Refusal::Clock));
        assert_eq!(guard.step(wall.minus_ms(step + 1), monotonic, at(0)), Err(Refusal::Clock));
        assert_eq!(guard.step(wall, monotonic, wall.plus_ms(step + 1)), Err(Refusal::Clock));
        assert_eq!(guard.step(wall, monotonic, wall), Ok(wall));
    }
}
