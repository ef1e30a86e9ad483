//! Event ids to seqs: runs of open-addressed slots, merged as they double.
//!
//! A slot says where to look, never what stands there: whoever asks compares the whole id with the
//! row at that seq. So a slot takes eight bytes for an id of 32, whatever ids somebody grinds out.

use std::sync::Arc;

use crate::dsse::EventId;

/// Ids in a run that is still being filled.
const RUN_IDS: usize = 4096;
/// Bits of a slot that hold the seq and one; the rest holds bits of the id.
const SEQ_BITS: u32 = 34;

/// Where each id may stand. A clone shares all runs but copies the last when it grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Seqs {
    runs: Vec<Arc<Run>>,
}

#[derive(Debug, Clone)]
struct Run {
    slots: Vec<u64>,
    ids: usize,
}

impl Seqs {
    /// The seqs at which an id may stand.
    pub(super) fn candidates(&self, id: &EventId) -> impl Iterator<Item = u64> + '_ {
        let hash = hash(id);
        self.runs.iter().rev().flat_map(move |run| run.candidates(hash))
    }

    /// Adds an id.
    pub(super) fn push(&mut self, id: &EventId, seq: u64) {
        if self.runs.last().is_none_or(|run| run.ids >= RUN_IDS) {
            self.merge();
            self.runs.push(Arc::new(Run::sized(RUN_IDS)));
        }
        if let Some(run) = self.runs.last_mut() {
            Arc::make_mut(run).insert(hash(id), seq);
        }
    }

    /// Merges runs of equal length, so that their number stays that of the digits of the length.
    fn merge(&mut self) {
        while let [.., before, last] = self.runs.as_slice()
            && before.ids == last.ids
        {
            let mut merged = Run::sized(before.ids + last.ids);
            before
                .slots
                .iter()
                .chain(&last.slots)
                .filter(|slot| **slot != 0)
                .for_each(|slot| merged.put(*slot));
            merged.ids = before.ids + last.ids;
            self.runs.truncate(self.runs.len() - 2);
            self.runs.push(Arc::new(merged));
        }
    }
}

/// The bits of an id that choose its slot; an id is a hash already.
fn hash(id: &EventId) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|at| id.as_bytes()[at]))
}

impl Run {
    /// A run of at most half-full slots.
    fn sized(ids: usize) -> Self {
        Self { slots: vec![0; (2 * ids).next_power_of_two()], ids: 0 }
    }

    fn candidates(&self, hash: u64) -> impl Iterator<Item = u64> + '_ {
        let (mask, tag) = (self.slots.len() - 1, hash >> SEQ_BITS);
        let mut at = tag as usize & mask;
        std::iter::from_fn(move || {
            loop {
                let slot = self.slots[at];
                if slot == 0 {
                    return None;
                }
                at = (at + 1) & mask;
                if slot >> SEQ_BITS == tag {
                    return Some((slot & ((1 << SEQ_BITS) - 1)) - 1);
                }
            }
        })
    }

    fn insert(&mut self, hash: u64, seq: u64) {
        self.put(hash >> SEQ_BITS << SEQ_BITS | (seq + 1));
        self.ids += 1;
    }

    fn put(&mut self, slot: u64) {
        let mask = self.slots.len() - 1;
        let mut at = (slot >> SEQ_BITS) as usize & mask;
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_id_is_found_where_it_stands_also_where_ids_begin_alike() {
        let id = |number: u64| {
            let mut bytes = *blake3::hash(&number.to_be_bytes()).as_bytes();
            if number.is_multiple_of(7) {
                bytes[..8].fill(0xff);
            }
            EventId::from_bytes(bytes)
        };
        let count = 6 * RUN_IDS as u64 + 17;
        let mut seqs = Seqs::default();
        let mut snapshots = BTreeMap::new();
        for seq in 0..count {
            if seq.is_multiple_of(5000) {
                snapshots.insert(seq, seqs.clone());
            }
            seqs.push(&id(seq), seq);
        }
        assert_eq!(seqs.runs.iter().map(|run| run.ids).collect::<Vec<_>>(), [4 * RUN_IDS, 2 * RUN_IDS, 17]);
        for seq in (0..count).step_by(3) {
            assert!(seqs.candidates(&id(seq)).any(|candidate| candidate == seq), "{seq}");
        }
        assert!(seqs.candidates(&EventId::from_bytes([3; 32])).count() < 3);
        for (size, snapshot) in snapshots {
            let known = |seq| snapshot.candidates(&id(seq)).any(|candidate| candidate == seq);
            assert!(size == 0 || known(size - 1));
            assert!(!known(size));
        }
    }
}
