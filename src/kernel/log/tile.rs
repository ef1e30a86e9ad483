//! C2SP tlog-tiles: how the tree and its entries are published as immutable files.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::merkle::{Hash, NodeSource, node_hash};
use crate::limits;

const WIDTH: u64 = limits::TILE_WIDTH;
/// Tiles that a reader keeps at hand while it folds.
const CACHED: usize = 64;

/// A tile of hashes: `tile/<L>/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// The tile level, 0 to 7.
    pub level: u8,
    /// Its number within the level.
    pub index: u64,
    /// How many hashes it holds, 1 to 256.
    pub width: u16,
}

/// A bundle of entries: `tile/entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    /// Its number.
    pub index: u64,
    /// How many entries it holds, 1 to 256.
    pub width: u16,
}

/// The path names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a tile's path, such as tile/0/x001/067.p/5 or tile/entries/000 (C2SP tlog-tiles)")]
pub struct MalformedPath;

impl MalformedPath {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "tile.path"
    }
}

impl TileId {
    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, number_path(self.index, self.width))
    }

    /// Reads the part of the path after `tile/`.
    ///
    /// # Errors
    /// [`MalformedPath`].
    pub fn parse(path: &str) -> Result<Self, MalformedPath> {
        let (level, rest) = path.split_once('/').ok_or(MalformedPath)?;
        let level = canonical(level).filter(|level| *level < 64).ok_or(MalformedPath)? as u8;
        let (index, width) = parse_number(rest)?;
        Ok(Self { level, index, width })
    }

    /// The tile's own width in a log of `size` entries; none when it is not published.
    pub fn width_at(level: u8, index: u64, size: u64) -> Option<u16> {
        let hashes = size.checked_shr(u32::from(level) * 8).unwrap_or(0);
        let width = hashes.saturating_sub(index.checked_mul(WIDTH)?).min(WIDTH);
        (width > 0).then_some(width as u16)
    }

    /// Whether a log of `size` entries can publish this tile.
    pub fn exists_at(&self, size: u64) -> bool {
        Self::width_at(self.level, self.index, size).is_some_and(|width| self.width <= width)
    }

    /// Every tile of a log of `size` entries, by level and number.
    pub fn of_size(size: u64) -> impl Iterator<Item = TileId> {
        (0..8u8).flat_map(move |level| {
            let mut index = 0;
            std::iter::from_fn(move || {
                let width = Self::width_at(level, index, size)?;
                index += 1;
                Some(TileId { level, index: index - 1, width })
            })
        })
    }
}

impl BundleId {
    /// The path below the log's prefix.
    pub fn path(&self) -> String {
        format!("tile/entries/{}", number_path(self.index, self.width))
    }

    /// Reads the part of the path after `tile/entries/`.
    ///
    /// # Errors
    /// [`MalformedPath`].
    pub fn parse(path: &str) -> Result<Self, MalformedPath> {
        parse_number(path).map(|(index, width)| Self { index, width })
    }

    /// Every bundle of a log of `size` entries.
    pub fn of_size(size: u64) -> impl DoubleEndedIterator<Item = BundleId> {
        (0..size.div_ceil(WIDTH))
            .map(move |index| BundleId { index, width: (size - index * WIDTH).min(WIDTH) as u16 })
    }

    /// The seq of its first entry.
    pub fn first_seq(&self) -> u64 {
        self.index.saturating_mul(WIDTH)
    }

    /// Whether a log of `size` entries has all of its entries.
    pub fn exists_at(&self, size: u64) -> bool {
        self.first_seq().checked_add(u64::from(self.width)).is_some_and(|end| end <= size)
    }
}

fn number_path(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if u64::from(width) < WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

fn parse_number(path: &str) -> Result<(u64, u16), MalformedPath> {
    let (number, width) = match path.split_once(".p/") {
        Some((number, width)) => {
            let width = canonical(width).filter(|width| (1..WIDTH).contains(width));
            (number, width.ok_or(MalformedPath)? as u16)
        }
        None => (path, WIDTH as u16),
    };
    let mut index: u64 = 0;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MalformedPath);
        }
        let value = digits.parse::<u64>().map_err(|_| MalformedPath)?;
        index = index.checked_mul(1000).and_then(|index| index.checked_add(value)).ok_or(MalformedPath)?;
    }
    // Only the one canonical form is accepted, so that no cache holds a tile under two names.
    if number_path(index, width) == path { Ok((index, width)) } else { Err(MalformedPath) }
}

fn canonical(text: &str) -> Option<u64> {
    let plain = text == "0" || text.as_bytes().first().is_some_and(|byte| (b'1'..=b'9').contains(byte));
    text.parse().ok().filter(|_| plain)
}

/// The bytes of a bundle: repeated `u16be length ‖ entry`.
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bundle = Vec::new();
    for entry in entries {
        bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    bundle
}

/// The bytes are not a bundle of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("entry {0} of the bundle is cut off, empty, too long, or one too many")]
pub struct MalformedBundle(pub usize);

impl MalformedBundle {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "tile.bundle"
    }
}

/// Takes a bundle apart.
///
/// # Errors
/// [`MalformedBundle`] with the place of the first entry that cannot be read.
pub fn parse_bundle(bundle: &[u8]) -> Result<Vec<&[u8]>, MalformedBundle> {
    match readable_entries(bundle) {
        (entries, None) => Ok(entries),
        (_, Some(malformed)) => Err(malformed),
    }
}

/// The entries of a bundle up to the first that cannot be read, and which that is.
pub fn readable_entries(bundle: &[u8]) -> (Vec<&[u8]>, Option<MalformedBundle>) {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let split = rest.split_at_checked(2).and_then(|(length, after)| {
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            after.split_at_checked(length)
        });
        match split {
            Some((entry, after))
                if !entry.is_empty()
                    && entry.len() <= limits::ENTRY_BYTES
                    && (entries.len() as u64) < WIDTH =>
            {
                entries.push(entry);
                rest = after;
            }
            _ => {
                let malformed = MalformedBundle(entries.len());
                return (entries, Some(malformed));
            }
        }
    }
    (entries, None)
}

/// Where the hashes of tiles come from.
pub trait TileSource {
    /// What fetching may fail with.
    type Error;

    /// At least the first `width` hashes of a tile.
    ///
    /// # Errors
    /// The source's own; a tile with fewer hashes is one.
    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Self::Error>;

    /// The first `width` hashes of a tile and what they fold into; a source may keep it at hand.
    ///
    /// # Errors
    /// As [`TileSource::hashes`].
    fn folded(&self, level: u8, index: u64, width: u16) -> Result<Arc<FoldedTile>, Self::Error> {
        Ok(Arc::new(FoldedTile::of(self.hashes(level, index, width)?)))
    }
}

/// The hashes of a tile and, above them, the nodes of the tree that they are enough for.
#[derive(Debug)]
pub struct FoldedTile {
    rows: Vec<Vec<Hash>>,
}

impl FoldedTile {
    /// Folds the hashes of a tile.
    pub fn of(hashes: Vec<Hash>) -> Self {
        let mut rows = vec![hashes];
        while let Some(below) = rows.last().filter(|below| below.len() > 1) {
            let pairs = below.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1]));
            rows.push(pairs.collect());
        }
        Self { rows }
    }

    /// The node so many levels above the tile's hashes, at a place of its own level.
    fn node(&self, within: u8, place: usize) -> Option<Hash> {
        self.rows.get(usize::from(within))?.get(place).copied()
    }
}

/// The nodes of a tree of `size` leaves, folded out of its tiles.
pub struct TileNodes<'a, T> {
    source: &'a T,
    size: u64,
    cache: Mutex<BTreeMap<(u8, u64), Arc<FoldedTile>>>,
}

impl<'a, T: TileSource> TileNodes<'a, T> {
    /// The nodes of the first `size` leaves.
    pub fn new(source: &'a T, size: u64) -> Self {
        Self { source, size, cache: Mutex::new(BTreeMap::new()) }
    }
}

impl<T: TileSource> NodeSource for TileNodes<'_, T> {
    type Error = T::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, T::Error> {
        // A complete node `within` levels above its tile's hashes is folded from 2^within of them.
        let (tile_level, within) = (level / 8, level % 8);
        let first = index << within;
        let (tile, start) = (first / WIDTH, (first % WIDTH) as usize);
        let width = TileId::width_at(tile_level, tile, self.size).unwrap_or(WIDTH as u16);
        let mut cache = self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cache.len() >= CACHED {
            cache.clear();
        }
        let folded = match cache.entry((tile_level, tile)) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(self.source.folded(tile_level, tile, width)?)
            }
        };
        Ok(folded.node(within, start >> within).unwrap_or_else(super::merkle::empty_root))
    }
}
