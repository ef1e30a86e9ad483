//! How long ago something was, in days of a ledger's calendar

use crate::api::views::LedgerView;
use crate::client::Client;
use crate::demo;
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

/// The same in words.
pub(super) fn ago(days: i32) -> String {
    match days {
        i32::MIN..=0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!([-1, 0, 1, 2].map(ago), ["today", "today", "1 day ago", "2 days ago"]);
    }
}
