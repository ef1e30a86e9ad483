//! The time that entries are recorded at, and what a data directory knows of it.
//!
//! While the clock is believed, the instant is noted now and then in the file `clock`: a ledger that nobody
//! wrote to for long is then known to have run. The operator's word that a clock is right comes as the file
//! `clock-confirmed`, which holds the time that it should be and is taken once: nothing that is done again
//! at every start can confirm a clock.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::Hold;
use super::clockguard::{Belief, ClockGuard, Doubt, Known};
use crate::clock::Clock;
use crate::limits;
use crate::state::State;
use crate::time::Timestamp;

/// The file that holds an instant which has passed.
const NOTE: &str = "clock";
/// The file that holds the operator's word.
const WORD: &str = "clock-confirmed";

/// Leaves the operator's word that it is `now` with a data directory; a ledger takes it within seconds, or
/// when it is opened.
///
/// # Errors
/// What the directory is written with.
pub fn confirm_clock(directory: &Path, now: Timestamp) -> std::io::Result<()> {
    write(&directory.join(WORD), now)
}

/// Notes that it is `now`; without the note a start may ask its operator, no more.
pub(super) fn note_time(directory: &Path, now: Timestamp) {
    if let Err(error) = write(&directory.join(NOTE), now) {
        tracing::debug!(%error, "the time is not noted");
    }
}

fn write(path: &Path, now: Timestamp) -> std::io::Result<()> {
    let unfinished = path.with_extension("new");
    let options = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    let written = options.open(&unfinished).and_then(|mut file| writeln!(file, "{now}"));
    let placed = written.and_then(|()| std::fs::rename(&unfinished, path));
    placed.inspect_err(|_| drop(std::fs::remove_file(unfinished)))
}

fn read(path: &Path) -> Option<Timestamp> {
    std::fs::read_to_string(path).ok()?.trim_end().parse().ok()
}

/// Reads the time for the writer of a data directory.
pub(super) struct Timekeeper {
    clock: Clock,
    directory: PathBuf,
    guard: ClockGuard,
    noted: Option<Timestamp>,
}

impl Timekeeper {
    /// Keeps the time of a directory.
    pub(super) fn new(clock: Clock, directory: &Path) -> Self {
        let noted = read(&directory.join(NOTE));
        Self { clock, directory: directory.to_owned(), guard: ClockGuard::default(), noted }
    }

    /// How far the clock was believed at the last look.
    pub(super) fn belief(&self) -> Belief {
        self.guard.belief()
    }

    /// The present instant, where the clock is believed.
    ///
    /// # Errors
    /// [`Hold::Clock`].
    pub(super) fn now(&mut self, state: &State) -> Result<Timestamp, Hold> {
        let judged = self.look(state);
        let judged = match judged {
            Err(_) if self.take_word() => self.look(state),
            judged => judged,
        };
        judged.map_err(Hold::Clock)
    }

    fn look(&mut self, state: &State) -> Result<Timestamp, Doubt> {
        let (seen, last) = (self.clock.reading(), state.last_at());
        let replayed = state.ledger().and_then(|ledger| ledger.replayed_until);
        let noted = self.noted.filter(|noted| *noted <= seen.wall);
        let history = replayed.unwrap_or_default();
        let passed = last.max(history).max(noted.unwrap_or_default());
        self.guard.look(seen, Known { last, history, passed })
    }

    /// Notes that it is `now`, where that was not noted lately.
    pub(super) fn note(&mut self, now: Timestamp) {
        let noted = self.noted.map_or(u64::MAX, |noted| noted.as_ms().abs_diff(now.as_ms()));
        if noted >= limits::CLOCK_NOTE_MS {
            self.noted = Some(now);
            note_time(&self.directory, now);
        }
    }

    /// Whether the operator has confirmed the clock.
    fn take_word(&mut self) -> bool {
        let path = self.directory.join(WORD);
        let Some(word) = read(&path) else { return false };
        let seen = self.clock.reading();
        let agrees = self.guard.confirm(word, seen);
        if agrees {
            tracing::warn!("the operator confirmed that it is {word}");
        } else {
            tracing::error!("the operator's word is that it is {word}, and the clock says {}", seen.wall);
        }
        let _ = std::fs::remove_file(path);
        agrees
    }
}
