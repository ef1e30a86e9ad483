//! A folder that appears under its name when it is whole, and not before.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::store::create_private_folder;

/// A folder being written, under `NAME.partial` until it is finished; it goes again where it is not.
pub(super) struct Unfinished {
    partial: PathBuf,
    to: PathBuf,
    finished: bool,
}

impl Unfinished {
    /// Begins it.
    ///
    /// # Errors
    /// One of either name is there, or it cannot be made.
    pub(super) fn begin(to: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            !to.exists(),
            taken(format!("{} exists already: choose another folder", to.display()))
        );
        let name = to.file_name().with_context(|| format!("{} names no new folder", to.display()))?;
        let mut name = name.to_owned();
        name.push(".partial");
        let partial = to.with_file_name(name);
        let left = || {
            let partial = partial.display();
            format!(
                "{partial} is of an export that did not end: remove it unless one is at work, and run this again"
            )
        };
        anyhow::ensure!(!partial.exists(), taken(left()));
        // Folders above it are made; a file among them is told by its own name.
        if let Some(file) = to.ancestors().skip(1).find(|above| above.is_file()) {
            let detail = format!("{}: {} is a file: name a folder in another", to.display(), file.display());
            anyhow::bail!(std::io::Error::new(std::io::ErrorKind::NotADirectory, detail));
        }
        create_private_folder(&partial).with_context(|| partial.display().to_string())?;
        Ok(Self { partial, to: to.to_owned(), finished: false })
    }

    /// Where it is written.
    pub(super) fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// The system refuses, as where something has that name by now.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let there = || taken(format!("{} exists by now: choose another folder", self.to.display()));
        anyhow::ensure!(!self.to.exists(), there());
        std::fs::rename(&self.partial, &self.to).with_context(|| self.to.display().to_string())?;
        self.finished = true;
        Ok(())
    }
}

fn taken(detail: String) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::AlreadyExists, detail)
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_dir_all(&self.partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_has_no_name_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (to, partial) = (folder.path().join("out"), folder.path().join("out.partial"));
        let begun = Unfinished::begin(&to).unwrap();
        std::fs::write(begun.path().join("x"), "x").unwrap();
        let second = Unfinished::begin(&to).err().unwrap().to_string();
        assert!(partial.exists() && !to.exists() && second.contains("out.partial"), "{second}");
        drop(begun);
        assert!(!partial.exists() && !to.exists());
        let begun = Unfinished::begin(&to).unwrap();
        std::fs::write(begun.path().join("x"), "x").unwrap();
        begun.finish().unwrap();
        assert!(!partial.exists() && to.join("x").exists());
        assert!(Unfinished::begin(&to).is_err());
    }
}
