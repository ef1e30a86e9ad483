//! A ledger made of entries that an auditor took from elsewhere: it answers as one that recorded them would,
//! and records nothing.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::sync::{Semaphore, watch};

use super::rows::TileRows;
use super::{Belief, Holds, Ledger, Reader, Snapshot, TreeMaker};
use crate::clock::Clock;
use crate::event::Commitment;
use crate::log::{Origin, SignedCheckpoint, TileNode};
use crate::state::State;
use crate::store::{Batch, Disk, MemoryStore, PackWriter, Store, StoreError};
use crate::vault::{Attachment, Vault};

/// The entries, tiles and attachments of a ledger elsewhere.
pub struct Mirror {
    store: Arc<MemoryStore>,
    packs: PackWriter,
    rows: TileRows,
    vault: Vault,
    published: Option<watch::Sender<Arc<Snapshot>>>,
    /// Where the attachments lie; it goes with the mirror.
    folder: tempfile::TempDir,
}

impl Mirror {
    /// A mirror of nothing yet.
    ///
    /// # Errors
    /// No folder can be made for the attachments.
    pub fn new() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tinnhiem-audit-").tempdir()?;
        let store = Arc::new(MemoryStore::open(&Disk::default()));
        let packs = PackWriter::resume(&*store).map_err(std::io::Error::other)?;
        let vault = Vault::open(folder.path());
        Ok(Self { store, packs, rows: TileRows::default(), vault, published: None, folder })
    }

    /// Notes a hash of the tree.
    pub fn expect(&mut self, node: TileNode) {
        self.rows.push(node);
    }

    /// Adds the next entries, once their hashes were noted.
    ///
    /// # Errors
    /// The store's own.
    pub fn append<'a>(&mut self, entries: impl IntoIterator<Item = &'a [u8]>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        self.packs.append(entries, &mut batch);
        self.rows.put_changed(&mut batch);
        self.store.commit(batch)
    }

    /// Keeps an attachment.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn keep(&self, attachment: &Attachment) -> std::io::Result<()> {
        let path = self.vault.path(&attachment.commitment());
        path.parent().map(std::fs::create_dir_all).transpose()?;
        std::fs::write(path, attachment.to_file())
    }

    /// Destroys an attachment.
    ///
    /// # Errors
    /// What the system refuses.
    pub fn forget(&self, commitment: &Commitment) -> std::io::Result<()> {
        self.vault.destroy(commitment).map_err(std::io::Error::other)
    }

    /// Shows the ledger at a state and the checkpoint over it.
    pub fn publish(&mut self, state: State, checkpoint: SignedCheckpoint) {
        let snapshot = Arc::new(Snapshot { state, checkpoint });
        match &self.published {
            Some(published) => drop(published.send_replace(snapshot)),
            None => self.published = Some(watch::Sender::new(snapshot)),
        }
    }

    /// The ledger, which follows what is published; none before anything is.
    pub fn ledger(&self, origin: Origin, clock: Clock) -> Option<Ledger> {
        let published = self.published.as_ref()?.subscribe();
        Some(Ledger::reading(self.store.clone(), self.folder.path(), published, origin, clock))
    }
}

impl Ledger {
    /// A ledger that is read and takes no events.
    fn reading(
        store: Arc<dyn Store>,
        directory: &Path,
        published: watch::Receiver<Arc<Snapshot>>,
        origin: Origin,
        clock: Clock,
    ) -> Self {
        Self {
            jobs: Mutex::new(None),
            places: Arc::new(Semaphore::new(0)),
            place_count: 0,
            published,
            holds: Holds::default(),
            belief: watch::channel(Belief::Right).1,
            turn: Arc::default(),
            directory: directory.to_owned(),
            worker: Mutex::new(None),
            patrol: Mutex::new(None),
            reader: Reader::new(store),
            vault: Vault::open(directory),
            origin,
            clock,
            log_keys: None,
            tree_maker: TreeMaker::default(),
        }
    }
}
