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
    pub(super) fn of(
        folder: &Path,
        size: u64,
        named: &Attachments,
        every_entry: bool,
    ) -> std::io::Result<Self> {
        let mut found = Self::default();
        let (tiles, attachments) = (folder.join("tile"), attachments_path(folder));
        let mut rest = Vec::new();
        for file in std::fs::read_dir(folder)? {
            let file = file?;
            let (path, is_folder) = (file.path(), file.file_type()?.is_dir());
            match file.file_name().to_string_lossy().into_owned() {
                _ if is_folder && (path == tiles || path == attachments) => {}
                name if is_folder => {
                    rest.extend(files_below(&path)?.into_iter().map(|file| file.within(&name)))
                }
                name => rest.push(Below { path: name, kind: Kind::of(file.file_type()?) }),
            }
        }
        rest.sort_unstable();
        found.take_rest(&rest);
        found.take_tiles(&files_below(&tiles)?, size);
        // Attachments lie side by side: a folder among them stands where one should.
        found.take_attachments(&all_below(&attachments)?, named, every_entry);
        Ok(found)
    }

    fn take_rest(&mut self, files: &[Below]) {
        for file in files {
            self.take_irregular(file, "");
            if file.path != "checkpoint" {
                let what = "an export holds no such file";
                self.findings.push(Finding::new(place("", &file.path), "file.unnamed", what));
            }
        }
    }

    /// Whoever takes the folder along takes no more than the link: what was read through it lies elsewhere.
    fn take_irregular(&mut self, file: &Below, folder: &str) {
        if file.kind != Kind::Plain {
            let what = match file.kind {
                Kind::Folder => "a folder in the place of a file",
                _ => "a link or a device in the place of a file: what it leads to is no part of this folder",
            };
            self.findings.push(Finding::new(place(folder, &file.path), "file.irregular", what));
        }
    }

    fn take_tiles(&mut self, files: &[Below], size: u64) {
        let mut end = size;
        for file in files {
            self.take_irregular(file, "tile/");
            match tile_of(&file.path) {
                Some(tile) if TileId::width_at(tile.level, tile.index, size) == Some(tile.width) => {}
                Some(tile) if tile.level == 0 && end_of(&tile) > size => end = end.max(end_of(&tile)),
                _ => {
                    let what = "a log of this size has no such tile or bundle";
                    self.findings.push(Finding::new(place("tile/", &file.path), "file.unnamed", what));
                }
            }
        }
        if end > size {
            let what = format!("entries beyond the checkpoint: {}", end - size);
            self.findings.push(Finding::new(Place::Checkpoint, "log.beyond", what));
        }
    }

    fn take_attachments(&mut self, files: &[Below], named: &Attachments, every_entry: bool) {
        for file in files {
            self.take_irregular(file, "attachments/");
            if file.kind == Kind::Folder {
                continue;
            }
            let (place, what) = match file.path.parse::<Commitment>() {
                Ok(commitment) if named.names(&commitment) => continue,
                Ok(_) if !every_entry => {
                    self.unjudged += 1;
                    continue;
                }
                Ok(commitment) => (Place::Attachment(commitment), "no entry names it"),
                Err(_) => {
                    let what = "its name is no commitment, so that no entry names it";
                    (place("attachments/", &file.path), what)
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
    Place::File(format!("{folder}{}", file.escape_debug()))
}

/// What lies below a folder.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Below {
    path: String,
    kind: Kind,
}

/// What something is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    Folder,
    /// A link, pipe or device.
    Other,
}

impl Kind {
    fn of(kind: std::fs::FileType) -> Self {
        match (kind.is_file(), kind.is_dir()) {
            (true, _) => Self::Plain,
            (_, true) => Self::Folder,
            _ => Self::Other,
        }
    }
}

impl Below {
    fn within(self, folder: &str) -> Self {
        Self { path: format!("{folder}/{}", self.path), ..self }
    }
}

/// All that lies below a folder and is none, ascending; none where there is no such folder.
fn files_below(folder: &Path) -> std::io::Result<Vec<Below>> {
    let mut found = all_below(folder)?;
    found.retain(|one| one.kind != Kind::Folder);
    Ok(found)
}

/// The same with the folders. No link is followed.
fn all_below(folder: &Path) -> std::io::Result<Vec<Below>> {
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
            let kind = Kind::of(file.file_type()?);
            if kind == Kind::Folder {
                folders.push((file.path(), format!("{path}/")));
            }
            found.push(Below { path, kind });
        }
    }
    found.sort_unstable();
    Ok(found)
}
