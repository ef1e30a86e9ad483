//! Listings of one moment: the `next` of a page says at which size and date the listing began, and
//! later pages are read there, whatever was recorded meanwhile.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use super::{App, Problem};
use crate::facts::At;
use crate::ledger::Snapshot;
use crate::limits;
use crate::time::Date;

/// What a listing is of, apart from its moment: by what it is filtered and sorted, however that is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u32);

impl Mark {
    /// Of a listing of these parameters, those that only say which page left out.
    pub(super) fn of(parameters: &impl serde::Serialize) -> Self {
        let text = serde_json::to_vec(parameters).unwrap_or_default();
        let [a, b, c, d, ..] = *blake3::hash(&text).as_bytes();
        Self(u32::from_be_bytes([a, b, c, d]))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// Where a listing goes on: its moment, what it is of, and a place in it. As text the size, the date, eight hex
/// digits and the place, with dots between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor<P> {
    /// The moment of the listing.
    pub at: At,
    /// What it is of.
    pub mark: Mark,
    /// The last place of the page before.
    pub place: P,
}

impl<P: fmt::Display> fmt::Display for Cursor<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.at.size, self.at.as_of, self.mark, self.place)
    }
}

impl<P: FromStr + fmt::Display> FromStr for Cursor<P> {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let parse = || {
            let mut parts = text.splitn(4, '.');
            let (size, as_of) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let mark = Mark(u32::from_str_radix(parts.next()?, 16).ok()?);
            Some(Self { at: At { size, as_of }, mark, place: parts.next()?.parse().ok()? })
        };
        // A place has one spelling, the one that it is told in.
        parse().filter(|cursor: &Self| cursor.to_string() == text).ok_or_else(malformed)
    }
}

impl<P: FromStr + fmt::Display> Cursor<P> {
    /// Reads where a listing goes on, which is the one that it was begun as.
    ///
    /// # Errors
    /// `query.after`.
    pub(super) fn of_listing(text: Option<&str>, mark: Mark) -> Result<Option<Self>, Problem>
    where
        Self: FromStr<Err = Problem>,
    {
        let Some(text) = text else { return Ok(None) };
        let cursor: Self = text.parse()?;
        if cursor.mark == mark {
            return Ok(Some(cursor));
        }
        let detail = "it goes on with a listing of other parameters: ask with those that it began with, or begin \
                      without it";
        Err(Problem::new(400, "query.after", detail))
    }
}

/// The problem with what no page ended with.
pub(super) fn malformed() -> Problem {
    Problem::new(400, "query.after", "it is not the `next` of an earlier page: begin without it")
}

/// The problem with a moment that is no longer at hand.
pub(super) fn expired(at: At) -> Problem {
    let detail = format!(
        "the listing of size {} and {} is no longer at hand: begin again without `after` or `before`",
        at.size, at.as_of
    );
    Problem::new(410, "page.expired", detail)
}

/// Snapshots that somebody is paging through, the one used last at the back.
#[derive(Default)]
pub(super) struct Moments {
    kept: Mutex<VecDeque<Arc<Snapshot>>>,
}

impl Moments {
    /// Keeps a snapshot for the pages to come.
    pub(super) fn keep(&self, snapshot: &Arc<Snapshot>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.size() != snapshot.size());
        kept.push_back(snapshot.clone());
        while kept.len() > limits::KEPT_MOMENTS {
            kept.pop_front();
        }
    }

    fn of_size(&self, size: u64) -> Option<Arc<Snapshot>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|one| one.size() == size)?;
        let snapshot = kept.remove(place)?;
        kept.push_back(snapshot.clone());
        Some(snapshot)
    }
}

impl App {
    /// The snapshot and date that a listing is read at: those it began with, or those of now.
    ///
    /// # Errors
    /// `page.expired` where what it began with is no longer kept.
    pub(super) fn moment_of<P>(&self, cursor: Option<&Cursor<P>>) -> Result<(Arc<Snapshot>, Date), Problem> {
        let newest = self.ledger.snapshot();
        let Some(Cursor { at, .. }) = cursor else { return Ok((newest, self.latest())) };
        let snapshot = if newest.size() == at.size { Some(newest) } else { self.moments.of_size(at.size) };
        Ok((snapshot.ok_or_else(|| expired(*at))?, at.as_of))
    }

    /// The `next` of a page that ends at a place of a listing; its snapshot is kept.
    pub(super) fn cursor<P: fmt::Display>(
        &self,
        snapshot: &Arc<Snapshot>,
        as_of: Date,
        mark: Mark,
        place: P,
    ) -> String {
        self.moments.keep(snapshot);
        Cursor { at: At { size: snapshot.size(), as_of }, mark, place }.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_as_they_are_written() {
        let at = At { size: 396, as_of: "2026-06-01".parse().unwrap() };
        let mark = Mark::of(&("kol", None::<u8>));
        let cursor = Cursor { at, mark, place: "-.kol.1".to_owned() };
        assert_eq!(cursor.to_string(), format!("396.2026-06-01.{mark}.-.kol.1"));
        assert_ne!(mark, Mark::of(&("kol", Some(0))));
        assert_eq!(cursor.to_string().parse::<Cursor<String>>().unwrap(), cursor);
        for text in [
            "",
            "396",
            "396.2026-06-01",
            "396.2026-06-01.1",
            "x.2026-06-01.00000000.1",
            "396.2026-13-01.00000000.1",
            "396.2026-06-01.00000000.y",
            "0396.2026-06-01.00000000.1",
            "396.2026-06-01.00000000.+1",
            "396.2026-06-01.0.1",
            "396.2026-06-01.0000000A.1",
        ] {
            assert_eq!(text.parse::<Cursor<u64>>().unwrap_err().code, "query.after", "{text}");
        }
    }
}
