//! Bytes at rest: an ordered store with atomic durable commits, and what is laid out in it.
//!
//! **Heads beside the store.** One flipped bit can make sled reopen, without an error, on a shorter log that
//! is consistent in itself. So every commit's signed checkpoint is also written, twice, to append-only files
//! that sled does not touch, and a store that does not extend the newest is refused. A lost newest head is a
//! reason not to sign, even when the entries look whole.

mod before;
mod frames;
mod heads;
mod home;
pub mod keys;
mod lock;
mod memory;
mod nudge;
mod packs;
mod private;
#[cfg(test)]
mod restored;
mod sled;
mod snapshots;
mod term;

#[cfg(test)]
mod contract;

pub use heads::{Heads, HeadsState};
pub use home::lies_where_it_was_written;
pub use lock::DirectoryLock;
pub use memory::{Disk, Fault, MemoryStore};
pub use packs::{PackWriter, cut_torn, read_entry, read_range};
pub use private::{create_private_file, create_private_folder};
pub use sled::SledStore;
pub use term::{Instance, ReadOnly, Standing};

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

    /// Keeps room for a commit of so many bytes, before anything of it is written.
    ///
    /// # Errors
    /// [`StoreError::Full`]; nothing has changed.
    fn room(&self, _bytes: usize) -> Result<(), StoreError> {
        Ok(())
    }

    /// Opens anew what lies on the disk, after a commit that failed.
    ///
    /// # Errors
    /// [`StoreError`]; it may be tried again.
    fn reopen(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// What was opened holds what it should: from now on it counts, and nothing of before is put back.
    ///
    /// # Errors
    /// [`StoreError`]; it may be tried again.
    fn believe(&self) -> Result<(), StoreError> {
        Ok(())
    }

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

    /// How many bytes it puts.
    pub fn bytes(&self) -> usize {
        self.changes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum()
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
    #[error(
        "the data directory is in use by process {0}, and one at a time may have it: stop that first, or read what it serves; an export of it is looked into at any time (`tinnhiem export --data DIR OUT`), and no copy of the directory is to be started beside it"
    )]
    Locked(String),
    /// The disk is full; what is stored was not judged.
    #[error("the disk of the data directory is full, and nothing was judged: make room, and try again")]
    Full,
    /// No file can be opened; what is stored was not judged.
    #[error(
        "no more files can be opened, and nothing was judged: raise the limit (`ulimit -n`), and try again"
    )]
    Descriptors,
    /// The system refuses; what is stored was not judged.
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
            Self::Full => "store.full",
            Self::Descriptors => "store.descriptors",
            Self::Io(_) => "store.io",
            Self::Corrupt(_) => "store.corrupt",
        }
    }

    /// What the system's refusal means.
    pub fn of(error: &std::io::Error) -> Self {
        // sled copies errors as what they print, without their number.
        Self::told(&format!("{error:?}")).unwrap_or_else(|| Self::Io(error.to_string()))
    }

    /// What a text tells of a refusal of the system; none where it tells of none.
    fn told(text: &str) -> Option<Self> {
        // A lock that another handle has is told with its number, too.
        let code = text.split_once("code: ").filter(|_| !text.contains("acquire lock")).map(|(_, rest)| rest);
        let code = code.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        match code.map(rustix::io::Errno::from_raw_os_error)? {
            // A limit on the size of files is met as a disk's end is.
            rustix::io::Errno::NOSPC | rustix::io::Errno::DQUOT | rustix::io::Errno::FBIG => Some(Self::Full),
            rustix::io::Errno::MFILE | rustix::io::Errno::NFILE => Some(Self::Descriptors),
            other => Some(Self::Io(std::io::Error::from(other).to_string())),
        }
    }

    /// Whether it says nothing about what is stored, only that it could not be looked at.
    pub fn is_of_the_machine(&self) -> bool {
        !matches!(self, Self::Corrupt(_))
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::of(&error)
    }
}

/// Bytes that are free on the disk of a directory; none where it does not say.
pub fn free_bytes(directory: &std::path::Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
