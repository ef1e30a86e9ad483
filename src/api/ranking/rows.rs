//! Rows in the order of their places, in chunks that rankings share: a change copies few of them.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Place;
use crate::engines::{Figure, Range, Standing};
use crate::event::{Confidence, SubjectId};

/// Most rows in a chunk.
const CHUNK_ROWS: usize = 512;
/// What stands for no score.
const UNRATED: u16 = u16::MAX;
/// What stands for no range.
const NO_RANGE: Range = Range { low: u16::MAX, high: 0 };

/// A subject, what is shown of its score, and what filters ask of it: 40 bytes, so that a million
/// pass in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its topics, a bit each.
    pub topics: u64,
    /// Its place among the files of the state.
    pub ordinal: u32,
    /// The number of its name.
    pub name: u32,
    score: u16,
    range: Range,
    band: u8,
    confidence: Option<Confidence>,
    /// The subject.
    pub subject: SubjectId,
}

impl Row {
    /// A row of these.
    pub fn new(subject: SubjectId, ordinal: u32, figure: &Figure, topics: u64, name: u32) -> Self {
        // A band is a capital letter.
        let band = figure.band.and_then(|band| u8::try_from(band).ok()).unwrap_or(0);
        Self {
            topics,
            ordinal,
            name,
            score: figure.score.unwrap_or(UNRATED),
            range: figure.range.unwrap_or(NO_RANGE),
            band,
            confidence: figure.confidence,
            subject,
        }
    }

    /// Its score, where it has one.
    pub fn score(&self) -> Option<u16> {
        Some(self.score).filter(|score| *score != UNRATED)
    }

    /// What is shown of its score, where it has one; the state tells why another has none.
    pub fn figure(&self) -> Option<Figure> {
        let score = self.score()?;
        Some(Figure {
            standing: Standing::Rated,
            score: Some(score),
            range: Some(self.range).filter(|range| *range != NO_RANGE),
            band: Some(char::from(self.band)).filter(|band| *band != '\0'),
            confidence: self.confidence,
        })
    }

    /// Whether it is in a band.
    pub fn is_in_band(&self, band: char) -> bool {
        self.band != 0 && char::from(self.band) == band
    }

    /// Its place.
    pub fn place(&self) -> Place {
        Place::at(self.score(), self.subject)
    }
}

/// A place among the rows: a chunk and a row of it, or the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    chunk: usize,
    row: usize,
}

/// Rows by place; no chunk is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    chunks: Vec<Arc<Vec<Row>>>,
    len: usize,
}

impl Rows {
    /// Rows that stand in order.
    pub(super) fn of(rows: Vec<Row>) -> Self {
        Self::of_chunks_of(CHUNK_ROWS, rows)
    }

    /// The same in chunks of a length.
    pub(super) fn of_chunks_of(length: usize, rows: Vec<Row>) -> Self {
        let chunks = rows.chunks(length).map(|chunk| Arc::new(chunk.to_vec())).collect();
        Self { chunks, len: rows.len() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The first position at which `before` is false; it is true of all rows earlier and none later.
    pub(super) fn position(&self, before: impl Fn(&Row) -> bool) -> Position {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&before));
        let row = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(&before));
        Position { chunk, row }
    }

    /// Shows `each` the rows from a position to the end.
    pub(super) fn forward(
        &self,
        from: Position,
        mut each: impl FnMut(&Row) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut first = from.row;
        for chunk in self.chunks.get(from.chunk..).unwrap_or_default() {
            chunk[first..].iter().try_for_each(&mut each)?;
            first = 0;
        }
        ControlFlow::Continue(())
    }

    /// Shows `each` the rows before a position, the nearest first.
    pub(super) fn backward(
        &self,
        from: Position,
        mut each: impl FnMut(&Row) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if let Some(chunk) = self.chunks.get(from.chunk) {
            chunk[..from.row].iter().rev().try_for_each(&mut each)?;
        }
        for chunk in self.chunks[..from.chunk].iter().rev() {
            chunk.iter().rev().try_for_each(&mut each)?;
        }
        ControlFlow::Continue(())
    }

    /// The same rows without those at the places `gone`, and with `come`; both in order.
    pub(super) fn changed(&self, gone: &[Place], come: &[Row]) -> Self {
        let (mut gone, mut come) = (gone, come);
        let mut built = Builder::default();
        for (number, chunk) in self.chunks.iter().enumerate() {
            let upto = self.chunks.get(number + 1).and_then(|next| next.first()).map(Row::place);
            let within = |place: Place| upto.is_none_or(|upto| place < upto);
            let (gone_here, gone_later) = gone.split_at(gone.partition_point(|place| within(*place)));
            let (come_here, come_later) = come.split_at(come.partition_point(|row| within(row.place())));
            (gone, come) = (gone_later, come_later);
            if gone_here.is_empty() && come_here.is_empty() {
                built.share(chunk);
            } else {
                built.merge(chunk, gone_here, come_here);
            }
        }
        built.merge(&[], &[], come);
        built.finish()
    }
}

/// Chunks being put together.
#[derive(Default)]
struct Builder {
    rows: Rows,
    /// Rows that are too few for a chunk of their own.
    open: Vec<Row>,
}

impl Builder {
    /// Makes chunks of even length out of what is open: a row too many must not shift all that follow.
    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        let pieces = open.len().div_ceil(CHUNK_ROWS).max(1);
        let even = open.chunks(open.len().div_ceil(pieces).max(1));
        self.rows.chunks.extend(even.map(|chunk| Arc::new(chunk.to_vec())));
        self.rows.len += open.len();
    }

    /// Takes a whole chunk as it is, or together with the few rows before it.
    fn share(&mut self, chunk: &Arc<Vec<Row>>) {
        if self.open.is_empty() {
            self.rows.len += chunk.len();
            self.rows.chunks.push(chunk.clone());
        } else {
            self.open.extend_from_slice(chunk);
            self.close();
        }
    }

    fn merge(&mut self, chunk: &[Row], gone: &[Place], come: &[Row]) {
        let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
        for row in chunk {
            let place = row.place();
            while let Some(next) = come.next_if(|next| next.place() < place) {
                self.open.push(*next);
            }
            while gone.next_if(|next| **next < place).is_some() {}
            if gone.next_if(|next| **next == place).is_none() {
                self.open.push(*row);
            }
        }
        self.open.extend(come);
        if self.open.len() >= CHUNK_ROWS / 4 {
            self.close();
        }
    }

    fn finish(mut self) -> Rows {
        self.close();
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn row(number: u16, score: Option<u16>) -> Row {
        let mut random = [0; 13];
        random[..3].copy_from_slice(&[(number >> 10) as u8, (number >> 5) as u8, number as u8]);
        let standing =
            if score.is_some() { Standing::Rated } else { Standing::NotRated { missing: Vec::new() } };
        let figure = Figure { standing, score, range: None, band: None, confidence: None };
        let row = Row::new(SubjectId::from_random(random), u32::from(number), &figure, 0, 0);
        assert_eq!(row.figure(), score.map(|_| figure));
        row
    }

    #[test]
    fn a_row_has_40_bytes() {
        assert_eq!(size_of::<Row>(), 40);
    }

    proptest! {
        #[test]
        fn changed_rows_are_those_of_a_sort(
            first in 0u16..2_000,
            steps in proptest::collection::vec(
                proptest::collection::btree_map(0u16..2_000, (any::<bool>(), 0u16..40), 0..200), 1..8),
        ) {
            let mut model: BTreeMap<u16, Row> =
                (0..first).map(|number| (number, row(number, Some(number % 40)))).collect();
            let sorted = |model: &BTreeMap<u16, Row>| {
                let mut rows: Vec<Row> = model.values().copied().collect();
                rows.sort_by_key(Row::place);
                rows
            };
            let mut rows = Rows::of_chunks_of(7, sorted(&model));
            for step in steps {
                let mut gone: Vec<Place> =
                    step.keys().filter_map(|number| model.get(number)).map(Row::place).collect();
                let mut come: Vec<Row> = step.iter().filter(|(_, (stays, _))| *stays)
                    .map(|(number, (_, score))| row(*number, Some(*score).filter(|score| *score > 3))).collect();
                model.retain(|number, _| !step.contains_key(number));
                model.extend(come.iter().map(|row| (row.ordinal as u16, *row)));
                gone.sort();
                come.sort_by_key(Row::place);
                rows = rows.changed(&gone, &come);
                let mut found = Vec::new();
                let _ = rows.forward(Position::default(), |row| {
                    found.push(*row);
                    ControlFlow::Continue(())
                });
                prop_assert_eq!(&found, &sorted(&model));
                prop_assert_eq!(rows.len(), found.len());
                prop_assert!(rows.chunks.iter().all(|chunk| (1..=CHUNK_ROWS).contains(&chunk.len())));
                let mut back = Vec::new();
                let _ = rows.backward(rows.position(|_| true), |row| {
                    back.push(*row);
                    ControlFlow::Continue(())
                });
                back.reverse();
                prop_assert_eq!(back, found);
            }
        }
    }
}
