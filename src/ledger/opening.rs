//! Making a ledger: entry 0, its head, and the key that signs checkpoints.

use std::path::Path;

use super::open_error::OpenError;
use super::rows::TileRows;
use super::timekeeper::note_time;
use super::{Admissible, LOG_KEY_FILE, Setup};
use crate::clock::Clock;
use crate::dsse::{PublicKey, SecretKey};
use crate::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, SignedCheckpoint, leaf_hash};
use crate::rules::{self, Candidate, Rejection};
use crate::state::State;
use crate::store::{
    Batch, DirectoryLock, Heads, Instance, PackWriter, StoreError, create_private_folder, read_entry,
};
use crate::time::Timestamp;
use crate::vault::{read_secret, write_secret};

impl Setup {
    /// A new data directory on disk; the log's key is the one that lies there, or a new one.
    ///
    /// An opening that was refused leaves an empty store, which the next one fills.
    ///
    /// # Errors
    /// [`OpenError`]: another process has the directory, or its key or store cannot be read.
    pub fn create(directory: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::create_with_key(directory, &directory.join(LOG_KEY_FILE), clock)
    }

    /// The same, where the log's key lies in a file of any place.
    ///
    /// # Errors
    /// [`OpenError`]: another process has the directory, or its key or store cannot be read.
    pub fn create_with_key(directory: &Path, key_file: &Path, clock: Clock) -> Result<Self, OpenError> {
        let lock = DirectoryLock::take(directory)?;
        Self::on_disk(directory, key_file, log_key_in(key_file)?, clock, lock)
    }
}

/// The log's key of a directory, made when there is none.
///
/// # Errors
/// [`OpenError::Key`].
pub fn log_key(directory: &Path) -> Result<SecretKey, OpenError> {
    create_private_folder(directory).map_err(StoreError::from)?;
    log_key_in(&directory.join(LOG_KEY_FILE))
}

/// The log's key of a file, made when there is none.
///
/// # Errors
/// [`OpenError::Key`].
pub fn log_key_in(path: &Path) -> Result<SecretKey, OpenError> {
    if path.exists() {
        return Ok(read_secret(path)?);
    }
    let key = SecretKey::generate().map_err(|error| StoreError::Io(error.to_string()))?;
    write_secret(path, &key)?;
    Ok(key)
}

/// Records the opening in an empty store; the ledger can be opened then.
///
/// # Errors
/// [`OpenError::Opening`] with the rule that the event breaks; [`OpenError::Exists`] when the store is not empty.
pub fn create(setup: &Setup, opening: &Admissible) -> Result<(), OpenError> {
    let store = &*setup.store;
    let mut heads = Heads::open(&setup.directory)?;
    if heads.last().is_some() || read_entry(store, 0)?.is_some() {
        return Err(OpenError::Exists);
    }
    let now = setup.clock.now();
    let (origin, recorded_at) = may_open(opening, setup.log_key.public(), &setup.key_file, now)?;
    let entry = Entry::encode(recorded_at, &ChainHash::of_origin(&origin), &opening.verified);
    let (mut frontier, mut rows) = (Frontier::default(), TileRows::default());
    frontier.append(leaf_hash(&entry), |node| rows.push(node));
    let mut batch = Batch::default();
    PackWriter::resume(store)?.append([entry.as_slice()], &mut batch);
    rows.put_changed(&mut batch);
    // Before the entry, so that a start finds out whose it is whatever comes between.
    heads.begin_term(Instance::random()?)?;
    store.commit(batch)?;
    let head = Checkpoint { origin, size: 1, root: frontier.root() }.sign(&setup.log_key);
    heads.append(head.note().as_bytes())?;
    // Whatever times the history has that follows, its ledger was opened now.
    note_time(&setup.directory, now);
    Ok(())
}

/// Judges an opening under the log's key, which lies in `key_file`: the origin that it makes, and when it is
/// recorded. Nothing is written.
///
/// # Errors
/// [`OpenError::Opening`] with the rule that the event breaks; [`OpenError::OtherKey`].
pub fn may_open(
    opening: &Admissible,
    log_key: PublicKey,
    key_file: &Path,
    now: Timestamp,
) -> Result<(Origin, Timestamp), OpenError> {
    let refused = |error: &dyn std::fmt::Display| OpenError::Opening {
        code: "ledger.opening",
        what: error.to_string(),
    };
    let broken = |error: Rejection| OpenError::Opening { code: error.code(), what: error.to_string() };
    let state = State::default();
    let recorded_at = rules::record_at(&state, &opening.event, now).map_err(broken)?;
    let keys: Vec<_> = opening.verified.keys().collect();
    let payload = opening.verified.payload();
    let (id, event) = (opening.verified.id(), &opening.event);
    rules::judge(&state, Candidate { id, event, payload, keys: &keys, recorded_at }).map_err(broken)?;
    let crate::event::Body::LedgerOpened(body) = &opening.event.body else {
        return Err(refused(&format_args!("entry 0 is {}", crate::event::EventType::LedgerOpened)));
    };
    if body.replayed_until.is_some_and(|until| until > now) {
        return Err(refused(&"replayed_until lies ahead: history ends before the present"));
    }
    if body.log_key != log_key {
        let file = key_file.to_owned();
        return Err(OpenError::OtherKey { file, expected: body.log_key, found: log_key });
    }
    let origin = opening.event.ledger.parse().map_err(|error| refused(&error))?;
    Ok((origin, recorded_at))
}

/// Fills an empty store with the audited entries of an export, and takes its checkpoint as the head.
///
/// Nobody signs there yet: whether this is the newest checkpoint, the export does not say.
///
/// `next` gives the entries in order, some at a time, and none at the end.
///
/// # Errors
/// [`OpenError::Diverged`] when they do not make the checkpoint; the directory is not to be used then.
pub fn restore(
    setup: &Setup,
    signed: &SignedCheckpoint,
    next: &mut dyn FnMut() -> std::io::Result<Vec<Vec<u8>>>,
) -> Result<(), OpenError> {
    let store = &*setup.store;
    let mut heads = Heads::open(&setup.directory)?;
    let mut packs = PackWriter::resume(store)?;
    if heads.last().is_some() || packs.next_seq() > 0 {
        return Err(OpenError::Exists);
    }
    let (mut frontier, mut rows) = (Frontier::default(), TileRows::default());
    loop {
        let entries = next().map_err(StoreError::from)?;
        if entries.is_empty() {
            break;
        }
        let mut batch = Batch::default();
        packs.append(entries.iter().map(Vec::as_slice), &mut batch);
        for entry in &entries {
            frontier.append(leaf_hash(entry), |node| rows.push(node));
        }
        rows.put_changed(&mut batch);
        store.commit(batch)?;
    }
    let checkpoint = signed.checkpoint();
    if (frontier.size(), frontier.root()) != (checkpoint.size, checkpoint.root) {
        let what = "the entries do not make the checkpoint's root".to_owned();
        return Err(OpenError::Diverged { what, good: 0, size: checkpoint.size });
    }
    Ok(heads.append(signed.note().as_bytes())?)
}
