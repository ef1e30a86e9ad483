//! How long ago something was, in days of a ledger's calendar

use crate::api::views::LedgerView;
use crate::client::Client;
use crate::demo;
use crate::limits;
use crate::time::{Date, Timestamp};

/// Minutes east of Greenwich of a ledger's dates: by the ledger asked, or else Việt Nam's, for no receipt
/// tells them.
pub(super) async fn utc_offset(client: Option<&Client>) -> i32 {
    let Some(client) = client else { return demo::UTC_OFFSET_MIN };
    let ledger = client.json::<LedgerView>("/v1/ledger").await;
    ledger.map_or(demo::UTC_OFFSET_MIN, |ledger| ledger.utc_offset_min)
}

/// How many days of that calendar ago a date was.
pub(super) fn days(date: Date, now: Timestamp, utc_offset_min: i32) -> i32 {
    now.date_at(utc_offset_min).days_since(date)
}

/// How an instant stands to a later one that a clock shows, in words; what lies ahead is said.
pub(super) fn stands(at: Timestamp, clock: Timestamp) -> String {
    let (at, clock) = (at.as_ms(), clock.as_ms());
    let minutes = at.abs_diff(clock) / 60_000;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let span = match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    };
    match at > clock.saturating_add(limits::CLOCK_CONFIRM_MS) {
        true => format!("{span} AHEAD of that: the clock here, or that of the ledger, is wrong (`date -u`)"),
        false if at > clock => "at that time".to_owned(),
        false => format!("{span} before"),
    }
}

/// How long ago an instant was: in days, or, within a day, in hours and minutes.
pub(super) fn since(at: Timestamp, now: Timestamp, days: i32) -> String {
    let minutes = now.as_ms().saturating_sub(at.as_ms()) / 60_000;
    match (minutes / 60, minutes % 60) {
        (24.., _) => ago(days),
        (0, minutes) => format!("{minutes} min ago"),
        (hours, minutes) => format!("{hours} h {minutes} min ago"),
    }
}

/// The days of a calendar in words.
pub(super) fn ago(days: i32) -> String {
    match days {
        i32::MIN..=0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_ahead_is_said_and_no_span_is_cut_down() {
        let clock = "2026-11-29T12:00:00.000Z".parse().unwrap();
        for (at, told) in [
            ("2026-11-29T11:59:30.000Z", "0 min before"),
            ("2026-11-29T12:00:30.000Z", "at that time"),
            ("2026-11-29T09:30:00.000Z", "2 h 30 min before"),
            ("2026-11-26T12:05:00.000Z", "2 d 23 h before"),
            ("2026-12-02T12:00:00.000Z", "3 d 0 h AHEAD of that"),
        ] {
            assert!(
                stands(at.parse().unwrap(), clock).starts_with(told),
                "{}",
                stands(at.parse().unwrap(), clock)
            );
        }
    }

    #[test]
    fn days_are_those_of_the_ledgers_calendar() {
        let date: Date = "2026-11-29".parse().unwrap();
        for (now, offset, expected) in [
            // In Việt Nam the next day has begun, and that of Greenwich has not.
            ("2026-11-29T18:00:00.000Z", 420, 1),
            ("2026-11-29T18:00:00.000Z", 0, 0),
            ("2026-11-28T18:00:00.000Z", 420, 0),
            ("2026-11-29T16:59:59.999Z", 420, 0),
            ("2026-12-06T17:00:00.000Z", 420, 8),
            ("2026-11-30T02:00:00.000Z", -300, 0),
        ] {
            assert_eq!(days(date, now.parse().unwrap(), offset), expected, "{now} at {offset}");
        }
        assert_eq!([-1, 0, 1, 2].map(ago), ["today", "today", "yesterday", "2 days ago"]);
    }
}
