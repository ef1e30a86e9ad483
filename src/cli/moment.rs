//! A moment as people write it: with the offset of their clock, to the minute or finer

use crate::time::{Date, Timestamp};

const FORM: &str =
    "expected a time with its offset, such as 2026-11-28T18:00+07:00 or 2026-11-28T11:00:00.000Z";

/// Reads a moment: a date, `T` or a blank, hours and minutes, seconds and their fraction where they are given,
/// and `Z` or the offset from UTC.
///
/// # Errors
/// What is expected, where the text is no such moment.
pub(super) fn parse(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    read(text).ok_or_else(|| FORM.to_owned())
}

fn read(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let date: Date = date.parse().ok()?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, offset_min) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = rest.rfind(['+', '-', '\u{2212}'])?;
            let (time, offset) = rest.split_at_checked(at)?;
            let sign = offset.chars().next()?;
            let offset = offset.strip_prefix(sign)?;
            let (hours, minutes) = match offset.split_once(':') {
                Some((hours, minutes)) => (hours, minutes),
                None if offset.len() == 4 => offset.split_at_checked(2)?,
                None => (offset, "00"),
            };
            let minutes = i64::from(number(hours, 15)?) * 60 + i64::from(number(minutes, 60)?);
            (time, if sign == '+' { minutes } else { -minutes })
        }
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut parts = time.split(':');
    let (hours, minutes) = (number(parts.next()?, 24)?, number(parts.next()?, 60)?);
    let seconds = parts.next().map_or(Some(0), |seconds| number(seconds, 60))?;
    if parts.next().is_some() || fraction.is_empty() || fraction.len() > 3 {
        return None;
    }
    let ms = number(fraction, 1000)? * 10u32.pow(3 - u32::try_from(fraction.len()).ok()?);
    let of_day = i64::from((hours * 60 + minutes) * 60_000 + seconds * 1000 + ms);
    let utc: Timestamp = format!("{date}T00:00:00.000Z").parse().ok()?;
    let shifted = of_day - offset_min * 60_000;
    match u64::try_from(shifted) {
        Ok(later) => Some(utc.plus_ms(later)),
        Err(_) => Some(utc.minus_ms(shifted.unsigned_abs())),
    }
}

/// A number of one to three digits below a bound.
fn number(text: &str, below: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| *number < below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_the_offset_of_whoever_writes_it() {
        for (text, utc) in [
            ("2026-11-28T18:00+07:00", "2026-11-28T11:00:00.000Z"),
            ("2026-11-28 18:00:05+0700", "2026-11-28T11:00:05.000Z"),
            ("2026-11-28T03:04:05.6+07", "2026-11-27T20:04:05.600Z"),
            ("2026-11-28T23:30-01:30", "2026-11-29T01:00:00.000Z"),
            ("2026-11-28T18:00:00.000Z", "2026-11-28T18:00:00.000Z"),
            ("2026-11-28T18:00z", "2026-11-28T18:00:00.000Z"),
        ] {
            assert_eq!(parse(text).map(|at| at.to_string()).as_deref(), Ok(utc), "{text}");
        }
        for wrong in [
            "",
            "2026-11-28",
            "2026-11-28T18:00",
            "2026-02-30T18:00Z",
            "2026-11-28T24:00Z",
            "2026-11-28T18:00+7:0:0",
            "2026-11-28T18:00:00.1234Z",
            "2026-11-28T18:00+é",
            "2026-11-2éT18:00Z",
            "2026-11-28T18Z",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
