//! Hashing the old entries behind a running ledger, which opened on the newest ones alone.
//!
//! **A start hashes the newest entries only** (16,384), over the stored hashes of the others, up to the root
//! that the last head signs; the old ones are hashed behind the running ledger, which stops when they are
//! not what it signed. Where anything does not fit, all of it is hashed first.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::recovery::Tip;
use super::rows::TileRows;
use super::{Hold, Holds, Setup, Snapshot};
use crate::limits;
use crate::log::{ChainHash, Entry, Frontier, Origin, leaf_hash};
use crate::store::{Store, StoreError, keys, read_entry, read_range};

/// For each part of the time that it works it rests this many, where nothing is being written.
const REST: u32 = 4;
/// The same where entries are: whoever sends them does not wait for what is old.
const REST_WHILE_WRITING: u32 = 64;
/// Whoever closes the ledger waits for a rest to end.
const LONGEST_REST: Duration = Duration::from_millis(200);

/// The thread that hashes; it ends when dropped.
pub(super) struct Patrol {
    leave: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Patrol {
    /// Starts over the entries that `tip` did not hash; none when it hashed all.
    ///
    /// When they are not what the hashes say, the ledger stops with [`Hold::Stopped`].
    pub(super) fn over(
        setup: &Setup,
        tip: &Tip,
        published: watch::Receiver<Arc<Snapshot>>,
        holds: Holds,
    ) -> Option<Self> {
        let (store, origin, to) = (setup.store.clone(), tip.origin.clone(), tip.unhashed);
        if to == 0 {
            return None;
        }
        let leave = Arc::new(AtomicBool::new(false));
        let left = leave.clone();
        let work = move || match hash(&*store, &origin, to, published, &left) {
            Ok(()) => tracing::info!(entries = to, "the old entries are whole"),
            Err(Fault::Unread(error)) => {
                tracing::warn!(%error, "the old entries could not be read, and are hashed after the next start");
            }
            Err(Fault::Damaged(what)) => {
                tracing::error!(%what, code = "store.diverged", "the old entries are damaged: restore them from an export or a mirror");
                holds.raise(Hold::Stopped(what));
            }
        };
        let thread = std::thread::Builder::new().name("patrol".to_owned()).spawn(work);
        let thread = thread.inspect_err(|error| tracing::warn!(%error, "no patrol")).ok();
        Some(Self { leave, thread })
    }
}

impl Drop for Patrol {
    fn drop(&mut self) {
        self.leave.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Why the hashing ended early.
enum Fault {
    /// The machine refused.
    Unread(StoreError),
    /// The entries are not what the hashes say.
    Damaged(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        if error.is_of_the_machine() { Self::Unread(error) } else { Self::Damaged(error.to_string()) }
    }
}

/// Compares the first `to` entries with one another and with the stored hashes, a tile at a time.
fn hash(
    store: &dyn Store,
    origin: &Origin,
    to: u64,
    mut published: watch::Receiver<Arc<Snapshot>>,
    leave: &AtomicBool,
) -> Result<(), Fault> {
    let mut chain = ChainHash::of_origin(origin);
    let (mut frontier, mut rows) = (Frontier::default(), TileRows::default());
    let mut from = 0;
    while from < to && !leave.load(Ordering::Relaxed) {
        let started = Instant::now();
        let upto = (from + limits::TILE_WIDTH).min(to);
        let mut broken = None;
        let read = read_range(store, from, upto, &mut |seq, entry| {
            if Entry::prev_of(entry) != Some(chain) {
                broken = Some(format!("entry {seq} does not name the hash of the entry before it"));
                return ControlFlow::Break(());
            }
            chain = ChainHash::of_entry(entry);
            frontier.append(leaf_hash(entry), |node| rows.push(node));
            ControlFlow::Continue(())
        });
        read?;
        if let Some(what) = broken {
            return Err(Fault::Damaged(what));
        }
        if frontier.size() < upto {
            return Err(Fault::Damaged(format!("the entries end at {}", frontier.size())));
        }
        for ((level, index), bytes) in rows.take_full() {
            let stored = store.value(&keys::tile(level, index))?;
            if stored.is_none_or(|stored| stored != bytes) {
                let what = format!("the entries from {from} on do not make the stored hashes");
                return Err(Fault::Damaged(what));
            }
        }
        from = upto;
        let writing = published.has_changed().unwrap_or(false);
        published.mark_unchanged();
        let rest = started.elapsed() * if writing { REST_WHILE_WRITING } else { REST };
        std::thread::sleep(rest.min(LONGEST_REST));
    }
    let next = if from == to { read_entry(store, to).ok().flatten() } else { None };
    match next {
        Some(next) if Entry::prev_of(&next) != Some(chain) => {
            Err(Fault::Damaged(format!("entry {to} does not name the hash of the entry before it")))
        }
        _ => Ok(()),
    }
}
