//! State written behind: blocks with a checksum, and the log position that they reflect.
//!
//! A block is `16 bytes of BLAKE3 ‖ content`; the header's content begins with the chain hash of the
//! last entry reflected. Whatever does not fit the log is rebuilt from it.

use crate::log::ChainHash;
use crate::state::{BadBlock, BlockId, State};
use crate::store::{Batch, Store, StoreError, keys};

const SUM: usize = 16;
const HEADER: BlockId = BlockId { kind: 0, number: 0 };

/// A stored state and the chain hash of the last entry it reflects.
pub struct Stored {
    /// The state.
    pub state: State,
    /// The hash of entry `state.size() − 1`.
    pub chain: ChainHash,
}

/// Why no stored state can be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A block is missing or damaged.
    #[error(transparent)]
    Block(#[from] BadBlock),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the blocks that changed since `written`.
///
/// # Errors
/// [`StoreError`]: write nothing more.
pub fn write(store: &dyn Store, state: &State, written: &State, chain: &ChainHash) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    for (block, bytes) in state.blocks_since(written) {
        let content = if block == HEADER { [&chain.as_bytes()[..], &bytes].concat() } else { bytes };
        let sum = blake3::hash(&content);
        batch.put(key(block), [&sum.as_bytes()[..SUM], &content].concat());
    }
    store.commit(batch)
}

/// Reads the stored state; none when there is none.
///
/// # Errors
/// [`Unusable`]: rebuild it from the log.
pub fn read(store: &dyn Store) -> Result<Option<Stored>, Unusable> {
    let mut chain = None;
    let state = State::from_blocks(|block| {
        let Some(stored) = store.value(&key(block))? else { return Ok(None) };
        let damaged = BadBlock { block, what: "its checksum is wrong" };
        let (sum, content) = stored.split_at_checked(SUM).ok_or(damaged.clone())?;
        if blake3::hash(content).as_bytes()[..SUM] != *sum {
            return Err(Unusable::Block(damaged));
        }
        if block != HEADER {
            return Ok(Some(content.to_vec()));
        }
        let (hash, content) = content.split_first_chunk::<32>().ok_or(damaged)?;
        chain = Some(ChainHash::from_bytes(*hash));
        Ok(Some(content.to_vec()))
    })?;
    Ok(state.zip(chain).map(|(state, chain)| Stored { state, chain }))
}

fn key(block: BlockId) -> Vec<u8> {
    keys::derived(block.kind, block.number)
}
