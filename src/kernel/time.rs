//! Instants and civil dates. The kernel is handed them, and reads no clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// An instant in Unix milliseconds, from 1970-01-01 to the end of 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

/// 9999-12-31T23:59:59.999Z.
const LAST_MS: u64 = 253_402_300_799_999;

impl Timestamp {
    /// The last instant that can be written.
    pub const LAST: Self = Self(LAST_MS);

    /// The instant `ms` Unix milliseconds after the epoch, or none beyond the year 9999.
    pub fn from_ms(ms: u64) -> Option<Self> {
        (ms <= LAST_MS).then_some(Self(ms))
    }

    /// Unix milliseconds.
    pub fn as_ms(self) -> u64 {
        self.0
    }

    /// The civil date of this instant at `utc_offset_min` minutes east of Greenwich.
    pub fn date_at(self, utc_offset_min: i32) -> Date {
        let local = self.0 as i64 + i64::from(utc_offset_min) * 60_000;
        Date(local.div_euclid(DAY_MS) as i32)
    }

    /// This instant `ms` later, held at the end of 9999.
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms).min(LAST_MS))
    }

    /// This instant `ms` earlier, held at the epoch.
    pub fn minus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(ms))
    }
}

impl fmt::Display for Timestamp {
    /// Exactly 24 characters: `2026-11-20T03:04:05.678Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date_at(0);
        let ms = self.0 % DAY_MS as u64;
        write!(
            f,
            "{date}T{:02}:{:02}:{:02}.{:03}Z",
            ms / 3_600_000,
            ms / 60_000 % 60,
            ms / 1000 % 60,
            ms % 1000
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a time or date in the one accepted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct MalformedTime(&'static str);

impl FromStr for Timestamp {
    type Err = MalformedTime;

    /// Reads exactly the 24 characters that [`Timestamp`] displays as.
    fn from_str(text: &str) -> Result<Self, MalformedTime> {
        const FORM: MalformedTime = MalformedTime("a UTC time like 2026-11-20T03:04:05.678Z");
        let bytes = text.as_bytes();
        if bytes.len() != 24 || !text.is_ascii() {
            return Err(FORM);
        }
        let fixed = [(10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
        if fixed.iter().any(|&(at, byte)| bytes[at] != byte) {
            return Err(FORM);
        }
        let date: Date = text[..10].parse().map_err(|_| FORM)?;
        let number =
            |from: usize, to: usize, bound: u64| digits(&bytes[from..to]).filter(|&n| n < bound).ok_or(FORM);
        let ms = number(11, 13, 24)? * 3_600_000
            + number(14, 16, 60)? * 60_000
            + number(17, 19, 60)? * 1000
            + number(20, 23, 1000)?;
        let start = u64::try_from(i64::from(date.0) * DAY_MS).map_err(|_| FORM)?;
        Ok(Self(start + ms))
    }
}

/// A civil date, counted in days since 1970-01-01; reads and writes `YYYY-MM-DD`, years 0001 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(i32);

impl Date {
    /// The date `days` after 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub fn as_days(self) -> i32 {
        self.0
    }

    /// The date `days` later (earlier when negative).
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this date; negative when this date comes first.
    pub fn days_since(self, earlier: Date) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Its year, month and day of the month, the last two from 1.
    pub fn year_month_day(self) -> (i32, u32, u32) {
        let (year, month, day) = civil_from_days(self.0);
        (i32::from(year), month.unsigned_abs().into(), day.unsigned_abs().into())
    }

    /// The first instant of this date at `utc_offset_min` minutes east of Greenwich.
    pub fn start_at(self, utc_offset_min: i32) -> Timestamp {
        let ms = i64::from(self.0) * DAY_MS - i64::from(utc_offset_min) * 60_000;
        Timestamp((ms.max(0) as u64).min(LAST_MS))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = MalformedTime;

    fn from_str(text: &str) -> Result<Self, MalformedTime> {
        const FORM: MalformedTime = MalformedTime("a date like 2026-11-20");
        const OTHER_FORM: MalformedTime =
            MalformedTime("a date like 2026-11-20: the year first, then month and day, with hyphens");
        const NO_DAY: MalformedTime =
            MalformedTime("a date like 2026-11-20: there is no such day in the calendar");
        let bytes = text.as_bytes();
        if text.contains(['/', '.']) {
            return Err(OTHER_FORM);
        }
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(FORM);
        }
        let part = |range: std::ops::Range<usize>| digits(&bytes[range]).ok_or(FORM);
        let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
        let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).map_err(|_| NO_DAY)?;
        if year == 0 {
            return Err(FORM);
        }
        let epoch = jiff::civil::date(1970, 1, 1);
        let days = (date - epoch).get_days();
        Ok(Self(days))
    }
}

/// Years outside 1..=9999 cannot come in; arithmetic past them is shown clamped.
fn civil_from_days(days: i32) -> (i16, i8, i8) {
    let first = jiff::civil::date(1, 1, 1);
    let last = jiff::civil::date(9999, 12, 31);
    let date = jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(days).unwrap_or_default())
        .unwrap_or(if days < 0 { first } else { last })
        .clamp(first, last);
    (date.year(), date.month(), date.day())
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')))
}

/// Serialises as text for people and JSON, as the bare number in compact binary forms.
macro_rules! serde_as_text {
    ($name:ident, $inner:ty, $format:literal, $form:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    <$inner>::deserialize(deserializer).map(Self)
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "format": $format, "pattern": $form})
            }
        }
    };
}

serde_as_text!(Timestamp, u64, "date-time", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$");
serde_as_text!(Date, i32, "date", r"^\d{4}-\d{2}-\d{2}$");

/// A span of time as people say it, in its largest whole unit.
pub fn span(ms: u64) -> String {
    let s = ms / 1000;
    let (count, unit) = match s {
        0..120 => (s, "second"),
        120..7_200 => (s / 60, "minute"),
        7_200..172_800 => (s / 3_600, "hour"),
        _ => (s / 86_400, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_their_largest_whole_unit() {
        for (s, said) in [(1, "1 second"), (119, "119 seconds"), (3_599, "59 minutes"), (359_963, "4 days")] {
            assert_eq!(span(s * 1000), said);
        }
    }

    #[test]
    fn a_timestamp_reads_exactly_what_it_shows() {
        let text = "2026-11-20T03:04:05.678Z";
        let at: Timestamp = text.parse().unwrap();
        assert_eq!(at.as_ms(), 1_795_143_845_678);
        assert_eq!(at.to_string(), text);
        for wrong in [
            "2026-11-20T03:04:05Z",
            "2026-11-20T03:04:05.678+",
            "2026-02-30T03:04:05.678Z",
            "2026-11-20T24:04:05.678Z",
            "2026-11-20 03:04:05.678Z",
        ] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_date_turns_at_the_ledgers_midnight() {
        let at: Timestamp = "2026-11-20T16:59:59.999Z".parse().unwrap();
        assert_eq!(at.date_at(420).to_string(), "2026-11-20");
        assert_eq!(at.plus_ms(1).date_at(420).to_string(), "2026-11-21");
        assert_eq!(at.plus_ms(1).date_at(420).start_at(420), at.plus_ms(1));
    }
}
