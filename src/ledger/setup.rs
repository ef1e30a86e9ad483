//! What a ledger is opened from, and how that is found in a data directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{
    CACHE_BYTES, Claim, ImageReading, LOG_KEY_FILE, NEXT_LOG_KEY_FILE, OpenError, Order, OwnOrder,
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
    /// The key that signs them once the log says so.
    pub next_log_key: Option<SecretKey>,
    /// The image of the state, on its way since before the store was opened; none: it is read after.
    pub image: Option<ImageReading>,
    /// On what grounds it is signed here.
    pub claim: Claim,
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
        if !directory.join(STORE_FOLDER).exists() || (log_key.is_none() && !key_file.exists()) {
            return Err(OpenError::Empty);
        }
        let lock = DirectoryLock::take(directory)?;
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
        let (claim, lock) = (Claim::default(), Some(lock));
        Ok(Self { directory, store, log_key, next_log_key, image, claim, clock, order, queue_events, lock })
    }

    /// The secret of one of the log's keys, where it is at hand.
    pub fn held(&self, key: &PublicKey) -> Option<&SecretKey> {
        std::iter::once(&self.log_key).chain(&self.next_log_key).find(|one| one.public() == *key)
    }
}
