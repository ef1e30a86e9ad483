//! Calendars for the programs that people keep their days in: iCalendar, RFC 5545.

use std::fmt::Write;

use crate::log::Origin;
use crate::time::{Date, Timestamp};

/// Longest line before it is folded, in octets, its end not counted.
const LINE_OCTETS: usize = 75;
/// How long a program waits before it asks again: clocks run in days (RFC 7986; the other name is older).
const REFRESH: &str = "PT12H";

/// A calendar, written out.
pub(super) struct Calendar(String);

/// Something that falls on a day.
pub(super) struct Day {
    /// What names it within its ledger, for ever.
    pub uid: String,
    /// When what it says was recorded.
    pub stamp: Timestamp,
    /// The day.
    pub on: Date,
    /// One line about it.
    pub summary: String,
    /// More lines.
    pub description: String,
}

impl Calendar {
    /// A calendar of a ledger's days.
    pub(super) fn new(origin: &Origin, name: &str, days: impl Iterator<Item = Day>) -> Self {
        let mut calendar = Self(String::new());
        calendar.line("BEGIN", "VCALENDAR");
        calendar.line("VERSION", "2.0");
        calendar.line("PRODID", "-//Tinnhiem//Clocks//VI");
        calendar.line("CALSCALE", "GREGORIAN");
        calendar.line("NAME", &escaped(name));
        calendar.line("X-WR-CALNAME", &escaped(name));
        calendar.line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        calendar.line("X-PUBLISHED-TTL", REFRESH);
        let ledger = origin.to_string().replace('/', ".");
        let mut days = days.peekable();
        if days.peek().is_none() {
            // A calendar has at least one component; this one shows nothing.
            calendar.time_zone();
        }
        for day in days {
            calendar.line("BEGIN", "VEVENT");
            calendar.line("UID", &escaped(&format!("{}@{ledger}", day.uid)));
            calendar.line("DTSTAMP", &instant(day.stamp));
            calendar.line("DTSTART;VALUE=DATE", &digits(day.on));
            // The last day there is has none after it; without an end, a day is one day long.
            let next = day.on.plus_days(1);
            if next > day.on {
                calendar.line("DTEND;VALUE=DATE", &digits(next));
            }
            calendar.line("TRANSP", "TRANSPARENT");
            calendar.line("SUMMARY", &escaped(&day.summary));
            calendar.line("DESCRIPTION", &escaped(&day.description));
            calendar.line("END", "VEVENT");
        }
        calendar.line("END", "VCALENDAR");
        calendar
    }

    fn time_zone(&mut self) {
        for (name, value) in [
            ("BEGIN", "VTIMEZONE"),
            ("TZID", "Etc/UTC"),
            ("BEGIN", "STANDARD"),
            ("DTSTART", "19700101T000000"),
            ("TZOFFSETFROM", "+0000"),
            ("TZOFFSETTO", "+0000"),
            ("TZNAME", "UTC"),
            ("END", "STANDARD"),
            ("END", "VTIMEZONE"),
        ] {
            self.line(name, value);
        }
    }

    /// Its lines.
    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// One content line, folded between characters.
    fn line(&mut self, name: &str, value: &str) {
        let mut room = LINE_OCTETS;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_OCTETS - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

/// A text as a value: what would end it or part it is escaped, other controls are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// `20261120`
fn digits(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// `20261120T030405Z`
fn instant(at: Timestamp) -> String {
    let mut out = digits(at.date_at(0));
    let seconds = at.as_ms() / 1000;
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    let _ = write!(out, "T{hours:02}{minutes:02}{:02}Z", seconds % 60);
    out
}
