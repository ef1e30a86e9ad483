//! Notices a wall clock that cannot be believed, and when it can be again.
//!
//! A clock is right, doubtful, or confirmed by the operator. While a ledger runs, its wall clock must keep
//! to the line that a clock which nobody can set draws from where it was believed last. One that was set
//! is doubtful, and right again once it comes back to that line. Where it stays, either it was wrong before
//! or it is now, and no machine can tell: once it has run evenly for [`limits::CLOCK_SETTLE_MS`] it is
//! judged as at a start, which would believe it too.
//!
//! At a start it must lie neither before the last entry nor more than [`limits::CLOCK_GAP_MS`] after the
//! last that is known of the time: the last entry, or what was noted while the ledger ran. Beyond that the
//! operator confirms it. No one confirms a clock behind the last entry: entries are in the order of time,
//! so that writing waits until then. Nor one before the end of the history that a ledger takes: while that is
//! to come, events stand at whatever time they name.

use crate::clock::Reading;
use crate::limits;
use crate::time::{Timestamp, span};

/// Why a clock is not believed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Doubt {
    /// It was set while the ledger ran.
    #[error(
        "it was set to {seen} when it was {expected}, by {by}. Where it is wrong now, set it right, and writing goes on by itself. Where it was wrong before, its operator confirms it by another clock: `tinnhiem confirm-clock --data DIR --now TIME`",
        by = apart(*seen, *expected)
    )]
    Stepped {
        /// What it says.
        seen: Timestamp,
        /// What it should say.
        expected: Timestamp,
    },
    /// The last entry lies ahead of it.
    #[error(
        "it says {seen}, and the last entry is of {last}, {by} later. Where the clock is wrong, set it right, and writing goes on by itself. Where it was wrong when that entry was recorded, nothing is written for {by}; if that is too long, its operator restores a backup from before that entry and sends what came after again (`tinnhiem export --data DIR --events-from SEQ FILE`): see \"A clock that was wrong\" in `tinnhiem guide operator`",
        by = apart(*seen, *last)
    )]
    Behind {
        /// What it says.
        seen: Timestamp,
        /// When the last entry was recorded.
        last: Timestamp,
    },
    /// The ledger takes history until an instant that is to come.
    #[error(
        "it says {seen}, and the ledger takes history until {until}, {by} later: until then whoever sends an event could give it any time. Where the clock is wrong, set it right, and writing goes on by itself. Where it is right, the ledger was opened by one that was wrong, and stays read-only: open another (`tinnhiem init`), and bring in what is to stand there",
        by = apart(*seen, *until)
    )]
    History {
        /// What it says.
        seen: Timestamp,
        /// Until when history is taken.
        until: Timestamp,
    },
    /// It lies far beyond all that is known of the time.
    #[error(
        "it says {seen}, {by} after the last that is known of the time, {known}. Where it is wrong, set it right, and writing goes on by itself. Where it is right, its operator confirms it by another clock: `tinnhiem confirm-clock --data DIR --now TIME`",
        by = apart(*seen, *known)
    )]
    Ahead {
        /// What it says.
        seen: Timestamp,
        /// The last entry, or what was noted while the ledger ran.
        known: Timestamp,
    },
}

fn apart(one: Timestamp, other: Timestamp) -> String {
    span(one.as_ms().abs_diff(other.as_ms()))
}

/// How far a clock is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Belief {
    /// It keeps to its line.
    Right,
    /// Nothing is written.
    Doubtful,
    /// The operator said that it is right, and it has kept to its line since.
    Confirmed,
}

/// What is known of the time apart from the clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// When the last entry was recorded: nothing is recorded before it.
    pub last: Timestamp,
    /// Until when the ledger takes history, which ended before it was opened.
    pub history: Timestamp,
    /// The latest instant that is known to have passed; not before either.
    pub passed: Timestamp,
}

/// The two clocks at an instant; where the wall clock should be at others follows.
#[derive(Debug, Clone, Copy)]
struct Line(Reading);

impl Line {
    fn at(&self, monotonic_ms: u64) -> Timestamp {
        self.0.wall.plus_ms(monotonic_ms.saturating_sub(self.0.monotonic_ms))
    }

    fn meets(&self, seen: Reading) -> bool {
        self.at(seen.monotonic_ms).as_ms().abs_diff(seen.wall.as_ms()) <= limits::CLOCK_STEP_MS
    }

    /// Goes on from a reading that it meets, no faster than a clock is slewed.
    fn follow(&mut self, seen: Reading) {
        let passed = seen.monotonic_ms.saturating_sub(self.0.monotonic_ms);
        let expected = self.at(seen.monotonic_ms);
        let most = passed / limits::CLOCK_SLEW_PART;
        if most == 0 {
            return;
        }
        let wall = seen.wall.clamp(expected.minus_ms(most), expected.plus_ms(most));
        self.0 = Reading { wall, ..seen };
    }
}

/// Judges readings of the clocks, one after another.
#[derive(Debug, Default)]
pub(super) struct ClockGuard {
    /// Where the clock was believed; none before it first was.
    line: Option<Line>,
    /// Where it runs since it was set.
    other: Option<(Line, u64)>,
    confirmed: bool,
    doubtful: bool,
}

impl ClockGuard {
    /// The present instant, where the clock is believed.
    ///
    /// # Errors
    /// [`Doubt`].
    pub(super) fn look(&mut self, seen: Reading, known: Known) -> Result<Timestamp, Doubt> {
        let judged = self.judge(seen, known);
        self.doubtful = judged.is_err();
        judged
    }

    /// How far the clock was believed at the last look.
    pub(super) fn belief(&self) -> Belief {
        match (self.doubtful, self.confirmed) {
            (true, _) => Belief::Doubtful,
            (false, true) => Belief::Confirmed,
            (false, false) => Belief::Right,
        }
    }

    /// Takes the operator's word that it is `now`; false where the clock says otherwise.
    pub(super) fn confirm(&mut self, now: Timestamp, seen: Reading) -> bool {
        if now.as_ms().abs_diff(seen.wall.as_ms()) > limits::CLOCK_CONFIRM_MS {
            return false;
        }
        (self.line, self.other, self.confirmed) = (Some(Line(seen)), None, true);
        true
    }

    fn judge(&mut self, seen: Reading, known: Known) -> Result<Timestamp, Doubt> {
        match &mut self.line {
            Some(line) if line.meets(seen) => {
                line.follow(seen);
                self.other = None;
                in_order(seen.wall, known)
            }
            Some(line) => {
                let expected = line.at(seen.monotonic_ms);
                let since = match &mut self.other {
                    Some((other, since)) if other.meets(seen) => {
                        other.follow(seen);
                        *since
                    }
                    other => other.insert((Line(seen), seen.monotonic_ms)).1,
                };
                if seen.monotonic_ms - since < limits::CLOCK_SETTLE_MS {
                    return Err(Doubt::Stepped { seen: seen.wall, expected });
                }
                self.begin(seen, known)
            }
            None => self.begin(seen, known),
        }
    }

    /// Judges a clock by what is known of the time alone.
    fn begin(&mut self, seen: Reading, known: Known) -> Result<Timestamp, Doubt> {
        if seen.wall > known.passed.plus_ms(limits::CLOCK_GAP_MS) {
            return Err(Doubt::Ahead { seen: seen.wall, known: known.passed });
        }
        in_order(seen.wall, known)?;
        (self.line, self.other, self.confirmed) = (Some(Line(seen)), None, false);
        Ok(seen.wall)
    }
}

fn in_order(seen: Timestamp, known: Known) -> Result<Timestamp, Doubt> {
    if seen.plus_ms(limits::CLOCK_STEP_MS) < known.last {
        return Err(Doubt::Behind { seen, last: known.last });
    }
    if seen.plus_ms(limits::CLOCK_STEP_MS) < known.history {
        return Err(Doubt::History { seen, until: known.history });
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEP: u64 = limits::CLOCK_STEP_MS;
    const HOUR: u64 = 3_600_000;
    const START: u64 = 1_000_000 * HOUR / 1000;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    /// Both clocks so long after the start, the wall clock off by `off`.
    fn seen(after: u64, off: i64) -> Reading {
        Reading { wall: at((START + after).saturating_add_signed(off)), monotonic_ms: after }
    }

    fn known(ms: u64) -> Known {
        Known { last: at(ms), history: Timestamp::default(), passed: at(ms) }
    }

    fn started() -> ClockGuard {
        let mut guard = ClockGuard::default();
        guard.look(seen(0, 0), known(START)).unwrap();
        guard
    }

    #[test]
    fn a_doubt_tells_both_ways_out_and_how_far_it_is() {
        let (one, other) = (at(START), at(START + 359_963_000));
        for doubt in [
            Doubt::Stepped { seen: one, expected: other },
            Doubt::Behind { seen: one, last: other },
            Doubt::Ahead { seen: other, known: one },
            Doubt::History { seen: one, until: other },
        ] {
            let said = doubt.to_string();
            assert!(said.contains("4 days") && said.contains("set it right"), "{said}");
            let others = ["confirm-clock --data DIR --now TIME", "--events-from SEQ FILE", "tinnhiem init"];
            assert!(others.iter().any(|other| said.contains(other)), "{said}");
        }
    }

    #[test]
    fn a_clock_that_was_set_is_right_again_once_it_comes_back() {
        for off in [STEP as i64 + 1, 3_000, HOUR as i64, 87_600 * HOUR as i64] {
            for off in [off, -off] {
                let mut guard = started();
                for second in 1..20 {
                    let doubt = guard.look(seen(second * 1000, off), known(START)).unwrap_err();
                    assert!(matches!(doubt, Doubt::Stepped { .. }), "{off}: {doubt}");
                    assert_eq!(guard.belief(), Belief::Doubtful);
                }
                assert!(guard.look(seen(20_000, 0), known(START)).is_ok(), "{off}");
                assert_eq!(guard.belief(), Belief::Right);
            }
        }
    }

    #[test]
    fn a_clock_that_stays_where_it_was_set_is_judged_as_at_a_start() {
        let settle = |off: i64| {
            let mut guard = started();
            guard.look(seen(1000, off), known(START)).unwrap_err();
            guard.look(seen(limits::CLOCK_SETTLE_MS / 2, off), known(START)).unwrap_err();
            let judged = guard.look(seen(limits::CLOCK_SETTLE_MS + 1000, off), known(START));
            (judged, guard.belief())
        };
        assert_eq!(settle(HOUR as i64).1, Belief::Right);
        assert!(matches!(settle(-(HOUR as i64)).0, Err(Doubt::Behind { .. })));
        assert!(matches!(settle(100 * limits::CLOCK_GAP_MS as i64).0, Err(Doubt::Ahead { .. })));
        // One that is set again and again never settles.
        let mut guard = started();
        for minute in 1..600u64 {
            let off = if minute % 2 == 0 { 10_000 } else { 20_000 };
            guard.look(seen(minute * 60_000, off), known(START)).unwrap_err();
        }
    }

    #[test]
    fn a_start_far_beyond_what_is_known_waits_for_the_operator() {
        let far = 87_600 * HOUR as i64;
        let mut guard = ClockGuard::default();
        let doubt = guard.look(seen(0, far), known(START)).unwrap_err();
        assert!(matches!(doubt, Doubt::Ahead { .. }));
        // A word that the clock does not bear out, as one that is repeated later, does nothing.
        assert!(!guard.confirm(at(START), seen(1000, far)));
        assert!(guard.look(seen(1000, far), known(START)).is_err());
        assert!(guard.confirm(seen(0, far).wall, seen(2000, far)));
        assert!(guard.look(seen(3000, far), known(START)).is_ok());
        assert_eq!(guard.belief(), Belief::Confirmed);
        // Or the clock is set right.
        let mut guard = ClockGuard::default();
        guard.look(seen(0, far), known(START)).unwrap_err();
        assert!(guard.look(seen(1000, 0), known(START)).is_ok());
        assert_eq!(guard.belief(), Belief::Right);
        // A ledger that nobody wrote to is known to have run.
        let quiet = Known { last: at(START), history: at(START), passed: at(START + 1000 * HOUR) };
        assert!(ClockGuard::default().look(seen(0, 1010 * HOUR as i64), quiet).is_ok());
    }

    #[test]
    fn nobody_confirms_a_clock_behind_the_last_entry() {
        let mut guard = ClockGuard::default();
        let last = known(START + 10 * HOUR);
        assert!(matches!(guard.look(seen(0, 0), last), Err(Doubt::Behind { .. })));
        assert!(guard.confirm(at(START), seen(1000, 0)));
        assert!(matches!(guard.look(seen(2000, 0), last), Err(Doubt::Behind { .. })));
        assert!(guard.look(seen(10 * HOUR, 0), last).is_ok());
    }

    #[test]
    fn nobody_confirms_a_clock_before_the_end_of_history() {
        let mut guard = ClockGuard::default();
        let known = Known { history: at(START + 10 * HOUR), ..known(START) };
        assert!(matches!(guard.look(seen(0, 0), known), Err(Doubt::History { .. })));
        assert!(guard.confirm(at(START), seen(1000, 0)));
        assert!(matches!(guard.look(seen(2000, 0), known), Err(Doubt::History { .. })));
        assert!(guard.look(seen(10 * HOUR, 0), known).is_ok());
    }

    proptest! {
        /// A slewed clock is right for ever; nothing is recorded before the last entry or off the line.
        #[test]
        fn a_clock_that_is_slewed_is_believed(rates in proptest::collection::vec(-80i64..80, 1..60)) {
            let mut guard = started();
            let mut off = 0;
            for (second, rate) in (1..).zip(rates) {
                off += rate;
                let now = guard.look(seen(second * 1000, off), known(START));
                prop_assert_eq!(now, Ok(seen(second * 1000, off).wall));
            }
        }

        #[test]
        fn what_is_believed_lies_on_the_line_and_after_the_last_entry(
            offs in proptest::collection::vec((1u64..5_000, -20_000i64..20_000), 1..40),
            last in 0u64..30_000,
        ) {
            let mut guard = started();
            let mut now = 0;
            for (passes, off) in offs {
                now += passes;
                let last = known(START + last);
                if let Ok(believed) = guard.look(seen(now, off), last) {
                    prop_assert!(off.unsigned_abs() <= STEP + now / limits::CLOCK_SLEW_PART);
                    prop_assert!(believed.plus_ms(STEP) >= last.last);
                } else {
                    prop_assert!(off.unsigned_abs() > STEP.saturating_sub(now / limits::CLOCK_SLEW_PART)
                        || seen(now, off).wall.plus_ms(STEP) < last.last);
                }
            }
        }
    }
}
