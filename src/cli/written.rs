//! Files that verbs write: made before anything is sent, and never over another unless that is asked for.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

/// Whether a file that is there already is written over.
#[derive(Debug, Clone, Copy, Args)]
pub struct Overwriting {
    /// Write over a file that is there already
    #[arg(long)]
    force: bool,
}

impl Overwriting {
    /// A file to be written later.
    ///
    /// # Errors
    /// When it cannot be made, or is there already and not to be written over.
    pub fn file(self, path: &Path) -> anyhow::Result<Written> {
        let named = || path.display().to_string();
        let written = |file, made| Ok(Written { path: path.to_owned(), file, made });
        match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => written(file, true),
            // What is no file, such as /dev/stdout, loses nothing.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && (self.force || !path.is_file()) => {
                written(OpenOptions::new().write(true).open(path).with_context(named)?, false)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                anyhow::bail!("{} exists already: choose another path, or give --force", path.display())
            }
            Err(error) => Err(error).with_context(named),
        }
    }
}

/// A file that is ready to be written; one that was made for it and is not written goes again.
pub struct Written {
    path: PathBuf,
    file: File,
    made: bool,
}

impl Written {
    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Writes it whole.
    ///
    /// # Errors
    /// What the system says, with the file's name.
    pub fn write(mut self, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let emptied = match self.file.metadata() {
            Ok(metadata) if metadata.is_file() => self.file.set_len(0),
            _ => Ok(()),
        };
        emptied
            .and_then(|()| self.file.write_all(content.as_ref()))
            .with_context(|| self.path.display().to_string())?;
        self.made = false;
        Ok(())
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if self.made {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The bytes of a file.
///
/// # Errors
/// What the system says, with the file's name.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}
