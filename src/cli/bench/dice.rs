//! Numbers that look random and follow from a seed.

/// A stream of numbers out of BLAKE3.
pub(super) struct Dice {
    stream: blake3::OutputReader,
    block: [u8; 1024],
    used: usize,
}

impl Dice {
    /// The stream of a seed and of what it is for.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("tinnhiem bench 1 dice");
        hasher.update(&seed.to_be_bytes()).update(purpose.as_bytes());
        Self { stream: hasher.finalize_xof(), block: [0; 1024], used: 1024 }
    }

    fn number(&mut self) -> u64 {
        if self.used == self.block.len() {
            self.stream.fill(&mut self.block);
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.block[self.used..self.used + 8]);
        self.used += 8;
        u64::from_be_bytes(bytes)
    }

    /// A number from 0 to `bound - 1`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    /// Whether something that happens `permille` times in a thousand happens.
    pub(super) fn chance(&mut self, permille: usize) -> bool {
        self.below(1000) < permille
    }

    /// A number in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A rank from 0 to `bound - 1` by Zipf's law with exponent 1: rank k comes 1/(k+1) as often as rank 0.
    ///
    /// The floor of a number of density 1/x on [1, bound + 1), taken with a chance that makes up for
    /// the step's width, which is largest at rank 0.
    pub(super) fn zipf(&mut self, bound: usize) -> usize {
        let end = ((bound + 1) as f64).ln();
        loop {
            let rank = (end * self.unit()).exp().floor().clamp(1.0, bound as f64);
            let accepted = (1.0 / rank) / ((rank + 1.0) / rank).ln() * std::f64::consts::LN_2;
            if self.unit() < accepted {
                return rank as usize - 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_come_as_zipf_says() {
        let (mut dice, mut counts) = (Dice::new(1, "test"), [0_u32; 50]);
        for _ in 0..200_000 {
            counts[dice.zipf(50)] += 1;
        }
        let harmonic: f64 = (1..=50).map(|rank| 1.0 / f64::from(rank)).sum();
        for (rank, count) in (1..).zip(counts) {
            let expected = 200_000.0 / f64::from(rank) / harmonic;
            assert!((f64::from(count) - expected).abs() < 5.0 * expected.sqrt(), "{rank}: {count}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_stream_again() {
        let of = |seed| (0..300).map(|_| Dice::new(seed, "test").number()).collect::<Vec<_>>();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
