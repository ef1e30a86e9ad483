//! What a ledger is opened from, and how that is found in a data directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::presence::{Absent, owned, present};
use super::{
    CACHE_BYTES, Check, Claim, ImageReading, LOG_KEY_FILE, NEXT_LOG_KEY_FILE, OpenError, Order, OwnOrder,
    STORE_FOLDER,
};
use crate::clock::Clock;
use crate::dsse::{PublicKey, SecretKey};
use crate::limits;
use crate::store::{DirectoryLock, SledStore, Store};

/// What a ledger is opened from.
pub struct Setup {
    /// The data directory: heads, vault, and for [`Setup::at`] the store.
    pub directory: PathBuf,
    /// The store.
    pub store: Arc<dyn Store>,
    /// The key that signs checkpoints.
    pub log_key: SecretKey,
    /// Where that key lies.
    pub key_file: PathBuf,
    /// The key that signs them once the log says so.
    pub next_log_key: Option<SecretKey>,
    /// The image of the state, on its way since before the store was opened; none: it is read after.
    pub image: Option<ImageReading>,
    /// On what grounds it is signed here.
    pub claim: Claim,
    /// Who looks at it before anything is signed.
    pub check: Option<Check>,
    /// Where the time is read.
    pub clock: Clock,
    /// Who decides the order of entries.
    pub order: Box<dyn Order>,
    /// Most events on their way at once; beyond that the answer is [`Refusal::Busy`].
    pub queue_events: usize,
    /// The hold on the directory, kept while the ledger is open.
    pub lock: Option<DirectoryLock>,
}

impl Setup {
    /// A data directory on disk, its lock taken; a ledger of one machine.
    ///
    /// # Errors
    /// [`OpenError`]: another process has it, or its key or store cannot be read.
    pub fn at(directory: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::with_key(directory, None, clock)
    }

    /// The same, where the log's key may lie apart; the key that is to follow it lies beside it.
    ///
    /// # Errors
    /// [`OpenError`]: another process has it, or its key or store cannot be read.
    pub fn with_key(directory: &Path, log_key: Option<&Path>, clock: Clock) -> Result<Self, OpenError> {
        let key_file = log_key.map_or(directory.join(LOG_KEY_FILE), Path::to_owned);
        present(directory)?;
        owned(directory, &["lock", STORE_FOLDER, "heads"])?;
        // Who has it open is told before anything else: what is asked of that process needs no key.
        let lock = DirectoryLock::take(directory)?;
        if !key_file.exists() {
            return Err(Absent::LogKey { directory: directory.to_owned(), file: key_file }.into());
        }
        let log_key = crate::vault::read_secret(&key_file)?;
        Self::on_disk(directory, &key_file, log_key, clock, lock)
    }

    pub(super) fn on_disk(
        directory: &Path,
        key_file: &Path,
        log_key: SecretKey,
        clock: Clock,
        lock: DirectoryLock,
    ) -> Result<Self, OpenError> {
        let image = ImageReading::begin(directory);
        let store = Arc::new(SledStore::open(&directory.join(STORE_FOLDER), CACHE_BYTES)?);
        let (directory, order) = (directory.to_owned(), Box::new(OwnOrder));
        let queue_events = limits::QUEUE_EVENTS;
        let next = key_file.with_file_name(NEXT_LOG_KEY_FILE);
        let next_log_key = next.exists().then(|| crate::vault::read_secret(&next)).transpose()?;
        let (key_file, lock) = (key_file.to_owned(), Some(lock));
        Ok(Self {
            directory,
            store,
            log_key,
            key_file,
            next_log_key,
            image,
            claim: Claim::default(),
            check: None,
            clock,
            order,
            queue_events,
            lock,
        })
    }

    /// The secret of one of the log's keys, where it is at hand.
    pub fn held(&self, key: &PublicKey) -> Option<&SecretKey> {
        std::iter::once(&self.log_key).chain(&self.next_log_key).find(|one| one.public() == *key)
    }
}
