//! The log's bytes: entries in a BLAKE3 chain, an RFC 6962 tree over them, and its published forms.
//!
//! Pure: hashes are asked of a [`NodeSource`] or [`TileSource`]; where they lie is for others.
//!
//! **A BLAKE3 chain and an RFC 6962 tree over the same entries.** The chain makes the log one thread whose
//! every entry names the one before; the tree is what every C2SP tool and witness speaks, and gives short
//! proofs.

mod checkpoint;
mod entry;
mod frontier;
mod merkle;
mod note;
mod origin;
mod receipt;
mod tile;

pub use checkpoint::{BadCheckpoint, Checkpoint, SignedCheckpoint};
pub use entry::{ChainHash, Entry, MalformedEntry};
pub use frontier::{Frontier, TileNode};
pub use merkle::{
    BadProof, Hash, MalformedHash, NodeSource, consistency_proof, empty_root, inclusion_proof, leaf_hash,
    node_hash, root, verify_consistency, verify_inclusion,
};
pub use note::{
    BadNote, Note, NoteSignature, VerifiedSignature, VerifierKey, cosignature_line, signature_line,
};
pub use origin::{MalformedOrigin, Origin};
pub use receipt::{BadReceipt, Receipt, VerifiedReceipt};
pub use tile::{
    BundleId, FoldedTile, MalformedBundle, MalformedPath, TileId, TileNodes, TileSource, encode_bundle,
    parse_bundle, readable_entries,
};
