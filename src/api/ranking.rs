//! Subjects in the order of their scores, computed when asked for and kept while nothing changes.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Deserialize;

use super::Problem;
use crate::clock::Date;
use crate::event::SubjectId;
use crate::ledger::Snapshot;
use crate::score::{At, Figure};

/// The figures of every subject at one size and date.
#[derive(Debug)]
pub struct Ranking {
    /// The size and date.
    pub at: At,
    /// Best first; the unrated after all, by id.
    pub rows: Vec<Ranked>,
}

/// A subject and its figure.
#[derive(Debug)]
pub struct Ranked {
    /// The subject.
    pub subject: SubjectId,
    /// What is shown of its score.
    pub figure: Figure,
}

impl Ranked {
    fn place(&self) -> Cursor {
        Cursor(Reverse(self.figure.score), self.subject)
    }
}

/// The order of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The highest score first.
    #[default]
    Best,
    /// The lowest score first.
    Worst,
}

/// A place in the ranking; as text the score, or `-`, a dot, and the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(Reverse<Option<u16>>, SubjectId);

impl Cursor {
    /// The place of a subject with this score.
    pub fn at(score: Option<u16>, subject: SubjectId) -> Self {
        Self(Reverse(score), subject)
    }
}

impl FromStr for Cursor {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let parse = || {
            let (score, subject) = text.split_once('.')?;
            let score = if score == "-" { None } else { Some(score.parse().ok()?) };
            Some(Self::at(score, subject.parse().ok()?))
        };
        parse().ok_or_else(|| Problem::new(400, "query.after", "`after` is the `next` of an earlier page"))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0 {
            Some(score) => write!(f, "{score}.{}", self.1),
            None => write!(f, "-.{}", self.1),
        }
    }
}

impl Ranking {
    /// The rows after a place, in an order; the unrated come last in either.
    pub fn after(&self, sort: Sort, place: Option<Cursor>) -> impl Iterator<Item = &Ranked> {
        let rated = self.rows.partition_point(|row| row.figure.score.is_some());
        let from = place.map_or(0, |place| self.rows.partition_point(|row| row.place() <= place));
        let before = place.map_or(rated, |place| self.rows.partition_point(|row| row.place() < place));
        let (forward, backward) = match sort {
            Sort::Best => (from..self.rows.len(), 0..0),
            Sort::Worst if before < rated || place.is_none() => (rated..self.rows.len(), 0..before),
            Sort::Worst => (from.max(rated)..self.rows.len(), 0..0),
        };
        backward.rev().chain(forward).map(|at| &self.rows[at])
    }
}

/// The ranking last asked for.
#[derive(Debug, Default)]
pub struct Rankings(Mutex<Option<Arc<Ranking>>>);

impl Rankings {
    /// The ranking of a snapshot on a date.
    pub fn of(&self, snapshot: &Snapshot, as_of: Date) -> Arc<Ranking> {
        let at = At { size: snapshot.size(), as_of };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ranking) = kept.as_ref().filter(|ranking| ranking.at == at) {
            return ranking.clone();
        }
        let state = &snapshot.state;
        let mut rows: Vec<Ranked> = state
            .dossiers()
            .iter()
            .filter_map(|dossier| {
                let (figure, _) = state.figure(&dossier.subject, at)?;
                Some(Ranked { subject: dossier.subject, figure })
            })
            .collect();
        rows.sort_by_key(Ranked::place);
        let ranking = Arc::new(Ranking { at, rows });
        *kept = Some(ranking.clone());
        ranking
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Standing;

    #[test]
    fn pages_of_any_size_give_every_row_once_in_either_order() {
        let row = |number: u8, score| Ranked {
            subject: SubjectId::from_random([number; 13]),
            figure: Figure { standing: Standing::Rated, score, range: None, band: None, confidence: None },
        };
        let scores = [Some(90), Some(80), Some(80), Some(80), Some(10), None, None, None];
        let rows: Vec<Ranked> = (0..).zip(scores).map(|(number, score)| row(number, score)).collect();
        let ranking = Ranking { at: At { size: 1, as_of: Date::from_days(0) }, rows };
        for sort in [Sort::Best, Sort::Worst] {
            let whole: Vec<_> = ranking.after(sort, None).map(Ranked::place).collect();
            assert_eq!(whole.len(), scores.len());
            for size in 1..=scores.len() {
                let (mut paged, mut place) = (Vec::new(), None);
                loop {
                    let page: Vec<_> = ranking.after(sort, place).take(size).map(Ranked::place).collect();
                    let Some(last) = page.last() else { break };
                    place = Some(last.to_string().parse().unwrap());
                    paged.extend(page);
                }
                assert_eq!(paged, whole, "{sort:?} {size}");
            }
        }
    }
}
