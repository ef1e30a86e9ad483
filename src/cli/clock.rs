//! `confirm-clock`

use std::path::PathBuf;

use clap::Args;

use super::output::Answer;
use crate::ledger::{confirm_clock, present};
use crate::limits;
use crate::time::Timestamp;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem confirm-clock --data my-ledger --now 2026-11-28T12:00Z")]
pub struct ConfirmClock {
    /// The data directory, of a ledger that runs or not
    #[arg(long)]
    data: PathBuf,
    /// What time it is, by another clock than the machine's: with `Z`, or an offset such as `+07:00`
    #[arg(long, value_parser = instant)]
    now: Timestamp,
    #[command(flatten)]
    answer: Answer,
}

impl ConfirmClock {
    pub fn run(self) -> anyhow::Result<u8> {
        present(&self.data)?;
        confirm_clock(&self.data, self.now)
            .map_err(|error| anyhow::anyhow!("{}: {error}", self.data.display()))?;
        let words = format!(
            "said that it is {}: a ledger that doubts its clock takes it once, where they agree within {} minutes. A running one does so within seconds: see /readyz",
            self.now,
            limits::CLOCK_CONFIRM_MS / 60_000
        );
        self.answer.tell(&serde_json::json!({"said": self.now}), &words)
    }
}

/// An instant as a person writes it.
fn instant(text: &str) -> Result<Timestamp, String> {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    let at = parsed.ok().and_then(|at| u64::try_from(at.as_millisecond()).ok()).and_then(Timestamp::from_ms);
    at.ok_or_else(|| "write it as 2026-11-28T12:00Z, or with an offset: 2026-11-28T19:00+07:00".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_offset_and_not_without() {
        let noon: Timestamp = "2026-11-28T12:00:00.000Z".parse().unwrap();
        for text in ["2026-11-28T12:00Z", "2026-11-28T19:00+07:00", "2026-11-28T12:00:00.000Z"] {
            assert_eq!(instant(text), Ok(noon), "{text}");
        }
        for text in ["2026-11-28T12:00", "12:00Z", "1969-01-01T00:00Z", "now"] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
