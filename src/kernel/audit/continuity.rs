//! Whether a log still is the one that was seen before: what checkpoints and receipts of earlier days prove.
//!
//! A checkpoint's tree holds one root over the entries before any place and one leaf at it; tiles only help
//! to compute them, and what they give is proven against the checkpoint before anything is said.

use super::{Finding, Place};
use crate::log::{
    BadCheckpoint, Checkpoint, Frontier, Hash, NodeSource, Receipt, SignedCheckpoint, TileNodes, TileSource,
    VerifierKey, consistency_proof, inclusion_proof, leaf_hash, verify_consistency, verify_inclusion,
};

/// What somebody kept of a log: a checkpoint, and of a receipt the entry too.
#[derive(Debug, Clone)]
pub struct Known {
    /// Where it is kept.
    pub name: String,
    /// The checkpoint.
    pub signed: SignedCheckpoint,
    /// The place and leaf hash of an entry.
    pub entry: Option<(u64, Hash)>,
}

/// Why nothing can be said of something that was kept.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {why}")]
pub struct Unusable {
    name: String,
    why: String,
}

impl Known {
    /// A saved checkpoint that one of the log's keys signed.
    ///
    /// # Errors
    /// [`Unusable`]: it is not this log's.
    pub fn checkpoint(name: &str, note: &str, keys: &[VerifierKey]) -> Result<Self, Unusable> {
        let signed = opened(note, keys).map_err(|error| unusable(name, &error))?;
        Ok(Self { name: name.to_owned(), signed, entry: None })
    }

    /// A receipt whose proof holds, under a checkpoint that one of the log's keys signed.
    ///
    /// # Errors
    /// [`Unusable`]: it proves nothing about this log.
    pub fn receipt(name: &str, text: &str, keys: &[VerifierKey]) -> Result<Self, Unusable> {
        let receipt = Receipt::parse(text).map_err(|error| unusable(name, &error))?;
        let signed = opened(&receipt.checkpoint, keys).map_err(|error| unusable(name, &error))?;
        let (seq, leaf, of) = (receipt.index, leaf_hash(&receipt.entry), signed.checkpoint());
        verify_inclusion(of.size, seq, &leaf, &receipt.proof, &of.root)
            .map_err(|error| unusable(name, &error))?;
        Ok(Self { name: name.to_owned(), signed, entry: Some((seq, leaf)) })
    }

    /// What is wrong with a log of which `own` is a checkpoint, for who kept this.
    ///
    /// # Errors
    /// The tiles' own; an empty place where they do not prove what they say is a finding.
    pub fn findings<T: TileSource>(&self, tiles: &T, own: &Checkpoint) -> Result<Vec<Finding>, T::Error> {
        let place = || Place::File(self.name.clone());
        let known = self.signed.checkpoint();
        let mut found = Vec::new();
        match compare(tiles, own, known)? {
            Relation::Same | Relation::Extends => {}
            Relation::Behind => {
                let what = format!(
                    "the log signed {} entries, and {} are shown: it was rolled back, or its end is hidden. The note is the evidence: {}",
                    known.size,
                    own.size,
                    self.signed.note()
                );
                found.push(Finding::new(place(), "log.rolled_back", what));
            }
            Relation::Forked => {
                let what = format!(
                    "the log signed another history of {} entries than the one that is shown. The note is the evidence: {}",
                    known.size,
                    self.signed.note()
                );
                found.push(Finding::new(place(), "log.forked", what));
            }
            Relation::Unproven => {
                let what = format!(
                    "the tiles do not prove what lies between {} and {} entries",
                    known.size, own.size
                );
                found.push(Finding::new(place(), "log.unproven", what));
            }
        }
        if let Some((seq, leaf)) = self.entry
            && (seq >= own.size || leaf_at(tiles, own, seq)? != Some(leaf))
        {
            let what = format!("entry {seq}, of which this is the receipt, is not in the log at its place");
            found.push(Finding::new(place(), "receipt.dropped", what));
        }
        Ok(found)
    }
}

fn unusable(name: &str, error: &dyn std::fmt::Display) -> Unusable {
    Unusable { name: name.to_owned(), why: error.to_string() }
}

fn opened(note: &str, keys: &[VerifierKey]) -> Result<SignedCheckpoint, BadCheckpoint> {
    let opened = keys.iter().map(|key| SignedCheckpoint::open(note, key));
    opened.reduce(Result::or).unwrap_or(Err(BadCheckpoint::Malformed))
}

/// How a log's checkpoint stands to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Same size and root.
    Same,
    /// It begins with all that the other is of.
    Extends,
    /// The other is of more entries.
    Behind,
    /// Two histories.
    Forked,
    /// The tiles prove nothing.
    Unproven,
}

/// How `own`, whose tiles are at hand, stands to `known`.
///
/// # Errors
/// The tiles' own.
pub fn compare<T: TileSource>(tiles: &T, own: &Checkpoint, known: &Checkpoint) -> Result<Relation, T::Error> {
    if known.size > own.size {
        return Ok(Relation::Behind);
    }
    if known.size == own.size {
        return Ok(if known.root == own.root { Relation::Same } else { Relation::Forked });
    }
    Ok(match root_before(tiles, own, known.size)? {
        Some(root) if root == known.root => Relation::Extends,
        Some(_) => Relation::Forked,
        None => Relation::Unproven,
    })
}

/// The root over the first `size` entries in a checkpoint's tree; none where the tiles do not prove it.
fn root_before<T: TileSource>(tiles: &T, of: &Checkpoint, size: u64) -> Result<Option<Hash>, T::Error> {
    let nodes = TileNodes::new(tiles, of.size);
    let root = Frontier::from_nodes(&nodes, size)?.root();
    let proof = if size == 0 { Vec::new() } else { consistency_proof(&nodes, size, of.size)? };
    Ok(verify_consistency(size, &root, of.size, &of.root, &proof).is_ok().then_some(root))
}

/// The leaf at a place in a checkpoint's tree; none where the tiles do not prove it.
fn leaf_at<T: TileSource>(tiles: &T, of: &Checkpoint, seq: u64) -> Result<Option<Hash>, T::Error> {
    let nodes = TileNodes::new(tiles, of.size);
    let leaf = nodes.node(0, seq)?;
    let proof = inclusion_proof(&nodes, of.size, seq)?;
    Ok(verify_inclusion(of.size, seq, &leaf, &proof, &of.root).is_ok().then_some(leaf))
}
