//! A ledger under way: being made, or brought in from an export.
//!
//! A mark in the directory says so until all is there; whatever ends before leaves the mark or nothing, and
//! no directory is opened that holds it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::STORE_FOLDER;
use crate::store::{DirectoryLock, StoreError, create_private_file, create_private_folder};

/// The file that marks it.
pub(super) const MARK: &str = "unfinished";

/// What it makes there, beside the log's key.
const MADE: [&str; 6] = ["lock", STORE_FOLDER, "heads", "vault", "derived", "clock"];

/// A ledger that is being made in a directory: what it made goes again, unless it is finished.
#[derive(Debug)]
pub struct Making {
    directory: PathBuf,
    /// Whether the directory itself was made for it.
    made: bool,
    /// Whether what it makes is marked; where something of a ledger was there before, nothing is.
    marked: bool,
}

impl Making {
    /// Begins: marks the directory, which is made where it is missing.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn begin(directory: &Path) -> Result<Self, StoreError> {
        let marked = !MADE.iter().any(|name| directory.join(name).exists());
        let making = Self { directory: directory.to_owned(), made: !directory.exists(), marked };
        if marked {
            create_private_folder(directory)?;
            create_private_file(&directory.join(MARK))?.sync_all()?;
            File::open(directory)?.sync_all()?;
        }
        Ok(making)
    }

    /// Ends: all is there.
    ///
    /// # Errors
    /// [`StoreError::Io`]; what was made goes again.
    pub fn finish(mut self) -> Result<(), StoreError> {
        if self.marked {
            std::fs::remove_file(self.directory.join(MARK))?;
            self.marked = false;
            File::open(&self.directory)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.marked {
            return;
        }
        match discard(&self.directory) {
            Ok(()) if self.made => drop(std::fs::remove_dir(&self.directory)),
            Ok(()) => {}
            // The mark is still there.
            Err(error) => tracing::warn!(%error, "what was made of the ledger is still there"),
        }
    }
}

/// Removes what was left of one that was not finished, where there is such.
///
/// # Errors
/// [`StoreError::Locked`] where it is still under way.
pub fn clear(directory: &Path) -> Result<(), StoreError> {
    if !directory.join(MARK).exists() {
        return Ok(());
    }
    let _lock = DirectoryLock::take(directory)?;
    Ok(discard(directory)?)
}

/// Removes all that it made, the mark last.
fn discard(directory: &Path) -> std::io::Result<()> {
    for name in MADE.iter().chain(&[MARK]) {
        let path = directory.join(name);
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
