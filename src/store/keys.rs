//! The keys: one byte for the table, then big-endian numbers, so that order is the log's order.

const ENTRIES: u8 = 1;
const TILES: u8 = 2;

/// The pack of entries whose first is at `seq`.
pub fn pack(seq: u64) -> Vec<u8> {
    [&[ENTRIES], &seq.to_be_bytes()[..]].concat()
}

/// The key above every pack.
pub fn packs_end() -> Vec<u8> {
    vec![ENTRIES + 1]
}

/// The first seq of a pack, from its key.
pub fn pack_seq(key: &[u8]) -> Option<u64> {
    let number = key.strip_prefix(&[ENTRIES])?;
    number.try_into().ok().map(u64::from_be_bytes)
}

/// The row of hashes of a tile, full or not.
pub fn tile(level: u8, index: u64) -> Vec<u8> {
    [&[TILES, level], &index.to_be_bytes()[..]].concat()
}
