//! Published tiles against the hashes that the entries themselves make.

use std::collections::BTreeMap;

use super::{Finding, Place};
use crate::limits;
use crate::log::{Hash, TileId, TileNode};

/// Collects the hashes of every tile as entries are taken, and compares published tiles with them.
#[derive(Debug, Default)]
pub struct TileAudit {
    expected: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl TileAudit {
    /// Notes a hash that the entries fix.
    pub fn expect(&mut self, node: TileNode) {
        let tile = (node.level, node.index / limits::TILE_WIDTH);
        self.expected.entry(tile).or_default().push(node.hash);
    }

    /// The hashes that a tile must have, as far as the entries taken fix them.
    pub fn expected(&self, level: u8, index: u64) -> &[Hash] {
        self.expected.get(&(level, index)).map_or(&[], |hashes| hashes.as_slice())
    }

    /// Compares a published tile; none when it is right.
    pub fn check(&self, tile: &TileId, body: &[u8]) -> Option<Finding> {
        let expected = self.expected(tile.level, tile.index);
        let width = usize::from(tile.width);
        let place = || Place::Tile(tile.path());
        if body.len() != width * 32 {
            let what = format!("it has {} bytes instead of {}", body.len(), width * 32);
            return Some(Finding::new(place(), "tile.length", what));
        }
        let wrong = body
            .chunks_exact(32)
            .enumerate()
            .find(|(at, hash)| expected.get(*at).is_none_or(|expected| expected.as_bytes() != hash));
        wrong.map(|(at, _)| {
            Finding::new(place(), "tile.hash", format!("hash {at} is not the one its entries make"))
        })
    }

    /// Every tile the entries make, with its width.
    pub fn tiles(&self) -> impl Iterator<Item = TileId> {
        self.expected.iter().map(|((level, index), hashes)| TileId {
            level: *level,
            index: *index,
            width: hashes.len() as u16,
        })
    }
}
