//! A data directory opened to read, never to write: for audits, exports and restoring.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::open_error::OpenError;
use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::presence::present;
use super::recovery::Identity;
use super::{CACHE_BYTES, ReadError, Reader, STORE_FOLDER};
use crate::limits;
use crate::log::SignedCheckpoint;
use crate::store::{DirectoryLock, Heads, SledStore, Store, StoreError, create_private_file, read_entry};
use crate::vault::Vault;

/// What a data directory holds, unchecked.
pub struct Archive {
    /// Who the log is.
    pub identity: Identity,
    /// The newest head, which the log's key signed.
    pub head: SignedCheckpoint,
    /// The entries and tiles.
    pub reader: Reader,
    /// The attachments.
    pub vault: Vault,
    pub(super) store: Arc<dyn Store>,
    pub(super) heads: Heads,
    pub(super) directory: PathBuf,
    _lock: Option<DirectoryLock>,
    _copy: Option<tempfile::TempDir>,
}

impl Archive {
    /// Opens a data directory that no other process has open; one that cannot be written to is read from a
    /// copy of its store, which goes when the archive does.
    ///
    /// # Errors
    /// [`OpenError`] when entry 0 or the newest head cannot be read.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        present(directory)?;
        let lock = DirectoryLock::take_to_read(directory)?;
        let folder = directory.join(STORE_FOLDER);
        // sled opens nothing that it cannot write to.
        let copy = if lock.is_none() || !may_write(&folder) { Some(copied(&folder)?) } else { None };
        let store = SledStore::open(copy.as_ref().map_or(&folder, tempfile::TempDir::path), CACHE_BYTES);
        let store = store.map(|store| Arc::new(store) as Arc<dyn Store>);
        let mut archive = Self::over(store.clone(), directory, None);
        // A read may have failed while it was opened: what it lacks is looked for anew, from its own files.
        for _ in 0..limits::READ_ANEW {
            let lacks =
                archive.as_ref().map_or_else(|error| error.code() == "store.diverged", Self::lacks_its_end);
            let Some(store) = store.as_ref().ok().filter(|store| lacks && store.reopen().is_ok()) else {
                break;
            };
            archive = Self::over(Ok(store.clone()), directory, None);
        }
        Ok(Self { _lock: lock, _copy: copy, ..archive? })
    }

    /// Whether the last entry that was acknowledged is not there.
    fn lacks_its_end(&self) -> bool {
        let last = self.head.checkpoint().size.saturating_sub(1);
        !matches!(read_entry(&*self.store, last), Ok(Some(_)))
    }

    /// Reads a store, or why it cannot be opened, beside the heads and vault of a directory.
    ///
    /// # Errors
    /// [`OpenError`] when entry 0 or the newest head cannot be read.
    pub fn over(
        store: Result<Arc<dyn Store>, StoreError>,
        directory: &Path,
        lock: Option<DirectoryLock>,
    ) -> Result<Self, OpenError> {
        let heads = Heads::open(directory)?;
        let note = heads.last().map(|head| String::from_utf8_lossy(head).into_owned());
        let note = note.ok_or_else(|| OpenError::Heads("there is no head".to_owned()))?;
        let size = SignedCheckpoint::claim(&note).map_or(0, |claim| claim.size);
        let diverged = |what| OpenError::Diverged { what, good: 0, size };
        // A machine that refuses says nothing about what is stored.
        let unread = |error: StoreError| match error {
            StoreError::Corrupt(_) => diverged(error.to_string()),
            error => OpenError::Store(error),
        };
        let store = store.map_err(unread)?;
        let first = read_entry(&*store, 0).map_err(unread)?;
        let first = first.ok_or_else(|| diverged("it is empty".to_owned()))?;
        let mut identity = Identity::of(&first).map_err(|what| diverged(format!("entry 0: {what}")))?;
        let (reader, vault) = (Reader::new(store.clone()), Vault::open(directory));
        let mut head = SignedCheckpoint::open(&note, &identity.log_vkey);
        if head.is_err() {
            identity.follow(&reader, size).map_err(|error| match error {
                ReadError::Store(error) => unread(error),
                error => diverged(error.to_string()),
            })?;
            head = SignedCheckpoint::open(&note, &identity.log_vkey);
        }
        let head = head.map_err(|error| OpenError::Heads(error.to_string()))?;
        Ok(Self {
            identity,
            head,
            reader,
            vault,
            store,
            heads,
            directory: directory.to_owned(),
            _lock: lock,
            _copy: None,
        })
    }
}

/// Whether sled could open the store where it lies.
fn may_write(folder: &Path) -> bool {
    let modes = Access::READ_OK | Access::WRITE_OK;
    [folder.to_owned(), folder.join("db")].iter().all(|path| match access(path, modes) {
        Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => false,
        Ok(()) | Err(_) => true,
    })
}

/// A copy of a store's files, for as long as it is needed.
fn copied(folder: &Path) -> Result<tempfile::TempDir, StoreError> {
    let place = std::env::temp_dir();
    let refused = |error: std::io::Error| {
        StoreError::Io(format!(
            "it cannot be written to, so its store is read from a copy, for which there is no place in {} ({error}): let TMPDIR name a folder with room",
            place.display()
        ))
    };
    let copy = tempfile::tempdir().map_err(refused)?;
    tracing::info!(from = %folder.display(), to = %copy.path().display(), "the store is read from a copy");
    let mut folders = vec![PathBuf::new()];
    while let Some(within) = folders.pop() {
        std::fs::create_dir_all(copy.path().join(&within)).map_err(refused)?;
        for entry in std::fs::read_dir(folder.join(&within))? {
            let entry = entry?;
            let path = within.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let mut from = std::fs::File::open(entry.path())?;
                let mut to = create_private_file(&copy.path().join(path)).map_err(refused)?;
                std::io::copy(&mut from, &mut to).map_err(refused)?;
            }
        }
    }
    Ok(copy)
}
