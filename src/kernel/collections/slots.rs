//! From a hash to a place in a list: runs of open-addressed slots, merged as they double.
//!
//! A slot says where to look, never what stands there: whoever asks compares the whole key with what
//! stands at that place. So a slot takes eight bytes for a key of 32.
//!
//! **Names are found by hash, in lists that snapshots share.** Subjects, parties, groups and keys stand in
//! numbered lists; a slot of eight bytes says where a name may stand, and the name there is compared. An
//! ordered map with persistent nodes took three cache misses and a dozen comparisons of text for each. The
//! hash has a secret, so that whoever chooses names cannot crowd a slot.

use std::sync::Arc;

/// Keys in a run that is still being filled.
const RUN_KEYS: usize = 4096;
/// Bits of a slot that hold the place and one; the rest holds bits of the hash.
const PLACE_BITS: u32 = 34;

/// Where each key may stand. A clone shares all runs but copies the last when it grows.
#[derive(Debug, Clone)]
pub struct Slots {
    runs: Vec<Arc<Run>>,
    /// Keys in a run that is still being filled.
    run_keys: usize,
}

impl Default for Slots {
    fn default() -> Self {
        Self::of_runs(RUN_KEYS)
    }
}

#[derive(Debug, Clone)]
struct Run {
    slots: Vec<u64>,
    keys: usize,
    /// How many keys it takes.
    room: usize,
}

impl Slots {
    /// No key yet; runs take so many keys before they are merged.
    pub fn of_runs(run_keys: usize) -> Self {
        Self { runs: Vec::new(), run_keys }
    }

    /// The places at which a key of this hash may stand.
    pub fn candidates(&self, hash: u64) -> impl Iterator<Item = u64> + '_ {
        // Most keys stand in the first run, which is the longest.
        self.runs.iter().flat_map(move |run| run.candidates(hash))
    }

    /// Every key, as its slot says: the bits of its hash that are kept, where they stood, and its place.
    pub fn keys(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let slots = self.runs.iter().flat_map(|run| &run.slots).filter(|slot| **slot != 0);
        slots.map(|slot| (slot >> PLACE_BITS << PLACE_BITS, (slot & ((1 << PLACE_BITS) - 1)) - 1))
    }

    /// No key yet, and room for so many before a run is merged: no snapshot shares them meanwhile.
    pub fn with_room(keys: usize) -> Self {
        Self { runs: vec![Arc::new(Run::sized(keys.max(RUN_KEYS)))], ..Self::default() }
    }

    /// Takes no more keys into the run that is being filled: from here on snapshots share it.
    pub fn seal(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            let run = Arc::make_mut(run);
            run.room = run.keys;
        }
    }

    /// Adds a key, which stands at `place`.
    pub fn push(&mut self, hash: u64, place: u64) {
        if self.runs.last().is_none_or(|run| run.keys >= run.room) {
            self.merge();
            self.runs.push(Arc::new(Run::sized(self.run_keys)));
        }
        if let Some(run) = self.runs.last_mut() {
            Arc::make_mut(run).insert(hash, place);
        }
    }

    /// Merges runs of equal length, so that their number stays that of the digits of the length.
    fn merge(&mut self) {
        while let [.., before, last] = self.runs.as_slice()
            && before.keys == last.keys
        {
            let mut merged = Run::sized(before.keys + last.keys);
            before
                .slots
                .iter()
                .chain(&last.slots)
                .filter(|slot| **slot != 0)
                .for_each(|slot| merged.put(*slot));
            merged.keys = before.keys + last.keys;
            self.runs.truncate(self.runs.len() - 2);
            self.runs.push(Arc::new(merged));
        }
    }
}

impl Run {
    /// A run of at most half-full slots.
    fn sized(keys: usize) -> Self {
        Self { slots: vec![0; (2 * keys).next_power_of_two()], keys: 0, room: keys }
    }

    fn candidates(&self, hash: u64) -> impl Iterator<Item = u64> + '_ {
        let (mask, tag) = (self.slots.len() - 1, hash >> PLACE_BITS);
        let mut at = tag as usize & mask;
        std::iter::from_fn(move || {
            loop {
                let slot = self.slots[at];
                if slot == 0 {
                    return None;
                }
                at = (at + 1) & mask;
                if slot >> PLACE_BITS == tag {
                    return Some((slot & ((1 << PLACE_BITS) - 1)) - 1);
                }
            }
        })
    }

    fn insert(&mut self, hash: u64, place: u64) {
        self.put(hash >> PLACE_BITS << PLACE_BITS | (place + 1));
        self.keys += 1;
    }

    fn put(&mut self, slot: u64) {
        let mask = self.slots.len() - 1;
        let mut at = (slot >> PLACE_BITS) as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn every_key_is_found_where_it_stands_also_where_hashes_are_alike() {
        let secret = RandomState::new();
        let hash = |number: u64| match number % 7 {
            0 => u64::MAX,
            _ => secret.hash_one(number),
        };
        let count = 6 * RUN_KEYS as u64 + 17;
        let mut slots = Slots::default();
        let mut snapshots = BTreeMap::new();
        for place in 0..count {
            if place.is_multiple_of(5000) {
                snapshots.insert(place, slots.clone());
            }
            slots.push(hash(place), place);
        }
        assert_eq!(
            slots.runs.iter().map(|run| run.keys).collect::<Vec<_>>(),
            [4 * RUN_KEYS, 2 * RUN_KEYS, 17]
        );
        for place in (0..count).step_by(3) {
            assert!(slots.candidates(hash(place)).any(|candidate| candidate == place), "{place}");
        }
        assert!(slots.candidates(0x0303_0303_0303_0303).count() < 3);
        let mut roomy = Slots::with_room(count as usize / 2);
        (0..count / 3).for_each(|place| roomy.push(hash(place), place));
        roomy.seal();
        (count / 3..count).for_each(|place| roomy.push(hash(place), place));
        assert_eq!(roomy.runs[0].keys as u64, count / 3);
        for place in 0..count {
            assert!(roomy.candidates(hash(place)).any(|candidate| candidate == place), "{place}");
        }
        for (size, snapshot) in snapshots {
            let known = |place| snapshot.candidates(hash(place)).any(|candidate| candidate == place);
            assert!(size == 0 || known(size - 1));
            assert!(!known(size));
        }
    }
}
