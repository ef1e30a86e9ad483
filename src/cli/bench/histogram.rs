//! How often each latency came, within one part in 128.

use std::time::Duration;

/// Steps to each power of two.
const STEPS: u64 = 128;

/// Counts of latencies in microseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max_us: u64,
}

impl Histogram {
    /// Counts one.
    pub(super) fn record(&mut self, latency: Duration) {
        let us = latency.as_micros() as u64;
        let step = step_of(us);
        if self.counts.len() <= step {
            self.counts.resize(step + 1, 0);
        }
        self.counts[step] += 1;
        self.total += 1;
        self.max_us = self.max_us.max(us);
    }

    /// How many were counted.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The longest, in milliseconds.
    pub(super) fn max_ms(&self) -> f64 {
        self.max_us as f64 / 1e3
    }

    /// The latency in milliseconds that `permille` of a thousand did not exceed.
    pub(super) fn at_permille(&self, permille: u64) -> f64 {
        let rank = (self.total * permille).div_ceil(1000).max(1);
        let mut seen = 0;
        let step = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        step.map_or(0.0, |step| last_of(step).min(self.max_us) as f64 / 1e3)
    }
}

fn step_of(us: u64) -> usize {
    if us < STEPS {
        return us as usize;
    }
    let doublings = u64::from(us.ilog2() - STEPS.ilog2());
    (STEPS * doublings + (us >> doublings)) as usize
}

/// The highest number of microseconds in a step.
fn last_of(step: usize) -> u64 {
    let step = step as u64;
    if step < STEPS {
        return step;
    }
    let doublings = step / STEPS - 1;
    ((step - STEPS * doublings + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::super::dice::Dice;
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_latencies() {
        let (mut dice, mut whole) = (Dice::new(1, "test"), Histogram::default());
        let mut sorted: Vec<u64> = (0..10_000).map(|_| dice.zipf(50_000_000) as u64).collect();
        sorted.iter().for_each(|us| whole.record(Duration::from_micros(*us)));
        sorted.sort_unstable();
        for permille in 1..=1000 {
            let exact = sorted[permille * 10 - 1] as f64 / 1e3;
            let read = whole.at_permille(permille as u64);
            assert!(
                read >= exact && read <= exact * (1.0 + 1.0 / 128.0) + 1e-9,
                "{permille}: {read} {exact}"
            );
        }
        assert_eq!((whole.total(), whole.max_ms()), (10_000, sorted[9_999] as f64 / 1e3));
    }

    #[test]
    fn steps_follow_one_another() {
        for us in 0..100_000 {
            let step = step_of(us);
            assert!(us <= last_of(step) && (step == 0 || us > last_of(step - 1)), "{us}");
        }
    }
}
