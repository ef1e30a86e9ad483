//! Secret keys in files that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::dsse::SecretKey;

/// No key file is longer.
const MOST_BYTES: u64 = 4096;

/// Why a key file cannot be written or read. No error shows anything of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system refuses.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// There is a file already.
    #[error("{0} exists already: a key is never overwritten; choose another path")]
    Exists(PathBuf),
    /// Others can read it.
    #[error("{0} can be read by others: run `chmod 600` on it, and rotate the key if others had access")]
    Mode(PathBuf),
    /// It is no key.
    #[error("{0} holds no Ed25519 private key in PKCS#8 PEM: make one with `tinnhiem keygen`")]
    Malformed(PathBuf),
}

impl KeyFileError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(..) => "keyfile.io",
            Self::Exists(_) => "keyfile.exists",
            Self::Mode(_) => "keyfile.mode",
            Self::Malformed(_) => "keyfile.malformed",
        }
    }
}

/// Writes a new key file with mode 0600, synced.
///
/// # Errors
/// [`KeyFileError::Exists`] rather than overwriting anything.
pub fn write_secret(path: &Path, key: &SecretKey) -> Result<(), KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(KeyFileError::Exists(path.to_owned()));
        }
        other => other.map_err(io)?,
    };
    file.write_all(key.to_pem().as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}

/// Reads a key file that nobody else can read.
///
/// # Errors
/// [`KeyFileError`]; [`KeyFileError::Mode`] when group or others have any access.
pub fn read_secret(path: &Path) -> Result<SecretKey, KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    let file = File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.mode();
    let mut pem = Zeroizing::new(String::with_capacity(MOST_BYTES as usize));
    let read = file.take(MOST_BYTES).read_to_string(&mut pem);
    let key = read.ok().and_then(|_| SecretKey::from_pem(&pem).ok());
    let key = key.ok_or_else(|| KeyFileError::Malformed(path.to_owned()))?;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Mode(path.to_owned()));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_file_is_its_owners_alone_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let key = SecretKey::from_seed([3; 32]);
        write_secret(&path, &key).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_secret(&path).unwrap().public(), key.public());
        assert_eq!(write_secret(&path, &key).unwrap_err().code(), "keyfile.exists");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(read_secret(&path).unwrap_err().code(), "keyfile.mode");
    }
}
