//! Entries in the store: consecutive ones packed into one value, as `u16be length ‖ entry`, repeated.
//!
//! sled likes large values appended in key order. A pack never crosses a multiple of 256 entries, so
//! that a published bundle is a run of whole packs.

use std::ops::ControlFlow;

use super::{Batch, Store, StoreError, keys};
use crate::limits;

/// Adds entries to the last pack, or begins another.
#[derive(Debug, Clone)]
pub struct PackWriter {
    first: u64,
    next: u64,
    pack: Vec<u8>,
}

impl PackWriter {
    /// Goes on where the store's last pack ends.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Corrupt`] when that pack cannot be read.
    pub fn resume(store: &dyn Store) -> Result<Self, StoreError> {
        let Some((key, pack)) = store.last_before(&keys::pack(0), &keys::packs_end())? else {
            return Ok(Self { first: 0, next: 0, pack: Vec::new() });
        };
        let first = keys::pack_seq(&key).ok_or_else(|| StoreError::Corrupt("a pack's key".to_owned()))?;
        let count =
            Rows(&pack).try_fold(0, |count, row| row.map(|_| count + 1)).ok_or_else(|| damaged(first))?;
        Ok(Self { first, next: first + count, pack })
    }

    /// The seq of the next entry.
    pub fn next_seq(&self) -> u64 {
        self.next
    }

    /// Appends entries, and puts every pack that changes into the batch.
    pub fn append<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>, batch: &mut Batch) {
        let mut changed = false;
        for entry in entries {
            let boundary = self.next.is_multiple_of(limits::TILE_WIDTH);
            if !self.pack.is_empty() && (boundary || self.pack.len() + 2 + entry.len() > limits::PACK_BYTES) {
                if changed {
                    batch.put(keys::pack(self.first), self.pack.as_slice());
                }
                self.pack.clear();
                self.first = self.next;
            }
            self.pack.extend_from_slice(&(entry.len() as u16).to_be_bytes());
            self.pack.extend_from_slice(entry);
            self.next += 1;
            changed = true;
        }
        if changed {
            batch.put(keys::pack(self.first), self.pack.as_slice());
        }
    }
}

/// The entry at `seq`.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Corrupt`] when its pack cannot be read.
pub fn read_entry(store: &dyn Store, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut found = None;
    read_range(store, seq, seq + 1, &mut |_, entry| {
        found = Some(entry.to_vec());
        ControlFlow::Break(())
    })?;
    Ok(found)
}

/// Shows `each` the entries from seq `from` up to but not including `to`, in order, until it breaks.
///
/// Ends early where the store ends.
///
/// # Errors
/// [`StoreError::Corrupt`] where a pack cannot be read or an entry between packs is missing.
pub fn read_range(
    store: &dyn Store,
    from: u64,
    to: u64,
    each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    if from >= to {
        return Ok(());
    }
    let upto = keys::pack(from.saturating_add(1));
    let Some((key, _)) = store.last_before(&keys::pack(0), &upto)? else {
        return match store.last_before(&keys::pack(0), &keys::packs_end())? {
            Some(_) => Err(damaged(from)),
            None => Ok(()),
        };
    };
    let mut next = keys::pack_seq(&key).ok_or_else(|| damaged(from))?;
    let mut fault = None;
    store.scan(&key, &keys::packs_end(), &mut |key, pack| {
        // What comes after a range says nothing about it.
        if next >= to {
            return ControlFlow::Break(());
        }
        if keys::pack_seq(key) != Some(next) {
            fault = Some(next);
            return ControlFlow::Break(());
        }
        for row in Rows(pack) {
            let Some(entry) = row else {
                fault = Some(next);
                return ControlFlow::Break(());
            };
            if next >= to {
                return ControlFlow::Break(());
            }
            if next >= from {
                each(next, entry)?;
            }
            next += 1;
        }
        ControlFlow::Continue(())
    })?;
    fault.map_or(Ok(()), |seq| Err(damaged(seq)))
}

/// Removes the packs that do not follow what is whole, where all of that was acknowledged; tells the seq from
/// which on.
///
/// A commit of several packs that a full disk cut short may leave a later one without those before it. Nobody
/// was told of any of them, and what comes next is written in their place.
///
/// # Errors
/// [`StoreError`].
pub fn cut_torn(store: &dyn Store, acknowledged: u64) -> Result<Option<u64>, StoreError> {
    let upto = keys::pack(acknowledged.saturating_add(1));
    let Some((key, _)) = store.last_before(&keys::pack(0), &upto)? else { return Ok(None) };
    let Some(mut next) = keys::pack_seq(&key) else { return Ok(None) };
    let mut torn = Batch::default();
    store.scan(&key, &keys::packs_end(), &mut |key, pack| {
        let count = Rows(pack).try_fold(0, |count, row| row.map(|_| count + 1));
        match count.filter(|_| torn.is_empty() && keys::pack_seq(key) == Some(next)) {
            Some(count) => next += count,
            None if next >= acknowledged => torn.remove(key.to_vec()),
            None => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    })?;
    if torn.is_empty() {
        return Ok(None);
    }
    store.commit(torn)?;
    Ok(Some(next))
}

fn damaged(seq: u64) -> StoreError {
    StoreError::Corrupt(format!("the entries from {seq} on cannot be read; those before it can"))
}

/// The entries of a pack; none where one is cut off.
struct Rows<'a>(&'a [u8]);

impl<'a> Iterator for Rows<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let row = self.0.split_at_checked(2).and_then(|(length, rest)| {
            rest.split_at_checked(usize::from(u16::from_be_bytes([length[0], length[1]])))
        });
        self.0 = row.map_or(&[], |(_, rest)| rest);
        Some(row.map(|(entry, _)| entry).filter(|entry| !entry.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Disk, MemoryStore};
    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(
            groups in proptest::collection::vec(proptest::collection::vec(1usize..1500, 0..120), 1..12),
            from in 0u64..700, length in 0u64..700,
        ) {
            let disk = Disk::default();
            let mut written: Vec<Vec<u8>> = Vec::new();
            for group in &groups {
                // A writer of its own for every group: each resumes from the store.
                let store = MemoryStore::open(&disk);
                let mut writer = PackWriter::resume(&store).unwrap();
                prop_assert_eq!(writer.next_seq(), written.len() as u64);
                let entries: Vec<Vec<u8>> = group.iter().map(|length| vec![*length as u8; *length]).collect();
                let mut batch = Batch::default();
                writer.append(entries.iter().map(Vec::as_slice), &mut batch);
                store.commit(batch).unwrap();
                written.extend(entries);
            }
            let store = MemoryStore::open(&disk);
            let mut read = Vec::new();
            read_range(&store, from, from + length, &mut |seq, entry| {
                read.push((seq, entry.to_vec()));
                ControlFlow::Continue(())
            }).unwrap();
            let expected: Vec<_> = (0..).zip(written.clone())
                .filter(|(seq, _)| (from..from + length).contains(seq)).collect();
            prop_assert_eq!(read, expected);
            prop_assert_eq!(read_entry(&store, from).unwrap(), written.get(from as usize).cloned());
        }
    }
}
