//! A list that only grows: its last part in place, the rest shared between snapshots.
//!
//! Most dossiers hold a handful of each kind, for which a tree of shared chunks takes fifty times
//! the room; a few hold a hundred thousand, which no snapshot may copy.

use imbl::Vector;

/// Rows kept in place before they are shared.
const TAIL: usize = 64;

/// A list that only grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown<T: Clone> {
    /// All rows but the last few; absent while they are few.
    shared: Option<Box<Vector<T>>>,
    tail: Vec<T>,
}

impl<T: Clone> Default for Grown<T> {
    fn default() -> Self {
        Self { shared: None, tail: Vec::new() }
    }
}

impl<T: Clone> Grown<T> {
    /// Adds a row.
    pub fn push(&mut self, row: T) {
        if self.tail.len() == TAIL {
            self.shared.get_or_insert_default().extend(self.tail.drain(..));
        }
        self.tail.push(row);
    }

    /// The last row.
    pub fn last(&self) -> Option<&T> {
        self.tail.last()
    }

    /// The rows from the first on that `holds` is true for, where it holds for all after it too.
    pub fn from_where(&self, holds: impl Fn(&T) -> bool) -> impl DoubleEndedIterator<Item = &T> {
        use std::cmp::Ordering::{Greater, Less};
        let order = |row: &T| if holds(row) { Greater } else { Less };
        let shared = self.shared.as_deref();
        let first = shared.map_or(0, |shared| shared.binary_search_by(order).unwrap_or_else(|place| place));
        let tail = self.tail.partition_point(|row| !holds(row));
        let shared = shared.into_iter().flat_map(move |shared| shared.focus().narrow(first..).into_iter());
        shared.chain(&self.tail[tail..])
    }

    /// Every row.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.shared.as_deref().into_iter().flatten().chain(&self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_as_a_plain_list_does_at_every_length() {
        let mut grown = Grown::default();
        for length in 0..5 * TAIL as u64 {
            assert!(grown.iter().copied().eq((0..length).map(|row| 2 * row)));
            assert!(grown.iter().rev().copied().eq((0..length).rev().map(|row| 2 * row)));
            for from in [0, 1, length, 2 * length, 2 * length + 1] {
                let plain = (0..length).map(|row| 2 * row).filter(|row| *row >= from);
                assert!(grown.from_where(|row| *row >= from).copied().eq(plain), "{from} of {length}");
            }
            grown.push(2 * length);
            assert_eq!(grown.last(), Some(&(2 * length)));
        }
    }
}
