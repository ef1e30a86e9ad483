//! A list that only grows: its last rows in place, the rest in runs that snapshots share.
//!
//! A snapshot's copy costs as many counts as there are runs and rows in place; most dossiers hold a
//! handful of each kind, a few a hundred thousand. Runs of equal length are merged, so that there are
//! no more of them than the length has binary digits.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::compact;

/// A list that only grows, up to `TAIL` rows of it in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grown<T, const TAIL: usize = 16> {
    /// Of falling length, each a power of two times that of the tail.
    runs: Vec<Arc<[T]>>,
    tail: Vec<T>,
}

impl<T, const TAIL: usize> Default for Grown<T, TAIL> {
    fn default() -> Self {
        Self { runs: Vec::new(), tail: Vec::new() }
    }
}

impl<T: Serialize + Clone, const TAIL: usize> Serialize for Grown<T, TAIL> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = self.runs.iter().map(|run| run.len()).sum::<usize>() + self.tail.len();
        compact::list(length, self.iter(), serializer)
    }
}

impl<'de, T: Deserialize<'de>, const TAIL: usize> Deserialize<'de> for Grown<T, TAIL> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl<T, const TAIL: usize> From<Vec<T>> for Grown<T, TAIL> {
    /// What pushing each row makes.
    fn from(mut rows: Vec<T>) -> Self {
        let whole = rows.len().saturating_sub(1) / TAIL;
        let tail = rows.split_off(whole * TAIL);
        let mut rows = rows.into_iter();
        let run = |length: u32| rows.by_ref().take(TAIL << length).collect();
        let runs = (0..usize::BITS).rev().filter(|digit| whole >> digit & 1 == 1).map(run).collect();
        Self { runs, tail }
    }
}

impl<T: Clone, const TAIL: usize> Grown<T, TAIL> {
    /// Adds a row.
    pub fn push(&mut self, row: T) {
        if self.tail.len() == TAIL {
            self.runs.push(self.tail.drain(..).collect());
            self.merge();
        }
        self.tail.push(row);
    }

    fn merge(&mut self) {
        while let [.., before, last] = self.runs.as_slice()
            && before.len() == last.len()
        {
            let merged = before.iter().chain(&**last).cloned().collect();
            self.runs.truncate(self.runs.len() - 2);
            self.runs.push(merged);
        }
    }

    /// The last row.
    pub fn last(&self) -> Option<&T> {
        self.tail.last()
    }

    /// The rows from the first on that `holds` is true for, where it holds for all after it too.
    pub fn from_where(&self, holds: impl Fn(&T) -> bool) -> impl DoubleEndedIterator<Item = &T> {
        let first_run = self.runs.partition_point(|run| run.last().is_some_and(|last| !holds(last)));
        let mut runs = self.runs[first_run..].iter();
        let begun = runs.next().map_or(&[][..], |run| &run[run.partition_point(|row| !holds(row))..]);
        let tail = &self.tail[self.tail.partition_point(|row| !holds(row))..];
        begun.iter().chain(runs.flat_map(|run| run.iter())).chain(tail)
    }

    /// Every row.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.runs.iter().flat_map(|run| run.iter()).chain(&self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: usize = 16;

    #[test]
    fn it_answers_as_a_plain_list_does_at_every_length() {
        let mut grown = Grown::<u64, TAIL>::default();
        for length in 0..21 * TAIL as u64 {
            assert!(grown.iter().copied().eq((0..length).map(|row| 2 * row)));
            assert!(grown.iter().rev().copied().eq((0..length).rev().map(|row| 2 * row)));
            for from in [0, 1, length, 2 * length, 2 * length + 1] {
                let plain = (0..length).map(|row| 2 * row).filter(|row| *row >= from);
                assert!(grown.from_where(|row| *row >= from).copied().eq(plain), "{from} of {length}");
            }
            assert_eq!(Grown::from((0..length).map(|row| 2 * row).collect::<Vec<_>>()), grown);
            grown.push(2 * length);
            assert_eq!(grown.last(), Some(&(2 * length)));
        }
        assert_eq!(grown.runs.iter().map(|run| run.len() / TAIL).collect::<Vec<_>>(), [16, 4]);
    }
}
