//! The right edge of a growing tree: all that appending needs.

use super::merkle::{Hash, NodeSource, empty_root, node_hash};

/// A tree of any size, held as the roots of its complete subtrees, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// A hash that tiles publish: level 0 holds leaves, each level above one hash per full tile below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileNode {
    /// The tile level; one is eight levels of the tree.
    pub level: u8,
    /// Its place within the level.
    pub index: u64,
    /// The hash.
    pub hash: Hash,
}

impl Frontier {
    /// The edge of the tree whose nodes `source` has.
    ///
    /// # Errors
    /// The source's own.
    pub fn from_nodes<S: NodeSource>(source: &S, size: u64) -> Result<Self, S::Error> {
        let mut peaks = Vec::new();
        let mut at = 0;
        for level in (0..64u8).rev().filter(|level| size >> level & 1 == 1) {
            peaks.push(source.node(level, at >> level)?);
            at += 1 << level;
        }
        Ok(Self { size, peaks })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The tree's root.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let last = peaks.next().copied().unwrap_or_else(empty_root);
        peaks.fold(last, |right, left| node_hash(left, &right))
    }

    /// Adds a leaf; tells `completed` each tile hash that is now fixed, the leaf itself first.
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(TileNode)) {
        let index = self.size;
        completed(TileNode { level: 0, index, hash: leaf });
        let mut hash = leaf;
        // Each trailing one bit of the old size is a complete subtree that the new leaf completes.
        for level in 1..=index.trailing_ones() as u8 {
            let left = self.peaks.pop().unwrap_or(hash);
            hash = node_hash(&left, &hash);
            if level.is_multiple_of(8) {
                completed(TileNode { level: level / 8, index: index >> level, hash });
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }
}
