//! What is written beside an event once its signer wants it, and before it is sent: what nobody could make
//! again.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::tell;
use crate::dsse::SecretKey;
use crate::event::Commitment;
use crate::vault::write_secret;

/// What is to be kept.
pub(super) enum Aside {
    /// A new secret, in a file of its own.
    Secret(PathBuf, SecretKey),
    /// The salt of a commitment to a file.
    Salt(Salt),
}

/// The salt of a commitment to a file, without which nobody can show that the file is what was committed to.
pub(super) struct Salt {
    /// The file.
    pub of: PathBuf,
    /// The commitment to it.
    pub commitment: Commitment,
    /// The salt.
    pub salt: [u8; 32],
}

impl Aside {
    /// Writes it down.
    ///
    /// # Errors
    /// What the system says, with the file's name.
    pub(super) fn keep(&self) -> anyhow::Result<()> {
        match self {
            Self::Secret(path, secret) => Ok(write_secret(path, secret)?),
            Self::Salt(salt) => salt.keep(),
        }
    }

    /// Lets go of it where nothing came of the event, for certain.
    pub(super) fn drop_again(&self) {
        if let Self::Secret(path, _) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Salt {
    /// Adds it to the file `OF.salt`, a line for each commitment.
    ///
    /// # Errors
    /// What the system says, with the file's name.
    pub(super) fn keep(&self) -> anyhow::Result<()> {
        let path = beside(&self.of);
        let hex = blake3::Hash::from_bytes(self.salt).to_hex();
        let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        let write = |mut file: File| {
            file.write_all(format!("{} {hex}\n", self.commitment).as_bytes())?;
            file.sync_all()
        };
        opened.and_then(write).with_context(|| format!("the salt is not kept in {}", path.display()))?;
        tell!(
            "{}: commitment {}; its salt is in {}: keep and back up the two together, for without it nobody can show that the file is what was committed to",
            self.of.display(),
            self.commitment,
            path.display()
        );
        Ok(())
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".salt");
    path.into()
}
