//! Making a ledger: entry 0, its head, and the key that signs checkpoints.

use std::path::Path;
use std::sync::Arc;

use super::recovery::OpenError;
use super::rows::TileRows;
use super::{Admissible, LOG_KEY_FILE, OwnOrder, STORE_FOLDER, Setup};
use crate::clock::Clock;
use crate::dsse::SecretKey;
use crate::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, leaf_hash};
use crate::rules::{self, Candidate};
use crate::state::State;
use crate::store::{Batch, DirectoryLock, Heads, PackWriter, SledStore, read_entry};
use crate::vault::write_secret;

impl Setup {
    /// A new data directory on disk, for a ledger that `log_key` signs for.
    ///
    /// # Errors
    /// [`OpenError::Exists`] when the directory holds a ledger already.
    pub fn create(directory: &Path, log_key: SecretKey, clock: Clock) -> Result<Self, OpenError> {
        let lock = DirectoryLock::take(directory)?;
        let key_file = directory.join(LOG_KEY_FILE);
        if key_file.exists() || directory.join(STORE_FOLDER).exists() {
            return Err(OpenError::Exists);
        }
        write_secret(&key_file, &log_key)?;
        let store = Arc::new(SledStore::open(&directory.join(STORE_FOLDER), super::CACHE_BYTES)?);
        Ok(Self {
            directory: directory.to_owned(),
            store,
            log_key,
            clock,
            order: Box::new(OwnOrder),
            lock: Some(lock),
        })
    }
}

/// Records the opening in an empty store; the ledger can be opened then.
///
/// # Errors
/// [`OpenError::Opening`] with the rule that the event breaks.
pub fn create(setup: &Setup, opening: &Admissible) -> Result<(), OpenError> {
    let store = &*setup.store;
    let mut heads = Heads::open(&setup.directory)?;
    if heads.last().is_some() || read_entry(store, 0)?.is_some() {
        return Err(OpenError::Exists);
    }
    let refused = |error: &dyn std::fmt::Display| OpenError::Opening(error.to_string());
    let state = State::default();
    let now = setup.clock.now();
    let recorded_at = rules::record_at(&state, &opening.event, now).map_err(|error| refused(&error))?;
    let keys: Vec<_> = opening.verified.keys().collect();
    let payload = opening.verified.payload();
    rules::judge(&state, Candidate { event: &opening.event, payload, keys: &keys, recorded_at })
        .map_err(|error| refused(&error))?;
    let crate::event::Body::LedgerOpened(body) = &opening.event.body else {
        return Err(refused(&"entry 0 is ledger.opened"));
    };
    if body.replayed_until.is_some_and(|until| until > now) {
        return Err(refused(&"replayed_until lies ahead: history ends before the present"));
    }
    if body.log_key != setup.log_key.public() {
        return Err(OpenError::OtherKey { expected: body.log_key, found: setup.log_key.public() });
    }
    let origin: Origin = opening.event.ledger.parse().map_err(|error| refused(&error))?;
    let entry = Entry::encode(recorded_at, &ChainHash::of_origin(&origin), &opening.verified);
    let (mut frontier, mut rows) = (Frontier::default(), TileRows::default());
    frontier.append(leaf_hash(&entry), |node| rows.push(node));
    let mut batch = Batch::default();
    PackWriter::resume(store)?.append([entry.as_slice()], &mut batch);
    rows.put_changed(&mut batch);
    store.commit(batch)?;
    let head = Checkpoint { origin, size: 1, root: frontier.root() }.sign(&setup.log_key);
    heads.append(head.note().as_bytes())?;
    Ok(())
}
