//! Going over the stored entries once: hashes, links, root, tile rows and state.

use std::ops::{ControlFlow, Range};

use super::image::Imaged;
use super::open_error::OpenError;
use super::rows::TileRows;
use super::scan::scan;
use super::{Reader, Setup};
use crate::audit::CheckedEntry;
use crate::log::{ChainHash, Checkpoint, Frontier, Hash, Origin, TileNodes};
use crate::state::State;
use crate::store::{Store, StoreError, cut_torn, keys, read_entry};

/// What going over the entries found.
pub(super) struct Retraced {
    /// The first entry that was hashed; the ones before are taken as their stored hashes have it.
    pub from: u64,
    pub frontier: Frontier,
    pub chain: ChainHash,
    pub rows: TileRows,
    /// Rows that are stored otherwise than the entries make them.
    pub wrong_rows: Vec<((u8, u64), Vec<u8>)>,
    pub state: State,
    /// How many entries the state was not made from, but the image.
    pub imaged: u64,
}

/// Goes over the entries of a range, which begins at a multiple of the tile width; the state goes on from
/// the image's.
///
/// None when the image or the stored hashes before the range do not fit the entries.
///
/// # Errors
/// [`OpenError::Diverged`] with the last good position.
pub(super) fn retrace(
    setup: &Setup,
    origin: &Origin,
    head: Option<&Checkpoint>,
    imaged: Imaged,
    range: Range<u64>,
) -> Result<Option<Retraced>, OpenError> {
    let Range { start: from, end: to } = range;
    let store = &*setup.store;
    let acknowledged = head.map_or(0, |head| head.size);
    // Whoever only reads changes nothing, and looks no further than what was acknowledged.
    if to == u64::MAX
        && let Some(from) = cut_torn(store, acknowledged)?
    {
        tracing::warn!(from, "what a commit left in pieces is removed: nobody was told of it");
    }
    let Some(mut walk) = Walk::start(setup, origin, imaged, from, acknowledged)? else { return Ok(None) };
    // What no head acknowledges was never answered for: it is judged as if it came in anew.
    let known = walk.found.imaged;
    let open = |first: u64, entries: &[&[u8]]| -> Vec<CheckedEntry> {
        let each = (first..).zip(entries).map(|(seq, bytes)| match seq {
            _ if seq >= acknowledged => CheckedEntry::check(bytes),
            _ if seq >= known => CheckedEntry::own(bytes),
            _ => CheckedEntry::hashed(bytes),
        });
        each.collect()
    };
    let read = scan(store, from, to, &open, &mut |seq, entry| walk.take(seq, &entry));
    if walk.misfit {
        return Ok(None);
    }
    let good = walk.found.frontier.size();
    let diverged = |what| Err(OpenError::Diverged { what, good, size: acknowledged.max(good) });
    if let Some(what) = walk.broken {
        return diverged(what);
    }
    if let Some(error) = walk.fault.map_or(read, Err).err() {
        if error.is_of_the_machine() {
            return Err(error.into());
        }
        return diverged(error.to_string());
    }
    match (head, walk.root_at_head) {
        (Some(head), None) => {
            return diverged(format!("it has {good} entries, the last head {}", head.size));
        }
        (Some(head), Some(root)) if root != head.root => {
            return diverged(format!("its first {} entries make another root than the head's", head.size));
        }
        _ => {}
    }
    if !walk.fits {
        return Ok(None);
    }
    let mut found = walk.found;
    let open: Vec<_> = found.rows.open().map(|(row, bytes)| (row, bytes.to_vec())).collect();
    for (row, bytes) in open {
        if differs(store, row, &bytes)? {
            found.wrong_rows.push((row, bytes));
        }
    }
    Ok(Some(found))
}

struct Walk<'a> {
    store: &'a dyn Store,
    acknowledged: u64,
    /// The image's position; the log must have the same chain hash there.
    image: Option<(u64, ChainHash)>,
    fits: bool,
    /// Whether the log has another chain hash there.
    misfit: bool,
    root_at_head: Option<Hash>,
    broken: Option<String>,
    fault: Option<StoreError>,
    found: Retraced,
}

impl<'a> Walk<'a> {
    fn start(
        setup: &'a Setup,
        origin: &Origin,
        imaged: Imaged,
        from: u64,
        acknowledged: u64,
    ) -> Result<Option<Self>, OpenError> {
        let store = &*setup.store;
        let mut chain = ChainHash::of_origin(origin);
        let (mut frontier, mut rows) = (Frontier::default(), TileRows::default());
        if from > 0 {
            let before = read_entry(store, from - 1).ok().flatten();
            let reader = Reader::new(setup.store.clone());
            let stored = Frontier::from_nodes(&TileNodes::new(&reader, from), from);
            let (Some(before), Ok(stored), Ok(Some(open))) = (before, stored, TileRows::stored(store, from))
            else {
                return Ok(None);
            };
            (chain, frontier, rows) = (ChainHash::of_entry(&before), stored, open);
        }
        let size = imaged.state.size();
        let position = imaged.chain.map(|chain| (size, chain));
        let found = Retraced {
            from,
            frontier,
            chain,
            rows,
            wrong_rows: Vec::new(),
            state: imaged.state,
            imaged: size,
        };
        Ok(Some(Self {
            store,
            acknowledged,
            fits: position.is_none_or(|position| position == (from, chain)),
            misfit: false,
            image: position,
            root_at_head: None,
            broken: None,
            fault: None,
            found,
        }))
    }

    fn take(&mut self, seq: u64, entry: &CheckedEntry) -> ControlFlow<()> {
        let found = &mut self.found;
        if !entry.follows(&found.chain) {
            self.broken = Some(format!("entry {seq} does not name the hash of the entry before it"));
            return ControlFlow::Break(());
        }
        if seq == found.state.size() {
            let applied = if seq < self.acknowledged {
                entry.retrace(&mut found.state)
            } else {
                entry.follow(&mut found.state, &found.chain)
            };
            if let Err(finding) = applied {
                self.broken = Some(finding.to_string());
                return ControlFlow::Break(());
            }
        }
        found.chain = entry.chain();
        let rows = &mut found.rows;
        found.frontier.append(entry.leaf(), |node| rows.push(node));
        let size = seq + 1;
        if size == self.acknowledged {
            self.root_at_head = Some(found.frontier.root());
        }
        if let Some((_, chain)) = self.image.filter(|(place, _)| *place == size) {
            self.fits = chain == found.chain;
            self.misfit = !self.fits;
            if self.misfit {
                return ControlFlow::Break(());
            }
        }
        for (row, bytes) in found.rows.take_full() {
            match differs(self.store, row, &bytes) {
                Ok(false) => {}
                Ok(true) => found.wrong_rows.push((row, bytes)),
                Err(error) => {
                    self.fault = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// Whether a stored row is not what the entries make; hashes beyond them are no fault.
fn differs(store: &dyn Store, (level, index): (u8, u64), bytes: &[u8]) -> Result<bool, StoreError> {
    let stored = store.value(&keys::tile(level, index))?;
    Ok(stored.is_none_or(|stored| !stored.starts_with(bytes)))
}
