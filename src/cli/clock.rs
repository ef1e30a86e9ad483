//! `confirm-clock`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::Answer;
use super::seal::address;
use crate::api::views::{EventView, LedgerView};
use crate::client::Client;
use crate::ledger::{Archive, OpenError, confirm_clock, present};
use crate::limits;
use crate::log::Entry;
use crate::store::StoreError;
use crate::time::{Timestamp, span};

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
    pub async fn run(self) -> anyhow::Result<u8> {
        present(&self.data)?;
        let newest =
            newest(&self.data).await.filter(|newest| *newest > self.now.plus_ms(limits::CLOCK_CONFIRM_MS));
        if let Some(newest) = newest {
            anyhow::bail!(
                "the newest entry is of {newest}, {} after {}: no word lets the ledger record before it, so nothing was said. Where it was recorded by a clock that was wrong, wait until then, or see \"A clock that was wrong\" in `tinnhiem guide operator`",
                span(newest.as_ms() - self.now.as_ms()),
                self.now
            );
        }
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

/// When the newest entry was recorded; none where that cannot be found out.
async fn newest(data: &Path) -> Option<Timestamp> {
    match Archive::open(data) {
        Ok(archive) => {
            let size = archive.head.checkpoint().size;
            let mut newest = None;
            let read = archive.reader.entries(size.checked_sub(1)?, size, &mut |_, entry| {
                newest = Entry::parse(entry).ok().map(|entry| entry.recorded_at);
                ControlFlow::Continue(())
            });
            read.ok().and(newest)
        }
        Err(OpenError::Store(StoreError::Locked(_))) => {
            let client = Client::new(&address(data)?);
            let ledger: LedgerView = client.json("/v1/ledger").await.ok()?;
            let seq = ledger.size.checked_sub(1)?;
            let newest: EventView = client.json(&format!("/v1/events/{seq}")).await.ok()?;
            newest.row.recorded_at.to_string().parse().ok()
        }
        Err(_) => None,
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
