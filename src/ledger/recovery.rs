//! Opening: the store is believed only as far as it extends the last signed head.

use std::ops::ControlFlow;

use super::rows::TileRows;
use super::{Setup, derived};
use crate::audit::CheckedEntry;
use crate::dsse::PublicKey;
use crate::event::{Body, Event};
use crate::log::{
    ChainHash, Checkpoint, Entry, Frontier, Hash, Origin, SignedCheckpoint, VerifierKey, leaf_hash,
};
use crate::state::{Recording, State};
use crate::store::{Batch, Heads, HeadsState, PackWriter, Store, StoreError, keys, read_entry, read_range};
use crate::vault::KeyFileError;

/// Why a ledger is not opened. Nothing has been signed or lost.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("no ledger is there: make one with `tinnhiem init`")]
    Empty,
    /// There is one already.
    #[error("a ledger is there already: choose another directory")]
    Exists,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log's key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The key in the directory is not the log's.
    #[error(
        "the key file's key is {found}, but the ledger's checkpoints are signed by {expected}: put the right key file there"
    )]
    OtherKey {
        /// The key the ledger names.
        expected: PublicKey,
        /// The key in the file.
        found: PublicKey,
    },
    /// The opening cannot be accepted.
    #[error("the ledger cannot be opened with this event: {0}")]
    Opening(String),
    /// The heads are damaged or gone.
    #[error(
        "the signed heads are damaged or missing: {0}. The newest head may be lost, and without it nothing is signed: fetch the newest checkpoint from a mirror or witness, compare with `tinnhiem fsck`, and restore a backup or an export that reaches it"
    )]
    Heads(String),
    /// The store does not extend the last head.
    #[error(
        "the store does not hold what was acknowledged: {what}. The last good position is {good} of {size} entries. Nothing is signed: restore the entries from an export or a mirror, or a backup of the whole directory"
    )]
    Diverged {
        /// What is wrong.
        what: String,
        /// How many entries from the beginning are whole.
        good: u64,
        /// How many the last head acknowledges.
        size: u64,
    },
}

impl OpenError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "ledger.empty",
            Self::Exists => "ledger.exists",
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::OtherKey { .. } => "ledger.log_key",
            Self::Opening(_) => "ledger.opening",
            Self::Heads(_) => "heads.damaged",
            Self::Diverged { .. } => "store.diverged",
        }
    }
}

/// Where a ledger goes on.
pub struct Tip {
    pub(super) origin: Origin,
    pub(super) log_vkey: VerifierKey,
    pub(super) checkpoint: SignedCheckpoint,
    pub(super) state: State,
    pub(super) written: State,
    pub(super) frontier: Frontier,
    pub(super) chain: ChainHash,
    pub(super) rows: TileRows,
    pub(super) packs: PackWriter,
    pub(super) heads: Heads,
}

/// Who a log is, as its first entry says.
pub struct Identity {
    /// The origin.
    pub origin: Origin,
    /// The key that checkpoints verify under.
    pub log_vkey: VerifierKey,
}

impl Identity {
    /// Reads it from entry 0, which must be an opening that its own origin commits to.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub fn of(first_entry: &[u8]) -> Result<Self, String> {
        let entry = Entry::parse(first_entry).map_err(|error| error.to_string())?;
        let event = Event::parse(&entry.payload).map_err(|error| error.to_string())?;
        let Body::LedgerOpened(body) = &event.body else {
            return Err("entry 0 is not ledger.opened".to_owned());
        };
        let origin: Origin = event.ledger.parse().map_err(|_| "its origin is malformed".to_owned())?;
        let raw = crate::event::body_bytes(&entry.payload).map_err(|error| error.to_string())?;
        if !origin.commits_to(raw) {
            return Err("the origin does not commit to entry 0".to_owned());
        }
        let log_vkey = VerifierKey::ed25519(origin.as_str(), body.log_key);
        Ok(Self { origin, log_vkey })
    }
}

/// Brings a ledger back from its store and heads.
pub(super) fn recover(setup: &Setup) -> Result<Tip, OpenError> {
    let store = &*setup.store;
    let mut heads = Heads::open(&setup.directory)?;
    if let HeadsState::Damaged(what) = heads.state() {
        return Err(OpenError::Heads(what.clone()));
    }
    let head_note = heads.last().map(|head| String::from_utf8_lossy(head).into_owned());
    let Some(first) = read_first(store, head_note.as_deref())? else { return Err(OpenError::Empty) };
    let claimed = head_size(head_note.as_deref());
    let identity = Identity::of(&first).map_err(|what| OpenError::Diverged {
        what: format!("entry 0: {what}"),
        good: 0,
        size: claimed,
    })?;
    if identity.log_vkey.key() != setup.log_key.public() {
        let (expected, found) = (identity.log_vkey.key(), setup.log_key.public());
        return Err(OpenError::OtherKey { expected, found });
    }
    let head = match &head_note {
        None => None,
        Some(note) => Some(
            SignedCheckpoint::open(note, &identity.log_vkey)
                .map_err(|error| OpenError::Heads(error.to_string()))?,
        ),
    };
    let stored = derived::read(store).unwrap_or_else(|error| {
        tracing::warn!(%error, "stored state is rebuilt from the log");
        None
    });
    let position = stored.as_ref().map(|stored| (stored.state.size(), stored.chain));
    let scan = Scan::of(store, &identity.origin, head.as_ref().map(SignedCheckpoint::checkpoint), position)?;
    if head.is_none() && scan.frontier.size() > 1 {
        return Err(OpenError::Heads("there are entries, but no head".to_owned()));
    }
    let state = match stored {
        Some(stored) if scan.fits => stored.state,
        _ => State::default(),
    };
    let written = state.clone();
    let acknowledged = head.as_ref().map_or(0, |head| head.checkpoint().size);
    let state = replay(store, state, acknowledged, scan.frontier.size(), &identity.origin)?;
    repair_rows(store, scan.wrong_rows)?;
    let checkpoint = match head {
        Some(head) if head.checkpoint().size == scan.frontier.size() => head,
        // Entries that landed although their commit was never acknowledged.
        _ => {
            let (size, root) = (scan.frontier.size(), scan.frontier.root());
            let signed = Checkpoint { origin: identity.origin.clone(), size, root }.sign(&setup.log_key);
            heads.append(signed.note().as_bytes())?;
            signed
        }
    };
    Ok(Tip {
        origin: identity.origin,
        log_vkey: identity.log_vkey,
        checkpoint,
        state,
        written,
        frontier: scan.frontier,
        chain: scan.chain,
        rows: scan.rows,
        packs: PackWriter::resume(store)?,
        heads,
    })
}

fn head_size(note: Option<&str>) -> u64 {
    note.and_then(|note| SignedCheckpoint::claim(note).ok()).map_or(0, |claim| claim.size)
}

/// Entry 0; none when nothing was ever recorded.
fn read_first(store: &dyn Store, head: Option<&str>) -> Result<Option<Vec<u8>>, OpenError> {
    let diverged = |what| OpenError::Diverged { what, good: 0, size: head_size(head) };
    match (read_entry(store, 0), head) {
        (Ok(None), None) => Ok(None),
        (Ok(None), Some(_)) => Err(diverged("it is empty".to_owned())),
        (Ok(Some(first)), _) => Ok(Some(first)),
        (Err(error), _) => Err(diverged(error.to_string())),
    }
}

/// Every entry hashed once, from the first.
struct Scan {
    frontier: Frontier,
    chain: ChainHash,
    rows: TileRows,
    wrong_rows: Vec<((u8, u64), Vec<u8>)>,
    fits: bool,
}

impl Scan {
    /// Hashes the log, comparing chain, head, tile rows and the position of the stored state.
    fn of(
        store: &dyn Store,
        origin: &Origin,
        head: Option<&Checkpoint>,
        stored: Option<(u64, ChainHash)>,
    ) -> Result<Self, OpenError> {
        let acknowledged = head.map_or(0, |head| head.size);
        let mut scan = Self {
            frontier: Frontier::default(),
            chain: ChainHash::of_origin(origin),
            rows: TileRows::default(),
            wrong_rows: Vec::new(),
            fits: false,
        };
        let mut root_at_head: Option<Hash> = None;
        let mut broken: Option<String> = None;
        let mut fault = None;
        let read = read_range(store, 0, u64::MAX, &mut |seq, entry| {
            let linked = entry.get(9..41) == Some(&scan.chain.as_bytes()[..]);
            if !linked {
                broken = Some(format!("entry {seq} does not name the hash of the entry before it"));
                return ControlFlow::Break(());
            }
            scan.chain = ChainHash::of_entry(entry);
            let rows = &mut scan.rows;
            scan.frontier.append(leaf_hash(entry), |node| rows.push(node));
            let size = seq + 1;
            if size == acknowledged {
                root_at_head = Some(scan.frontier.root());
            }
            scan.fits |= stored == Some((size, scan.chain));
            for (row, bytes) in scan.rows.take_full() {
                match differs(store, row, &bytes) {
                    Ok(false) => {}
                    Ok(true) => scan.wrong_rows.push((row, bytes)),
                    Err(error) => {
                        fault = Some(error);
                        return ControlFlow::Break(());
                    }
                }
            }
            ControlFlow::Continue(())
        });
        let good = scan.frontier.size();
        let diverged = |what| Err(OpenError::Diverged { what, good, size: acknowledged.max(good) });
        if let Some(what) = broken {
            return diverged(what);
        }
        if let Some(error) = fault.map_or(read, Err).err() {
            return diverged(error.to_string());
        }
        match (head, root_at_head) {
            (Some(head), None) => {
                return diverged(format!("it has {good} entries, the last head {}", head.size));
            }
            (Some(head), Some(root)) if root != head.root => {
                return diverged(format!(
                    "its first {} entries make another root than the head's",
                    head.size
                ));
            }
            _ => {}
        }
        let open: Vec<_> = scan.rows.open().map(|(row, bytes)| (row, bytes.to_vec())).collect();
        for (row, bytes) in open {
            if differs(store, row, &bytes)? {
                scan.wrong_rows.push((row, bytes));
            }
        }
        Ok(scan)
    }
}

/// Whether a stored row is not what the entries make; hashes beyond them are no fault.
fn differs(store: &dyn Store, (level, index): (u8, u64), bytes: &[u8]) -> Result<bool, StoreError> {
    let stored = store.value(&keys::tile(level, index))?;
    Ok(stored.is_none_or(|stored| !stored.starts_with(bytes)))
}

/// Applies the entries after the stored state; those that no head acknowledges are judged anew.
fn replay(
    store: &dyn Store,
    mut state: State,
    acknowledged: u64,
    size: u64,
    origin: &Origin,
) -> Result<State, OpenError> {
    let from = state.size();
    let mut chain = ChainHash::of_origin(origin);
    if let Some(before) = from.checked_sub(1) {
        let entry = read_entry(store, before)?.unwrap_or_default();
        chain = ChainHash::of_entry(&entry);
    }
    let mut fault = None;
    read_range(store, from, size, &mut |seq, bytes| {
        let applied = if seq < acknowledged {
            apply_own(&mut state, bytes)
        } else {
            CheckedEntry::check(bytes).follow(&mut state, &chain).map_err(|finding| finding.to_string())
        };
        chain = ChainHash::of_entry(bytes);
        match applied {
            Ok(()) => ControlFlow::Continue(()),
            Err(what) => {
                fault = Some(OpenError::Diverged { what: format!("entry {seq}: {what}"), good: seq, size });
                ControlFlow::Break(())
            }
        }
    })?;
    fault.map_or(Ok(state), Err)
}

/// Applies an entry that this ledger judged and signed for before.
fn apply_own(state: &mut State, bytes: &[u8]) -> Result<(), String> {
    let entry = Entry::parse(bytes).map_err(|error| error.to_string())?;
    let event = Event::parse(&entry.payload).map_err(|error| error.to_string())?;
    let (at, id) = (entry.recorded_at, entry.id());
    let keys: Vec<PublicKey> = entry.signatures.iter().map(|(key, _)| *key).collect();
    state.apply(Recording { id, at, keys: &keys, event: &event });
    Ok(())
}

fn repair_rows(store: &dyn Store, rows: Vec<((u8, u64), Vec<u8>)>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    tracing::warn!(rows = rows.len(), "stored tile rows are rebuilt from the entries");
    let mut batch = Batch::default();
    for ((level, index), bytes) in rows {
        batch.put(keys::tile(level, index), bytes);
    }
    store.commit(batch)
}
