//! `confirm-clock`

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::coded::here;
use super::output::Answer;
use super::seal::address;
use crate::api::views::{EventView, LedgerView};
use crate::client::Client;
use crate::clock::Clock;
use crate::ledger::{Archive, OpenError, confirm_clock, present};
use crate::limits;
use crate::log::Entry;
use crate::store::StoreError;
use crate::time::{Timestamp, span};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem confirm-clock --data my-ledger --now 2026-11-28T12:00Z")]
pub(super) struct ConfirmClock {
    /// The data directory, of a ledger that runs or not
    #[arg(long)]
    data: PathBuf,
    /// What time it is, by another clock than the machine's: with `Z`, or an offset such as `+07:00`; refused
    /// where the machine's clock is over 10 minutes off
    #[arg(long, value_parser = instant)]
    now: Timestamp,
    #[command(flatten)]
    answer: Answer,
}

impl ConfirmClock {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        present(&self.data)?;
        let newest =
            newest(&self.data).await.filter(|newest| *newest > self.now.plus_ms(limits::CLOCK_CONFIRM_MS));
        if let Some(newest) = newest {
            let detail = format!(
                "the newest entry is of {newest}, {} after {}: no word lets the ledger record before it, so nothing was said. Where it was recorded by a clock that was wrong, wait until then, or see \"A clock that was wrong\" in `tinnhiem guide operator`",
                span(newest.as_ms() - self.now.as_ms()),
                self.now
            );
            anyhow::bail!(here("clock.behind", detail));
        }
        if let Some(detail) = contradicted(self.now, Clock::system().now()) {
            anyhow::bail!(here("clock.contradicted", detail));
        }
        confirm_clock(&self.data, self.now).with_context(|| self.data.display().to_string())?;
        let words = format!(
            "said that it is {}: a ledger that doubts its clock takes it once, where they agree within {} minutes. A running one does so within seconds: see /readyz",
            self.now,
            limits::CLOCK_CONFIRM_MS / 60_000
        );
        self.answer.tell(&serde_json::json!({"said": self.now}), &words)
    }
}

/// That the machine's clock says something else, where no ledger here would take the word.
fn contradicted(now: Timestamp, seen: Timestamp) -> Option<String> {
    let apart = now.as_ms().abs_diff(seen.as_ms());
    if apart <= limits::CLOCK_CONFIRM_MS {
        return None;
    }
    let which = if seen > now { "later" } else { "earlier" };
    Some(format!(
        "the machine's clock says {seen}, {} {which} than {now}: a ledger takes the word only where the two agree within {} minutes, so nothing was said. Where {now} is right, set the machine's clock right: the ledger then writes again by itself, or takes this word. Where the machine's clock is right, no word is needed unless /readyz says `ledger.clock`: give the right time then, and mind the offset (Z is Greenwich)",
        span(apart),
        limits::CLOCK_CONFIRM_MS / 60_000
    ))
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
    fn a_word_that_the_machines_clock_contradicts_is_told_with_both_times() {
        let (now, later): (Timestamp, Timestamp) =
            ("2026-11-28T12:00:00.000Z".parse().unwrap(), "2026-11-28T19:00:00.000Z".parse().unwrap());
        for (word, seen, says) in [(now, later, "7 hours later"), (later, now, "7 hours earlier")] {
            let told = contradicted(word, seen).unwrap();
            for says in [says, &word.to_string(), &seen.to_string(), "set the machine's clock right"] {
                assert!(told.contains(says), "{says}: {told}");
            }
        }
        assert_eq!(contradicted(now, now.plus_ms(limits::CLOCK_CONFIRM_MS)), None);
        assert!(contradicted(now, now.plus_ms(limits::CLOCK_CONFIRM_MS + 1)).is_some());
    }

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
