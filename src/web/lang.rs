//! The languages of pages, and how each writes numbers and days.

use axum::http::{HeaderMap, header};

use crate::event::{Label, words::Words};
use crate::time::{Date, Timestamp};

/// The parameter that names a language; links hand it on.
pub(super) const PARAMETER: &str = "lang";

/// A language of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Lang {
    /// The language of a code.
    pub(super) fn named(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one that a reader likes best, where `Accept-Language` tells; Vietnamese where it does not.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        let asked = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|one| one.to_str().ok());
        let mut best = (0, Self::Vi);
        for one in asked.flat_map(|value| value.split(',')) {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let primary = name.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let Some(lang) = Self::named(&primary) else { continue };
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
            let permille = weight.map_or(0, |weight: f32| (weight.clamp(0.0, 1.0) * 1000.0) as u32);
            if permille > best.0 {
                best = (permille, lang);
            }
        }
        best.1
    }

    /// Its code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// It and the country whose way of writing it is, as cards name them.
    pub(super) fn locale(self) -> &'static str {
        match self {
            Self::Vi => "vi_VN",
            Self::En => "en_GB",
        }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }

    /// The text of this language.
    pub(super) fn of(self, label: &Label) -> &str {
        match self {
            Self::Vi => &label.vi,
            Self::En => &label.en,
        }
    }

    /// The words of this language.
    pub(super) fn word(self, words: Words) -> &'static str {
        match self {
            Self::Vi => words.vi,
            Self::En => words.en,
        }
    }

    /// What was done, in this language.
    pub(super) fn done(self, words: Words) -> String {
        match self {
            Self::Vi => words.vi.to_owned(),
            Self::En => words.past(),
        }
    }

    /// Hundredths of a point.
    pub(super) fn points(self, hundredths: i64) -> String {
        let sign = if hundredths < 0 { "−" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let mark = match self {
            Self::Vi => ',',
            Self::En => '.',
        };
        format!("{sign}{whole}{mark}{rest:02}")
    }

    /// The same with its sign.
    pub(super) fn moved(self, hundredths: i64) -> String {
        let plus = if hundredths > 0 { "+" } else { "" };
        format!("{plus}{}", self.points(hundredths))
    }

    /// Thousandths as percent.
    pub(super) fn percent(self, permille: u16) -> String {
        let (whole, rest) = (permille / 10, permille % 10);
        match (self, rest) {
            (_, 0) => format!("{whole}%"),
            (Self::Vi, rest) => format!("{whole},{rest}%"),
            (Self::En, rest) => format!("{whole}.{rest}%"),
        }
    }

    /// A day.
    pub(super) fn day(self, date: Date) -> String {
        let (year, month, day) = date.year_month_day();
        match self {
            Self::Vi => format!("{day}/{month}/{year}"),
            Self::En => format!("{day} {} {year}", MONTHS[month as usize - 1]),
        }
    }

    /// A month of a year.
    pub(super) fn month(self, date: Date) -> String {
        let day = self.day(date);
        let apart = match self {
            Self::Vi => '/',
            Self::En => ' ',
        };
        day.split_once(apart).map_or_else(String::new, |(_, rest)| rest.to_owned())
    }

    /// An instant, where the ledger's day begins so many minutes before Greenwich's.
    pub(super) fn instant(self, at: Timestamp, utc_offset_min: i32) -> String {
        let day = at.date_at(utc_offset_min);
        let minutes = at.as_ms().saturating_sub(day.start_at(utc_offset_min).as_ms()) / 60_000;
        let time = format!("{:02}:{:02}", minutes / 60, minutes % 60);
        match self {
            Self::Vi => format!("{time} ngày {}", self.day(day)),
            Self::En => format!("{time} on {}", self.day(day)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_numbers_and_days_its_own_way() {
        let day: Date = "2026-11-05".parse().unwrap();
        assert_eq!((Lang::Vi.day(day), Lang::En.day(day)), ("5/11/2026".into(), "5 Nov 2026".into()));
        assert_eq!((Lang::Vi.month(day), Lang::En.month(day)), ("11/2026".into(), "Nov 2026".into()));
        assert_eq!((Lang::Vi.points(7982), Lang::En.points(7982)), ("79,82".into(), "79.82".into()));
        assert_eq!((Lang::Vi.moved(-250), Lang::En.moved(5)), ("−2,50".into(), "+0.05".into()));
        assert_eq!((Lang::Vi.percent(642), Lang::En.percent(280)), ("64,2%".into(), "28%".into()));
    }

    #[test]
    fn the_language_that_is_liked_best_is_taken() {
        for (asked, lang) in [
            ("", Lang::Vi),
            ("de", Lang::Vi),
            ("en", Lang::En),
            ("en-GB,en;q=0.9,vi;q=0.8", Lang::En),
            ("fr, vi;q=0.9, en;q=0.8", Lang::Vi),
            ("vi;q=0.3, en;q=0.4", Lang::En),
            ("en;q=0", Lang::Vi),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, asked.parse().unwrap())]);
            assert_eq!(Lang::accepted(&headers), lang, "{asked}");
        }
    }
}
