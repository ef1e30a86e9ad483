//! Tiles of a ledger elsewhere, as proofs are made from them.

use serde::Deserialize;

use super::http::ClientError;
use super::source::Source;
use crate::ledger::{Identity, rotated_to};
use crate::limits;
use crate::log::{BundleId, Hash, SignedCheckpoint, TileId, TileSource, VerifierKey, parse_bundle};

/// The tiles of a log of so many entries. Called from the threads of a runtime of several.
pub struct SourceTiles<'a> {
    source: &'a Source,
    size: u64,
}

impl<'a> SourceTiles<'a> {
    /// Of a checkpoint of this size.
    pub fn new(source: &'a Source, size: u64) -> Self {
        Self { source, size }
    }
}

impl TileSource for SourceTiles<'_> {
    type Error = ClientError;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ClientError> {
        // The tile is published in the width that it has at this size.
        let published = TileId::width_at(level, index, self.size).unwrap_or(width);
        let path = TileId { level, index, width: published }.path();
        let fetch = self.source.bytes(&path, 32 * limits::TILE_WIDTH as usize);
        let bytes = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(fetch))?;
        let hash = |chunk: &[u8]| Hash::from_bytes(chunk.try_into().unwrap_or([0; 32]));
        let hashes: Vec<Hash> = bytes.chunks_exact(32).map(hash).take(usize::from(width)).collect();
        if hashes.len() < usize::from(width) {
            return Err(ClientError::Unreadable(path, "it holds fewer hashes than it should".to_owned()));
        }
        Ok(hashes)
    }
}

/// The keys of a log, by the word of the ledger that is asked.
#[derive(Deserialize)]
struct OwnKeys {
    log_vkey: String,
    former_vkeys: Vec<FormerKey>,
}

#[derive(Deserialize)]
struct FormerKey {
    vkey: String,
}

impl Source {
    /// The newest checkpoint's note, unverified.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn checkpoint(&self) -> Result<String, ClientError> {
        self.text("checkpoint").await
    }

    /// The key that the log's first entry names, which is the ledger's own word.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn first_vkey(&self) -> Result<VerifierKey, ClientError> {
        let note = self.checkpoint().await?;
        let unreadable = |what: String| ClientError::Unreadable("checkpoint".to_owned(), what);
        let claim = SignedCheckpoint::claim(&note).map_err(|error| unreadable(error.to_string()))?;
        let bundle = BundleId { index: 0, width: claim.size.clamp(1, limits::TILE_WIDTH) as u16 };
        let most = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;
        let bytes = self.bytes(&bundle.path(), most).await?;
        let entries = parse_bundle(&bytes).map_err(|error| unreadable(error.to_string()))?;
        let identity = Identity::of(entries.first().copied().unwrap_or_default()).map_err(unreadable)?;
        Ok(identity.log_vkey)
    }

    /// Every key that the log is known to have had, by its own word: the first, and those that it was rotated to.
    /// Fewer where that cannot be read.
    pub async fn log_keys(&self) -> Vec<VerifierKey> {
        let first = self.first_vkey().await.ok();
        let later = match self {
            Self::Running(client) => match client.json::<OwnKeys>("/v1/ledger").await {
                Ok(ledger) => {
                    let former = ledger.former_vkeys.iter().map(|one| &one.vkey);
                    former.chain([&ledger.log_vkey]).filter_map(|key| key.parse().ok()).collect()
                }
                Err(_) => Vec::new(),
            },
            Self::Folder(_) => self.rotated_keys(first.as_ref()).await.unwrap_or_default(),
        };
        let mut keys: Vec<VerifierKey> = Vec::new();
        for key in first.into_iter().chain(later) {
            if !keys.iter().any(|one| one.to_string() == key.to_string()) {
                keys.push(key);
            }
        }
        keys
    }

    /// The keys that the entries of an export rotate to; they are not looked through where the first signed last.
    async fn rotated_keys(&self, first: Option<&VerifierKey>) -> Option<Vec<VerifierKey>> {
        let note = self.checkpoint().await.ok()?;
        if first.is_some_and(|key| SignedCheckpoint::open(&note, key).is_ok()) {
            return None;
        }
        let claim = SignedCheckpoint::claim(&note).ok()?;
        let most = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;
        let mut keys = Vec::new();
        for index in 0..claim.size.div_ceil(limits::TILE_WIDTH) {
            let width = (claim.size - index * limits::TILE_WIDTH).min(limits::TILE_WIDTH) as u16;
            let bytes = self.bytes(&BundleId { index, width }.path(), most).await.ok()?;
            let entries = parse_bundle(&bytes).ok()?;
            let rotated = entries.iter().filter_map(|entry| rotated_to(entry));
            keys.extend(rotated.map(|key| VerifierKey::ed25519(claim.origin.as_str(), key)));
        }
        Some(keys)
    }
}
