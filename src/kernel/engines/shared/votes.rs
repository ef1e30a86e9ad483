//! The votes on one indicator, and their median.

/// The weight on each value, ascending by value; equal values are one, since every sum is linear.
#[derive(Debug, Clone, Default)]
pub(in crate::engines) struct Votes {
    weights: Vec<(i64, i64)>,
}

impl Votes {
    pub(in crate::engines) fn add(&mut self, value: i64, weight: i64) {
        let at = self.weights.partition_point(|(known, _)| *known < value);
        match self.weights.get_mut(at) {
            Some((known, sum)) if *known == value => *sum += weight,
            _ => self.weights.insert(at, (value, weight)),
        }
    }

    /// Each value and the weight on it, ascending.
    pub(in crate::engines) fn iter(&self) -> impl Iterator<Item = (i64, i64)> {
        self.weights.iter().copied()
    }

    pub(in crate::engines) fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    pub(in crate::engines) fn total(&self) -> i64 {
        self.weights.iter().map(|(_, weight)| weight).sum()
    }

    /// The weighted median; none of no votes.
    pub(in crate::engines) fn median(&self) -> Option<i64> {
        let total = self.total();
        let first = |reached: fn(i64, i64) -> bool| {
            let mut cumulated = 0;
            let found = self.weights.iter().find(|(_, weight)| {
                cumulated += weight;
                reached(2 * cumulated, total)
            });
            found.map(|(value, _)| *value)
        };
        Some((first(|twice, total| twice >= total)? + first(|twice, total| twice > total)?) / 2)
    }
}
