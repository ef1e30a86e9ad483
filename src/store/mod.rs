//! Bytes at rest: an ordered store with atomic durable commits, and what is laid out in it.

mod heads;
pub mod keys;
mod lock;
mod memory;
mod packs;
mod sled;

#[cfg(test)]
mod contract;

pub use heads::{Heads, HeadsState};
pub use lock::DirectoryLock;
pub use memory::{Disk, Fault, MemoryStore};
pub use packs::{PackWriter, read_entry, read_range};
pub use sled::SledStore;

use std::ops::ControlFlow;

/// Ordered keys and values. A commit is atomic, and durable once it returns.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError`]: stop, and check the data directory.
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Shows `each` the keys from `from` up to but not including `below`, ascending, until it breaks.
    ///
    /// # Errors
    /// [`StoreError`]: stop, and check the data directory.
    fn scan(
        &self,
        from: &[u8],
        below: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The greatest key from `from` up to but not including `below`, and its value.
    ///
    /// # Errors
    /// [`StoreError`]: stop, and check the data directory.
    fn last_before(&self, from: &[u8], below: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError>;

    /// Applies a batch, all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError`]: whether the batch landed is unknown. Write nothing more; open anew and look.
    fn commit(&self, batch: Batch) -> Result<(), StoreError>;
}

/// Changes to commit together; of several to one key the last counts.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    changes: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Sets a key.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push((key.into(), Some(value.into())));
    }

    /// Removes a key.
    pub fn remove(&mut self, key: impl Into<Vec<u8>>) {
        self.changes.push((key.into(), None));
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Why the store cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process has the directory.
    #[error("the data directory is in use by process {0}: stop it, or work on a copy")]
    Locked(String),
    /// The system refuses.
    #[error("the data directory: {0}")]
    Io(String),
    /// What is stored is damaged.
    #[error("the store is damaged: {0}. Run `tinnhiem fsck`; restore from an export, a mirror or a backup")]
    Corrupt(String),
}

impl StoreError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Locked(_) => "store.locked",
            Self::Io(_) => "store.io",
            Self::Corrupt(_) => "store.corrupt",
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.to_string())
    }
}
