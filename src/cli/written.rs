//! Files that verbs write: tried before anything is sent, written whole at the end, and never over another
//! unless that is asked for.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::coded::here;
use super::placed;

/// Whether a file that is there already is written over.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Overwriting {
    /// Write over a file that is there already
    #[arg(long)]
    force: bool,
}

impl Overwriting {
    /// A file to be written later.
    ///
    /// # Errors
    /// When it cannot be made, or is there already and not to be written over.
    pub(super) fn file(self, path: &Path) -> anyhow::Result<Written> {
        let named = || path.display().to_string();
        // What is no file, such as /dev/stdout, loses nothing.
        if path.exists() && !path.is_file() && !path.is_dir() {
            let open = Some(OpenOptions::new().write(true).open(path).with_context(named)?);
            return Ok(Written { path: path.to_owned(), open, over: true });
        }
        placed::check(path)?;
        let written = Written { path: path.to_owned(), open: None, over: self.force };
        written.check_free()?;
        // Whoever signs first is not to learn afterwards that nothing can be written here.
        let unfinished = written.unfinished();
        File::create(&unfinished).and_then(|_| std::fs::remove_file(&unfinished)).with_context(named)?;
        Ok(written)
    }
}

/// A file that can be written; until it is, there is none.
pub(super) struct Written {
    path: PathBuf,
    /// What is written to where it is no file.
    open: Option<File>,
    over: bool,
}

impl Written {
    /// Where it is.
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Writes it whole.
    ///
    /// # Errors
    /// What the system says, with the file's name.
    pub(super) fn write(self, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let named = || self.path.display().to_string();
        if let Some(mut file) = self.open.as_ref() {
            return file.write_all(content.as_ref()).with_context(named);
        }
        self.check_free()?;
        let unfinished = self.unfinished();
        let written =
            std::fs::write(&unfinished, content).and_then(|()| std::fs::rename(&unfinished, &self.path));
        written.inspect_err(|_| drop(std::fs::remove_file(&unfinished))).with_context(named)
    }

    fn check_free(&self) -> anyhow::Result<()> {
        let free = self.over || self.path.symlink_metadata().is_err();
        let detail =
            || format!("{} exists already: choose another path, or give --force", self.path.display());
        anyhow::ensure!(free, here("file.exists", detail()));
        Ok(())
    }

    /// What it is called until it is whole.
    fn unfinished(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!(".{name}.{}.unfinished", std::process::id()))
    }
}

/// The bytes of a file.
///
/// # Errors
/// What the system says, with the file's name.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}
