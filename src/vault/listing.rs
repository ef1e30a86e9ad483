//! What lies in a vault: attachments, what a fault left unfinished, and what is none of its own.

use std::path::Path;

use super::{Vault, VaultError};
use crate::event::Commitment;

/// The files of a vault, by what their places say of them.
#[derive(Debug, Default)]
pub struct Listing {
    /// The commitments that there are files for, ascending.
    pub commitments: Vec<Commitment>,
    /// Files whose writing did not end, by their paths in the vault.
    pub unfinished: Vec<String>,
    /// What the vault never puts there, by its path in the vault.
    pub others: Vec<String>,
}

impl Vault {
    /// The data directory that it lies in.
    pub fn home(&self) -> &Path {
        self.directory.parent().unwrap_or(&self.directory)
    }

    /// What lies in it.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn list(&self) -> Result<Listing, VaultError> {
        let mut found = Listing::default();
        let folders = match std::fs::read_dir(&self.directory) {
            Ok(folders) => folders,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(error.into()),
        };
        for folder in folders {
            let folder = folder?;
            let within = folder.file_name().to_string_lossy().into_owned();
            if !folder.file_type()?.is_dir() {
                found.others.push(within);
                continue;
            }
            for file in std::fs::read_dir(folder.path())? {
                found.note(&within, &file?.file_name().to_string_lossy());
            }
        }
        found.commitments.sort_unstable();
        found.unfinished.sort_unstable();
        found.others.sort_unstable();
        Ok(found)
    }

    /// The commitments there are files for, ascending.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn commitments(&self) -> Result<Vec<Commitment>, VaultError> {
        self.list().map(|listing| listing.commitments)
    }
}

impl Listing {
    fn note(&mut self, folder: &str, name: &str) {
        let of = |name: &str| name.parse::<Commitment>().ok().filter(|_| name.get(..2) == Some(folder));
        match (of(name), name.strip_suffix(".new").and_then(of)) {
            (Some(commitment), _) => self.commitments.push(commitment),
            (None, Some(_)) => self.unfinished.push(format!("{folder}/{name}")),
            (None, None) => self.others.push(format!("{folder}/{name}")),
        }
    }
}
