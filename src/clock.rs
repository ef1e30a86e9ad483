//! The one place that reads the time: the machine's clocks, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::time::Timestamp;

/// Where the edges read the time: the machine's, or one that a test sets.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<Manual>),
}

struct Manual {
    wall: AtomicU64,
    monotonic: AtomicU64,
}

/// Both clocks at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What the wall clock says.
    pub wall: Timestamp,
    /// Milliseconds on a clock that nobody can set, and that goes on while a machine sleeps.
    pub monotonic_ms: u64,
}

/// Longest time between reading the one clock and the other, in milliseconds.
const APART_MS: u64 = 100;

impl Clock {
    /// The machine's wall clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now` until [`Clock::set`] moves it.
    pub fn manual(now: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(Manual {
            wall: AtomicU64::new(now.as_ms()),
            monotonic: AtomicU64::new(0),
        })))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since =
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_ms(since.as_millis() as u64).unwrap_or(Timestamp::LAST)
            }
            Source::Manual(clocks) => Timestamp::default().plus_ms(clocks.wall.load(Ordering::SeqCst)),
        }
    }

    /// Both clocks, to notice a wall clock that jumps.
    pub fn reading(&self) -> Reading {
        loop {
            let before = self.monotonic_ms();
            let wall = self.now();
            let monotonic_ms = self.monotonic_ms();
            // A thread that was kept waiting in between has read nothing.
            if monotonic_ms - before <= APART_MS {
                return Reading { wall, monotonic_ms };
            }
        }
    }

    fn monotonic_ms(&self) -> u64 {
        match &self.0 {
            Source::System => {
                let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
                time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000
            }
            Source::Manual(clocks) => clocks.monotonic.load(Ordering::SeqCst),
        }
    }

    /// Lets time pass on a manual clock until it is `now`, or sets it back; the machine's own stays as it is.
    pub fn set(&self, now: Timestamp) {
        if let Source::Manual(clocks) = &self.0 {
            let before = clocks.wall.swap(now.as_ms(), Ordering::SeqCst);
            clocks.monotonic.fetch_add(now.as_ms().saturating_sub(before), Ordering::SeqCst);
        }
    }

    /// Sets a manual wall clock, while no time passes.
    pub fn step(&self, now: Timestamp) {
        if let Source::Manual(clocks) = &self.0 {
            clocks.wall.store(now.as_ms(), Ordering::SeqCst);
        }
    }
}
