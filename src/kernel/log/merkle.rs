//! RFC 6962 Merkle trees: hashes, roots, inclusion and consistency proofs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 hash of the tree, written as standard base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// The text is not the base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a hash: the standard base64 of 32 bytes")]
pub struct MalformedHash;

impl Hash {
    /// A hash read from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = MalformedHash;

    fn from_str(text: &str) -> Result<Self, MalformedHash> {
        let bytes = STANDARD.decode(text).map_err(|_| MalformedHash)?;
        bytes.try_into().map(Self).map_err(|_| MalformedHash)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Hash {
    fn schema_name() -> Cow<'static, str> {
        "Hash".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[A-Za-z0-9+/]{43}=$"})
    }
}

/// The hash of a leaf: SHA-256 of `00 ‖ entry`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of an inner node: SHA-256 of `01 ‖ left ‖ right`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// Where the hashes of complete subtrees come from.
pub trait NodeSource {
    /// What fetching may fail with.
    type Error;

    /// The hash of the complete subtree over leaves `index·2^level` to `(index+1)·2^level − 1`.
    ///
    /// # Errors
    /// The source's own.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// The root of the first `size` leaves.
///
/// # Errors
/// The source's own.
pub fn root<S: NodeSource>(source: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(empty_root()) } else { range_hash(source, 0, size) }
}

/// The proof that leaf `index` is in the tree of `size` leaves; its sibling first.
///
/// Empty when `index` is not below `size`, which proves nothing.
///
/// # Errors
/// The source's own.
pub fn inclusion_proof<S: NodeSource>(source: &S, size: u64, index: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut from, mut to) = (0, size);
    let mut proof = Vec::new();
    if index >= size {
        return Ok(proof);
    }
    while to - from > 1 {
        let middle = from + largest_power_below(to - from);
        if index < middle {
            proof.push(range_hash(source, middle, to)?);
            to = middle;
        } else {
            proof.push(range_hash(source, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `to` leaves begins with the tree of `from` leaves.
///
/// Empty when `from` is 0, equal to `to` or above it.
///
/// # Errors
/// The source's own.
pub fn consistency_proof<S: NodeSource>(source: &S, from: u64, to: u64) -> Result<Vec<Hash>, S::Error> {
    let mut proof = Vec::new();
    if from == 0 || from >= to {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, to);
    // Whether the subtree in hand is the old tree itself, which the verifier knows.
    let mut known = true;
    while end != from {
        let middle = start + largest_power_below(end - start);
        if from <= middle {
            proof.push(range_hash(source, middle, end)?);
            end = middle;
        } else {
            proof.push(range_hash(source, start, middle)?);
            start = middle;
            known = false;
        }
    }
    if !known {
        proof.push(range_hash(source, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The hash over leaves `from` to `to − 1`, where `from` starts a subtree of the tree.
fn range_hash<S: NodeSource>(source: &S, from: u64, to: u64) -> Result<Hash, S::Error> {
    // Complete subtrees from left to right; each is smaller than the one before.
    let mut peaks = Vec::new();
    let mut at = from;
    while at < to {
        let level = (to - at).ilog2() as u8;
        peaks.push(source.node(level, at >> level)?);
        at += 1 << level;
    }
    let last = peaks.pop().unwrap_or_else(empty_root);
    Ok(peaks.iter().rev().fold(last, |right, left| node_hash(left, &right)))
}

/// The largest power of two below `count`, which is at least 2.
fn largest_power_below(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// A proof does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the proof does not lead from the one to the other: ask for it again, and keep both as evidence if it fails again"
)]
pub struct BadProof;

impl BadProof {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "proof.invalid"
    }
}

/// Checks that `leaf` stands at `index` in the tree of `size` leaves with this root (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// [`BadProof`].
pub fn verify_inclusion(
    size: u64,
    index: u64,
    leaf: &Hash,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), BadProof> {
    if index >= size {
        return Err(BadProof);
    }
    let (mut index, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(BadProof);
        }
        if index & 1 == 1 || index == last {
            hash = node_hash(sibling, &hash);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(BadProof) }
}

/// Checks that the tree of `to` leaves begins with the tree of `from` leaves (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// [`BadProof`].
pub fn verify_consistency(
    from: u64,
    from_root: &Hash,
    to: u64,
    to_root: &Hash,
    proof: &[Hash],
) -> Result<(), BadProof> {
    let holds = |holds: bool| if holds { Ok(()) } else { Err(BadProof) };
    if from > to {
        return Err(BadProof);
    }
    if from == to {
        return holds(proof.is_empty() && from_root == to_root);
    }
    if from == 0 {
        return holds(proof.is_empty() && *from_root == empty_root());
    }
    let (first, rest) =
        if from.is_power_of_two() { (from_root, proof) } else { proof.split_first().ok_or(BadProof)? };
    if proof.is_empty() {
        return Err(BadProof);
    }
    let (mut index, mut last) = (from - 1, to - 1);
    while index & 1 == 1 {
        index >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(BadProof);
        }
        if index & 1 == 1 || index == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while index & 1 == 0 && index != 0 {
                index >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        index >>= 1;
        last >>= 1;
    }
    holds(last == 0 && old == *from_root && new == *to_root)
}
