//! The running ledger: one sequencer thread that writes, published snapshots that everybody reads.

mod archive;
mod claim;
mod clockguard;
mod committer;
pub mod descriptors;
mod draft;
mod dry_run;
mod eraser;
mod fsck;
mod hold;
mod image;
mod kept;
mod lookout;
mod making;
mod mirror;
mod open_error;
mod opening;
mod order;
mod patrol;
mod presence;
mod reader;
mod recovery;
mod refusal;
mod retrace;
mod room;
mod rows;
mod scan;
mod sequencer;
mod setup;
mod submission;
mod timekeeper;
mod work;

pub use archive::Archive;
pub use claim::{Beginning, Check, Claim};
pub use clockguard::{Belief, Doubt};
pub use committer::{TreeMaker, keep_committing};
pub use dry_run::DryRun;
pub use fsck::{FsckReport, fsck};
use hold::held_as;
pub use hold::{Hold, Holds, signs_by};
pub use image::ImageReading;
pub use kept::keeps;
pub use making::{Making, clear};
pub use mirror::Mirror;
pub use open_error::OpenError;
pub use opening::{create, log_key, log_key_in, may_open, restore};
pub use order::{Order, OrderError, OwnOrder, Placed};
pub use presence::{Absent, owned, present, strangers, vacant};
pub use reader::{ReadError, Reader};
pub use recovery::{Identity, rotated_to};
pub use refusal::Refusal;
pub use setup::Setup;
pub use submission::{Admissible, Submission};
pub use timekeeper::confirm_clock;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::dsse::{EventId, PublicKey, SecretKey};
use crate::event::Commitment;
use crate::limits;
use crate::log::{Origin, Receipt, SignedCheckpoint, VerifierKey};
use crate::state::State;
use crate::store::{Heads, ReadOnly, StoreError};
use crate::time::{Date, Timestamp};
use crate::vault::{Attachment, Vault, VaultError};

use patrol::Patrol;
use sequencer::{Sequencer, Writer};
use work::{Job, Work};

/// The file of a data directory that holds the log's key.
pub const LOG_KEY_FILE: &str = "log-key.pem";
/// The file that holds the key which is to follow it, where one is.
pub const NEXT_LOG_KEY_FILE: &str = "next-log-key.pem";
/// The folder of a data directory that holds the store.
const STORE_FOLDER: &str = "store";
/// What sled may keep in memory.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// What everybody reads: the state after a size, and the checkpoint over it.
#[derive(Debug)]
pub struct Snapshot {
    /// Everything that follows from the entries.
    pub state: State,
    /// The signed size and root.
    pub checkpoint: SignedCheckpoint,
}

impl Snapshot {
    /// How many entries are published.
    pub fn size(&self) -> u64 {
        self.checkpoint.checkpoint().size
    }
}

/// An event that stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its place.
    pub seq: u64,
    /// Its id.
    pub id: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The keys that were logged with it, ascending.
    pub keys: Vec<PublicKey>,
    /// Whether this submission recorded it; false when it stood there before.
    pub fresh: bool,
    /// Its entry, byte for byte.
    pub entry: Arc<[u8]>,
}

/// Why an attachment cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum AttachmentError {
    /// The entries that may name it.
    #[error(transparent)]
    Entry(#[from] ReadError),
    /// Its file.
    #[error(transparent)]
    File(#[from] VaultError),
}

impl AttachmentError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Entry(error) => error.code(),
            Self::File(error) => error.code(),
        }
    }
}

/// An open ledger.
pub struct Ledger {
    jobs: Mutex<Option<mpsc::Sender<Work>>>,
    places: Arc<Semaphore>,
    place_count: usize,
    published: watch::Receiver<Arc<Snapshot>>,
    holds: Holds,
    /// Held by the sequencer while it records a group.
    turn: Arc<Mutex<()>>,
    directory: PathBuf,
    belief: watch::Receiver<Belief>,
    worker: Mutex<Option<JoinHandle<()>>>,
    patrol: Mutex<Option<Patrol>>,
    reader: Reader,
    vault: Vault,
    origin: Origin,
    clock: Clock,
    /// The keys of the log that are at hand; none where others write.
    log_keys: Option<Vec<PublicKey>>,
    tree_maker: TreeMaker,
}

impl Ledger {
    /// Opens a ledger: checks the store against its heads, and starts the sequencer.
    ///
    /// A directory that did not sign last is read-only, unless [`Setup::claim`] says otherwise.
    ///
    /// # Errors
    /// [`OpenError`] with the last good position and what to do. Nothing has been signed then.
    pub fn open(mut setup: Setup) -> Result<Self, OpenError> {
        let reader = Reader::new(setup.store.clone());
        let vault = Vault::open(&setup.directory);
        let clock = setup.clock.clone();
        let image = setup.image.take();
        let tip = recovery::recover(&setup, image).or_else(|error| recovery::again(&setup, error))?;
        setup.store.believe()?;
        let origin = tip.origin.clone();
        let snapshot = Snapshot { state: tip.state.clone(), checkpoint: tip.checkpoint.clone() };
        let (publish, published) = watch::channel(Arc::new(snapshot));
        let (holds, turn, directory) = (Holds::default(), Arc::default(), setup.directory.clone());
        if let Some(why) = tip.read_only {
            holds.raise(held_as(why, &directory));
        }
        let at_hand = std::iter::once(&setup.log_key).chain(&setup.next_log_key);
        let log_keys = Some(at_hand.map(SecretKey::public).collect());
        let patrol = Patrol::over(&setup, &tip, published.clone(), holds.clone());
        let place_count = setup.queue_events;
        let places = Arc::new(Semaphore::new(place_count));
        let (jobs, queue) = mpsc::channel(setup.queue_events);
        let (believe, belief) = watch::channel(Belief::Right);
        let writer =
            Writer { queue, publish, belief: believe, holds: holds.clone(), turn: Arc::clone(&turn) };
        let mut sequencer = Sequencer::new(setup, tip, vault.clone(), writer);
        // Whoever asks first is told what holds writes.
        sequencer.look();
        lookout::begin(jobs.downgrade()).map_err(|error| OpenError::Store(error.into()))?;
        let worker = std::thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || sequencer.run())
            .map_err(|error| OpenError::Store(error.into()))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            places,
            place_count,
            published,
            holds,
            turn,
            directory,
            belief,
            worker: Mutex::new(Some(worker)),
            patrol: Mutex::new(patrol),
            reader,
            vault,
            origin,
            clock,
            log_keys,
            tree_maker: TreeMaker::default(),
        })
    }

    /// The origin: name and hash of the opening.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key that the published checkpoint verifies under.
    pub fn log_vkey(&self) -> VerifierKey {
        self.vkey(self.snapshot().state.ledger().map_or(PublicKey::from_bytes([0; 32]), |one| *one.log_key()))
    }

    /// A key of this log as auditors write it.
    pub fn vkey(&self, key: PublicKey) -> VerifierKey {
        VerifierKey::ed25519(self.origin.as_str(), key)
    }

    /// What is published now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.borrow().clone()
    }

    /// Reads entries, tiles, proofs and receipts.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The receipt of an accepted event against the published checkpoint.
    ///
    /// # Errors
    /// [`ReadError`]: the event is recorded, but what is stored does not prove it.
    pub fn receipt(&self, accepted: &Accepted) -> Result<Receipt, ReadError> {
        self.reader.receipt_of(&self.snapshot(), accepted.seq, accepted.entry.to_vec())
    }

    /// The attachments, whether or not an entry needs them.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The attachment of a commitment; none unless a published entry needs it.
    ///
    /// # Errors
    /// [`AttachmentError`].
    pub fn attachment(&self, commitment: &Commitment) -> Result<Option<Attachment>, AttachmentError> {
        let kept = kept::keeps(&self.reader, &self.snapshot().state, commitment)?;
        Ok(if kept { self.vault.read(commitment)? } else { None })
    }

    /// The ledger's present civil date.
    pub fn today(&self) -> Date {
        self.snapshot().state.date_of(self.clock.now())
    }

    /// The present instant on the ledger's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes a place for an event that is about to be verified and submitted.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when as many are on their way as may be, [`Refusal::Held`] where nothing is recorded
    /// any more: nothing was spent on this one.
    pub fn place(&self) -> Result<Place, Refusal> {
        if let Some(hold) = self.holds.lasting() {
            return Err(hold.into());
        }
        self.places.clone().try_acquire_owned().map(Place).map_err(|_| Refusal::Busy)
    }

    /// Whether most places are taken.
    pub fn is_rushed(&self) -> bool {
        self.places.available_permits() < self.place_count / 2
    }

    /// Submits an event; the answer comes once it is durable.
    ///
    /// Batches may fill the queue for a moment, so that room is waited for; who waits is bounded by
    /// the places.
    ///
    /// # Errors
    /// [`Refusal`]; [`Refusal::Busy`] when the queue stays full.
    pub async fn submit(&self, event: Admissible) -> Result<Accepted, Refusal> {
        let (answer, fate) = oneshot::channel();
        let jobs = self.sender()?;
        let full = match jobs.try_send(Work::Event(Job::new(event, answer))) {
            Ok(()) => None,
            Err(mpsc::error::TrySendError::Full(work)) => Some(work),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(Refusal::Closed),
        };
        if let Some(work) = full {
            let patience = Duration::from_millis(limits::QUEUE_PATIENCE_MS);
            jobs.send_timeout(work, patience).await.map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => Refusal::Busy,
                mpsc::error::SendTimeoutError::Closed(_) => Refusal::Closed,
            })?;
        }
        // Whoever waits for the answer holds the queue open no longer.
        drop(jobs);
        fate.await.unwrap_or(Err(Refusal::Closed))
    }

    /// Queues an event, waiting for a place; the fate is awaited apart, so that many can be on their way.
    ///
    /// # Errors
    /// [`Refusal::Closed`].
    pub async fn enqueue(&self, event: Admissible) -> Result<Fate, Refusal> {
        let (answer, fate) = oneshot::channel();
        let sent = self.sender()?.send(Work::Event(Job::new(event, answer))).await;
        sent.map_err(|_| Refusal::Closed)?;
        Ok(Fate(fate))
    }

    /// Why the ledger takes no writes although it serves reads.
    pub fn holds(&self) -> &Holds {
        &self.holds
    }

    /// How far the clock is believed.
    pub fn clock(&self) -> Belief {
        *self.belief.borrow()
    }

    /// Why no events are accepted; none while they are.
    pub fn held(&self) -> Option<Refusal> {
        let closed = !self.sender().is_ok_and(|sender| !sender.is_closed());
        self.holds.gravest().map(Refusal::Held).or(closed.then_some(Refusal::Closed))
    }

    /// Ends the term: what is under way is recorded, nothing after it, and the directory says so.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(&self) -> Result<SignedCheckpoint, SealError> {
        let _turn = lock(&self.turn);
        match self.holds.lasting() {
            Some(Hold::Sealed(_)) => return Ok(self.snapshot().checkpoint.clone()),
            Some(hold) => return Err(SealError::Held(hold)),
            None => {}
        }
        // Whether a seal that failed is on the disk is not known: nothing is signed after it.
        if let Err(error) = Heads::open(&self.directory).and_then(|mut heads| heads.seal()) {
            self.holds.raise(Hold::Stopped(format!("its seal may or may not have been written: {error}")));
            return Err(error.into());
        }
        self.holds.raise(held_as(ReadOnly::Sealed, &self.directory));
        Ok(self.snapshot().checkpoint.clone())
    }

    /// Takes no more events, finishes those that wait, and writes the image of the state.
    pub fn close(&self) {
        drop(lock(&self.patrol).take());
        drop(lock(&self.jobs).take());
        if let Some(worker) = lock(&self.worker).take() {
            let _ = worker.join();
        }
    }

    fn sender(&self) -> Result<mpsc::Sender<Work>, Refusal> {
        lock(&self.jobs).clone().ok_or(Refusal::Closed)
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

/// Why a term was not ended.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Nothing is signed here.
    #[error("nothing is signed here, so there is no term to end: {0}")]
    Held(Hold),
    /// The seal cannot be written; whether it was, a start will tell.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place among the events on their way; given back when dropped.
pub struct Place(#[expect(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// The coming answer about a queued event.
pub struct Fate(oneshot::Receiver<Result<Accepted, Refusal>>);

impl Fate {
    /// Waits for the answer.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn known(self) -> Result<Accepted, Refusal> {
        self.0.await.unwrap_or(Err(Refusal::Closed))
    }
}
