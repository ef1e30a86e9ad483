//! The rows of tile hashes at the right edge of the tree, as they are stored.

use std::collections::BTreeMap;

use crate::limits;
use crate::log::TileNode;
use crate::store::{Batch, Store, StoreError, keys};

/// Rows that are growing, one per tile level, and rows that became full.
#[derive(Debug, Clone, Default)]
pub(super) struct TileRows {
    open: BTreeMap<u8, Row>,
    full: Vec<((u8, u64), Vec<u8>)>,
}

#[derive(Debug, Clone)]
struct Row {
    index: u64,
    bytes: Vec<u8>,
    touched: bool,
}

impl TileRows {
    /// The growing rows of a tree of `size` leaves; none when one of them is not stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn stored(store: &dyn Store, size: u64) -> Result<Option<Self>, StoreError> {
        let mut rows = Self::default();
        for level in 0..8u8 {
            let hashes = size >> (8 * u32::from(level));
            let (index, width) = (hashes / limits::TILE_WIDTH, (hashes % limits::TILE_WIDTH) as usize);
            if width == 0 {
                continue;
            }
            let mut bytes = store.value(&keys::tile(level, index))?.unwrap_or_default();
            if bytes.len() < 32 * width {
                return Ok(None);
            }
            bytes.truncate(32 * width);
            rows.open.insert(level, Row { index, bytes, touched: false });
        }
        Ok(Some(rows))
    }

    /// Adds the next hash of a level.
    pub(super) fn push(&mut self, node: TileNode) {
        let index = node.index / limits::TILE_WIDTH;
        let row = self.open.entry(node.level).or_insert(Row { index, bytes: Vec::new(), touched: true });
        row.bytes.extend_from_slice(node.hash.as_bytes());
        row.touched = true;
        if row.bytes.len() as u64 == 32 * limits::TILE_WIDTH
            && let Some(row) = self.open.remove(&node.level)
        {
            self.full.push(((node.level, row.index), row.bytes));
        }
    }

    /// Takes the rows that became full since they were last taken.
    pub(super) fn take_full(&mut self) -> Vec<((u8, u64), Vec<u8>)> {
        std::mem::take(&mut self.full)
    }

    /// The rows that are not full.
    pub(super) fn open(&self) -> impl Iterator<Item = ((u8, u64), &[u8])> {
        self.open.iter().map(|(level, row)| ((*level, row.index), row.bytes.as_slice()))
    }

    /// Puts every row that changed since the last call into a batch.
    pub(super) fn put_changed(&mut self, batch: &mut Batch) {
        for ((level, index), bytes) in self.take_full() {
            batch.put(keys::tile(level, index), bytes);
        }
        for (level, row) in self.open.iter_mut().filter(|(_, row)| row.touched) {
            batch.put(keys::tile(*level, row.index), row.bytes.as_slice());
            row.touched = false;
        }
    }
}
