//! The store in memory, whose commits can be made to fail: for trials of faults, and tests.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Batch, Store, StoreError};

/// What remains when a store in memory is closed; opening it again finds the same.
#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    commits: u64,
    fault: Option<(u64, Fault)>,
}

/// How a commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was written, and the commit says so.
    Lost,
    /// All was written, although the commit says that it failed.
    Landed,
}

impl Disk {
    /// Makes the `nth` commit from now fail, counted from 0.
    pub fn fail_commit(&self, nth: u64, fault: Fault) {
        let mut content = self.content();
        content.fault = Some((content.commits + nth, fault));
    }

    /// How many commits were tried.
    pub fn commits(&self) -> u64 {
        self.content().commits
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A store on a [`Disk`] in memory.
#[derive(Debug)]
pub struct MemoryStore {
    disk: Disk,
}

impl MemoryStore {
    /// Opens what is on the disk.
    pub fn open(disk: &Disk) -> Self {
        Self { disk: disk.clone() }
    }
}

impl Store for MemoryStore {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.disk.content().rows.get(key).cloned())
    }

    fn scan(
        &self,
        from: &[u8],
        below: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        // One row at a time: who reads one entry of many does not pay for all.
        let mut from = Bound::Included(from.to_vec());
        loop {
            let next = {
                let content = self.disk.content();
                let (Bound::Included(first) | Bound::Excluded(first)) = &from else { return Ok(()) };
                if first.as_slice() >= below {
                    return Ok(());
                }
                let mut rows = content.rows.range((from.clone(), Bound::Excluded(below.to_vec())));
                rows.next().map(|(key, value)| (key.clone(), value.clone()))
            };
            let Some((key, value)) = next else { return Ok(()) };
            if each(&key, &value).is_break() {
                return Ok(());
            }
            from = Bound::Excluded(key);
        }
    }

    fn last_before(&self, from: &[u8], below: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        if from >= below {
            return Ok(None);
        }
        let content = self.disk.content();
        let last = content.rows.range(from.to_vec()..below.to_vec()).next_back();
        Ok(last.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut content = self.disk.content();
        let now = content.commits;
        content.commits += 1;
        let fault = content.fault.filter(|(at, _)| *at == now).map(|(_, fault)| fault);
        if fault == Some(Fault::Lost) {
            return Err(StoreError::Io("the commit was lost, as asked".to_owned()));
        }
        for (key, value) in batch.changes {
            match value {
                Some(value) => content.rows.insert(key, value),
                None => content.rows.remove(&key),
            };
        }
        match fault {
            Some(_) => Err(StoreError::Io("the commit failed after landing, as asked".to_owned())),
            None => Ok(()),
        }
    }
}
