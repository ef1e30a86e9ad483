//! Reading what is published: entries, tiles, proofs and receipts.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::Snapshot;
use crate::limits;
use crate::log::{
    BundleId, FoldedTile, Hash, Receipt, TileId, TileNodes, TileSource, consistency_proof, encode_bundle,
    inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};
use crate::store::{Store, StoreError, keys, read_entry, read_range};

/// Reads a store. Callers stay below the published size: what lies above it may not last.
#[derive(Clone)]
pub struct Reader {
    store: Arc<dyn Store>,
    folded: Arc<Mutex<BTreeMap<(u8, u64, u16), Arc<FoldedTile>>>>,
}

/// Folded tiles kept at hand: receipts of one commit share theirs.
const FOLDED_TILES: usize = 256;

/// What is stored cannot be read, or does not prove what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A tile's row is missing or short.
    #[error("the stored row of {0} is missing or short: stop the ledger and run `tinnhiem fsck`")]
    Tile(String),
    /// A proof does not verify.
    #[error("the stored hashes do not prove entry {0}: stop the ledger and run `tinnhiem fsck`")]
    Proof(u64),
}

impl ReadError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Tile(_) => "tile.row",
            Self::Proof(_) => "proof.stored",
        }
    }
}

impl Reader {
    /// Reads this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, folded: Arc::default() }
    }

    /// The bytes of an entry; none beyond the end.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn entry(&self, seq: u64) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(read_entry(&*self.store, seq)?)
    }

    /// Shows `each` the entries from `from` up to but not including `to`.
    ///
    /// # Errors
    /// [`ReadError::Store`].
    pub fn entries(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        Ok(read_range(&*self.store, from, to, each)?)
    }

    /// The bytes of a tile.
    ///
    /// # Errors
    /// [`ReadError::Tile`] when its row is missing or short.
    pub fn tile(&self, tile: &TileId) -> Result<Vec<u8>, ReadError> {
        let bytes = 32 * usize::from(tile.width);
        let mut row = self.store.value(&keys::tile(tile.level, tile.index))?.unwrap_or_default();
        if row.len() < bytes {
            return Err(ReadError::Tile(tile.path()));
        }
        row.truncate(bytes);
        Ok(row)
    }

    /// The bytes of a bundle of entries.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn bundle(&self, bundle: &BundleId) -> Result<Vec<u8>, ReadError> {
        let first = bundle.first_seq();
        let mut entries: Vec<Vec<u8>> = Vec::with_capacity(usize::from(bundle.width));
        self.entries(first, first + u64::from(bundle.width), &mut |_, entry| {
            entries.push(entry.to_vec());
            ControlFlow::Continue(())
        })?;
        if entries.len() < usize::from(bundle.width) {
            return Err(ReadError::Tile(bundle.path()));
        }
        Ok(encode_bundle(entries.iter().map(Vec::as_slice)))
    }

    /// The proof that the entry at `seq` stands in the first `size` entries.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn inclusion(&self, size: u64, seq: u64) -> Result<Vec<Hash>, ReadError> {
        inclusion_proof(&TileNodes::new(self, size), size, seq)
    }

    /// The proof that the first `to` entries begin with the first `from`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, ReadError> {
        let nodes = TileNodes::new(self, to);
        let proof = consistency_proof(&nodes, from, to)?;
        let (old, new) = (self.root(from)?, self.root(to)?);
        verify_consistency(from, &old, to, &new, &proof).map_err(|_| ReadError::Proof(from))?;
        Ok(proof)
    }

    /// The root over the first `size` entries.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn root(&self, size: u64) -> Result<Hash, ReadError> {
        crate::log::root(&TileNodes::new(self, size), size)
    }

    /// The receipt of an entry against the published checkpoint; its proof has been verified.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::Proof`] when what is stored does not prove it.
    pub fn receipt(&self, snapshot: &Snapshot, seq: u64) -> Result<Receipt, ReadError> {
        let entry = self.entry(seq)?.ok_or(ReadError::Proof(seq))?;
        self.receipt_of(snapshot, seq, entry)
    }

    /// The same of an entry whose bytes are at hand.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::Proof`] when what is stored does not prove these bytes.
    pub fn receipt_of(&self, snapshot: &Snapshot, seq: u64, entry: Vec<u8>) -> Result<Receipt, ReadError> {
        let checkpoint = snapshot.checkpoint.checkpoint();
        let proof = self.inclusion(checkpoint.size, seq)?;
        verify_inclusion(checkpoint.size, seq, &leaf_hash(&entry), &proof, &checkpoint.root)
            .map_err(|_| ReadError::Proof(seq))?;
        Ok(Receipt { entry, index: seq, proof, checkpoint: snapshot.checkpoint.note().to_owned() })
    }
}

impl TileSource for Reader {
    type Error = ReadError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ReadError> {
        let width = width.min(limits::TILE_WIDTH as u16);
        let row = self.tile(&TileId { level, index, width })?;
        let hash = |chunk: &[u8]| Hash::from_bytes(chunk.try_into().unwrap_or([0; 32]));
        Ok(row.chunks_exact(32).map(hash).collect())
    }

    fn folded(&self, level: u8, index: u64, width: u16) -> Result<Arc<FoldedTile>, ReadError> {
        let tile = (level, index, width);
        let kept = || self.folded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folded) = kept().get(&tile) {
            return Ok(folded.clone());
        }
        let folded = Arc::new(FoldedTile::of(self.hashes(level, index, width)?));
        let mut kept = kept();
        if kept.len() >= FOLDED_TILES {
            kept.clear();
        }
        kept.insert(tile, folded.clone());
        Ok(folded)
    }
}
