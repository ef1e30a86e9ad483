//! What lies in an export beside what its checkpoint and its entries ask for.
//!
//! An export holds each tile in the one width that the checkpoint's size gives it: whatever else lies among
//! the tiles was left there or put there, and nothing that was signed tells what it is.

use std::path::Path;

use super::export::attachments_path;
use crate::audit::{Attachments, Finding, Place};
use crate::event::Commitment;
use crate::limits;
use crate::log::{BundleId, TileId};

/// What was found beside.
#[derive(Default)]
pub(super) struct Beside {
    pub findings: Vec<Finding>,
    /// Attachments that an entry which cannot be read may name.
    pub unjudged: u64,
}

impl Beside {
    /// Looks through the tiles and the attachments of a folder whose checkpoint has this size. Where not
    /// every entry could be read, attachments may be named that seem not to be.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn of(folder: &Path, size: u64, named: &Attachments, every_entry: bool) -> std::io::Result<Self> {
        let mut found = Self::default();
        found.take_tiles(&files_below(&folder.join("tile"))?, size);
        found.take_attachments(&files_below(&attachments_path(folder))?, named, every_entry);
        Ok(found)
    }

    fn take_tiles(&mut self, files: &[String], size: u64) {
        let mut end = size;
        for file in files {
            match tile_of(file) {
                Some(tile) if TileId::width_at(tile.level, tile.index, size) == Some(tile.width) => {}
                Some(tile) if tile.level == 0 && end_of(&tile) > size => end = end.max(end_of(&tile)),
                _ => {
                    let what = "a log of this size has no such tile or bundle";
                    self.findings.push(Finding::new(place("tile", file), "file.unnamed", what));
                }
            }
        }
        if end > size {
            let what = format!("entries beyond the checkpoint: {}", end - size);
            self.findings.push(Finding::new(Place::Checkpoint, "log.beyond", what));
        }
    }

    fn take_attachments(&mut self, files: &[String], named: &Attachments, every_entry: bool) {
        for file in files {
            let (place, what) = match file.parse::<Commitment>() {
                Ok(commitment) if named.names(&commitment) => continue,
                Ok(_) if !every_entry => {
                    self.unjudged += 1;
                    continue;
                }
                Ok(commitment) => (Place::Attachment(commitment), "no entry names it"),
                Err(_) => {
                    (place("attachments", file), "its name is no commitment, so that no entry names it")
                }
            };
            self.findings.push(Finding::new(place, "attachment.unnamed", what));
        }
    }
}

/// The tile of a path below `tile/`; a bundle is as wide as the tile of its hashes.
fn tile_of(path: &str) -> Option<TileId> {
    match path.strip_prefix("entries/") {
        Some(bundle) => {
            let BundleId { index, width } = BundleId::parse(bundle).ok()?;
            Some(TileId { level: 0, index, width })
        }
        None => TileId::parse(path).ok(),
    }
}

/// The size of a log that ends with a tile of the lowest level.
fn end_of(tile: &TileId) -> u64 {
    tile.index.saturating_mul(limits::TILE_WIDTH).saturating_add(u64::from(tile.width))
}

fn place(folder: &str, file: &str) -> Place {
    Place::File(format!("{folder}/{}", file.escape_debug()))
}

/// The paths of all files below a folder, ascending; none where there is no such folder. No link is followed.
fn files_below(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let files = match std::fs::read_dir(&folder) {
            Ok(files) => files,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for file in files {
            let file = file?;
            let path = format!("{prefix}{}", file.file_name().to_string_lossy());
            match file.file_type()?.is_dir() {
                true => folders.push((file.path(), format!("{path}/"))),
                false => found.push(path),
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
