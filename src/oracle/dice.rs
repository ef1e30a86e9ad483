//! Samples that are drawn anew by each audit, and that its seed draws again.

use std::collections::BTreeSet;

/// Draws samples.
pub(super) struct Dice {
    seed: [u8; 16],
    most: usize,
}

impl Dice {
    /// Samples of at most so many, drawn by a seed.
    pub(super) fn new(seed: [u8; 16], most: usize) -> Self {
        Self { seed, most }
    }

    /// Most that are drawn.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// So many numbers below `count` at most, ascending.
    pub(super) fn below(&self, what: &str, count: u64) -> Vec<u64> {
        if count <= self.most as u64 {
            return (0..count).collect();
        }
        let mut stream = self.stream(what);
        let mut drawn = BTreeSet::new();
        while drawn.len() < self.most {
            drawn.insert(number(&mut stream) % count);
        }
        drawn.into_iter().collect()
    }

    /// So many of `all` at most, in their order.
    pub(super) fn some<T: Clone>(&self, what: &str, all: &[T]) -> Vec<T> {
        self.below(what, all.len() as u64).into_iter().map(|place| all[place as usize].clone()).collect()
    }

    /// One number below `count`, which is not 0, for each of `all`.
    pub(super) fn each(&self, what: &str, all: usize, count: u64) -> Vec<u64> {
        let mut stream = self.stream(what);
        (0..all).map(|_| number(&mut stream) % count.max(1)).collect()
    }

    fn stream(&self, what: &str) -> blake3::OutputReader {
        blake3::Hasher::new().update(&self.seed).update(what.as_bytes()).finalize_xof()
    }
}

fn number(stream: &mut blake3::OutputReader) -> u64 {
    let mut bytes = [0; 8];
    stream.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_whole_where_few_are_and_the_same_by_the_same_seed() {
        let dice = Dice::new([7; 16], 10);
        assert!(dice.below("a", 10).into_iter().eq(0..10));
        let some = dice.below("a", 1_000);
        assert!(some.len() == 10 && some.is_sorted() && some.iter().all(|one| *one < 1_000));
        assert_eq!(some, Dice::new([7; 16], 10).below("a", 1_000));
        assert_ne!(some, dice.below("b", 1_000));
        assert_ne!(some, Dice::new([8; 16], 10).below("a", 1_000));
    }
}
