//! Key files: private keys that only their owner can read, in the clear or encrypted, and public ones.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::key_fault::KeyFault;
use super::phrase;
use super::stored::{Locked, Stored, encrypted_pem};
use crate::dsse::{PublicKey, SecretKey};
use crate::limits;

/// How often a pass phrase is asked for.
const TRIES: usize = 3;

/// Why a key file cannot be written or read. No error shows anything of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The system refuses.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// There is none.
    #[error(
        "{0}: No such file: name the file of the key, where it was made or handed over; `tinnhiem key new FILE` makes a new one, which acts for you once it is added; who has lost every key of theirs has the council bring it in: `tinnhiem key add --help` tells the steps"
    )]
    Missing(PathBuf),
    /// No new one can be made where no folder is.
    #[error("{0}: its folder does not exist: make that first (`mkdir -p`), or name a file in another")]
    NoFolder(PathBuf),
    /// There is a file already.
    #[error("{0} exists already: a key is never overwritten; choose another path")]
    Exists(PathBuf),
    /// Others can read it.
    #[error("{0} can be read by others: run `chmod 600` on it")]
    Mode(PathBuf),
    /// It holds no key that is read.
    #[error("{0} {1}")]
    Malformed(PathBuf, KeyFault),
    /// It holds the half that cannot sign.
    #[error("{0} holds a public key only: name the file of the private key that belongs to it")]
    PublicOnly(PathBuf),
    /// It holds hex that may be a secret.
    #[error(
        "{0} holds 64 hex digits: a public key, or the seed of a private one or another secret, and nothing tells which, so nothing of it is shown or signed with. A public key is given as it is wherever one is named; a private one is PKCS#8 PEM, as the tool that made it writes it"
    )]
    Hex(PathBuf),
    /// It holds what identity numbers are keyed by.
    #[error("{0} holds the secret of identity numbers, which is no key: name the file of a key")]
    IdentitySecret(PathBuf),
    /// No key is as large.
    #[error("{0} has over {1} bytes: no key file is as large; name another")]
    TooLarge(PathBuf, usize),
    /// A pass phrase is needed, and nobody can be asked.
    #[error(
        "{0} is encrypted: give its pass phrase at a terminal, or by --pass-file FILE (also TINNHIEM_PASS_FILE, or /dev/fd/3), one a line"
    )]
    Locked(PathBuf),
    /// No pass phrase that was given opens it.
    #[error("{0} is not opened by the pass phrase that was given: try again")]
    Phrase(PathBuf),
}

impl KeyFileError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(..) | Self::Missing(_) | Self::NoFolder(_) => "keyfile.io",
            Self::Exists(_) => "keyfile.exists",
            Self::Mode(_) => "keyfile.mode",
            Self::Malformed(_, KeyFault::Mismatch) => "keyfile.mismatch",
            Self::Malformed(_, KeyFault::Several) => "keyfile.several",
            Self::Malformed(_, KeyFault::Hex) | Self::Hex(_) => "keyfile.hex",
            Self::Malformed(..) => "keyfile.malformed",
            Self::PublicOnly(_) => "keyfile.public",
            Self::IdentitySecret(_) => "keyfile.identity",
            Self::TooLarge(..) => "keyfile.too_large",
            Self::Locked(_) => "keyfile.locked",
            Self::Phrase(_) => "keyfile.phrase",
        }
    }
}

/// A key that is named by a file: the private one, where the file holds it.
#[derive(Debug)]
pub enum NamedKey {
    /// It can sign.
    Secret(SecretKey),
    /// It cannot.
    Public(PublicKey),
}

impl NamedKey {
    /// Its public half.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Secret(key) => key.public(),
            Self::Public(key) => *key,
        }
    }
}

/// Writes a new key file with mode 0600, synced.
///
/// # Errors
/// [`KeyFileError::Exists`] rather than overwriting anything.
pub fn write_secret(path: &Path, key: &SecretKey) -> Result<(), KeyFileError> {
    write_new(path, &key.to_pem())
}

/// The same, encrypted under the pass phrase at hand, or one that is asked for twice.
///
/// # Errors
/// [`KeyFileError::Locked`] when there is none, and nobody to ask.
pub fn write_encrypted(path: &Path, key: &SecretKey) -> Result<(), KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    if path.exists() {
        return Err(KeyFileError::Exists(path.to_owned()));
    }
    let chosen = match phrase::at_hand().map_err(io)?.into_iter().next() {
        Some(phrase) => phrase,
        None => {
            let ask = |prompt: &str| phrase::ask(&format!("{prompt} {}: ", path.display())).map_err(io);
            let locked = || KeyFileError::Locked(path.to_owned());
            let chosen = ask("Mật khẩu mới cho / New pass phrase for")?.ok_or_else(locked)?;
            let again = ask("Nhập lại / Again, for")?.ok_or_else(locked)?;
            if chosen != again || chosen.is_empty() {
                return Err(KeyFileError::Phrase(path.to_owned()));
            }
            chosen
        }
    };
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|error| io(std::io::Error::other(error.to_string())))?;
    let (salt, iv) = (std::array::from_fn(|at| random[at]), std::array::from_fn(|at| random[16 + at]));
    write_new(path, &encrypted_pem(key, &chosen, &salt, iv))
}

/// What the file of the secret of identity numbers begins with, so that nothing takes it for a key.
const IDENTITY_LABEL: &str = "tinnhiem-identity-secret:";

/// Writes a new file of the secret that identity numbers are keyed by, with mode 0600, synced.
///
/// # Errors
/// [`KeyFileError::Exists`] rather than overwriting anything.
pub fn write_identity_secret(path: &Path, secret: &[u8; 32]) -> Result<(), KeyFileError> {
    let hex = Zeroizing::new(blake3::Hash::from_bytes(*secret).to_hex().to_string());
    write_new(path, &Zeroizing::new(format!("{IDENTITY_LABEL}{}\n", *hex)))
}

/// Reads the secret that identity numbers are keyed by; none: the file holds something else.
///
/// # Errors
/// [`KeyFileError::Mode`] when group or others have any access.
pub fn read_identity_secret(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, KeyFileError> {
    let bytes = read_private(path)?;
    let hex = identity_label(&bytes).and_then(|hex| blake3::Hash::from_hex(hex.trim_ascii()).ok());
    Ok(hex.map(|secret| Zeroizing::new(*secret.as_bytes())))
}

/// What follows the label of an identity secret, where bytes begin with it.
fn identity_label(bytes: &[u8]) -> Option<&[u8]> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    text.strip_prefix(IDENTITY_LABEL.as_bytes())
}

/// Writes a new file with mode 0600, synced.
///
/// # Errors
/// [`KeyFileError::Exists`] rather than overwriting anything.
pub fn write_new(path: &Path, content: &str) -> Result<(), KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(KeyFileError::Exists(path.to_owned()));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(KeyFileError::NoFolder(path.to_owned()));
        }
        other => other.map_err(io)?,
    };
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(io)
}

/// Reads a private key; an encrypted one is opened.
///
/// # Errors
/// [`KeyFileError`]; [`KeyFileError::Mode`] when group or others have any access to a key in the clear.
pub fn read_secret(path: &Path) -> Result<SecretKey, KeyFileError> {
    match stored(path)? {
        Stored::Secret(key) => Ok(key),
        Stored::Locked(locked) => open(path, &locked),
        Stored::Public(_) => Err(KeyFileError::PublicOnly(path.to_owned())),
        Stored::Hex(_) => Err(KeyFileError::Hex(path.to_owned())),
    }
}

/// Reads a key of which the public half is enough: the file of either half, or of hex.
///
/// # Errors
/// [`KeyFileError`].
pub fn read_named(path: &Path) -> Result<NamedKey, KeyFileError> {
    match stored(path)? {
        Stored::Secret(key) => Ok(NamedKey::Secret(key)),
        Stored::Locked(locked) => open(path, &locked).map(NamedKey::Secret),
        Stored::Public(key) | Stored::Hex(key) => Ok(NamedKey::Public(key)),
    }
}

/// Reads a public key; of an encrypted private key's file, the one that stands beside it.
///
/// # Errors
/// [`KeyFileError`].
pub fn read_public(path: &Path) -> Result<PublicKey, KeyFileError> {
    public_of(path, stored(path)?)
}

/// The same, to be shown: hex that may be a secret is not.
///
/// # Errors
/// [`KeyFileError`].
pub fn read_shown(path: &Path) -> Result<PublicKey, KeyFileError> {
    match stored(path)? {
        Stored::Hex(_) => Err(KeyFileError::Hex(path.to_owned())),
        stored => public_of(path, stored),
    }
}

fn public_of(path: &Path, stored: Stored) -> Result<PublicKey, KeyFileError> {
    let locked = match stored {
        Stored::Secret(key) => return Ok(key.public()),
        Stored::Public(key) | Stored::Hex(key) => return Ok(key),
        Stored::Locked(locked) => locked,
    };
    match locked.public() {
        // Nobody is asked for a pass phrase for what stands in the clear; whoever gives one is told the truth.
        Some(key) if !phrase::is_given() => {
            tracing::warn!(
                "{}: this is the public key that stands beside the encrypted one; whether it is its own shows once a pass phrase opens it",
                path.display()
            );
            Ok(key)
        }
        _ => Ok(open(path, &locked)?.public()),
    }
}

/// A secret file's bytes, which nobody else can read.
///
/// # Errors
/// [`KeyFileError::Mode`] when group or others have any access.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let (bytes, is_open) = bytes(path)?;
    if is_open { Err(KeyFileError::Mode(path.to_owned())) } else { Ok(bytes) }
}

/// A file's bytes, and whether others can read them.
fn bytes(path: &Path) -> Result<(Zeroizing<Vec<u8>>, bool), KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    let file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(KeyFileError::Missing(path.to_owned()));
        }
        opened => opened.map_err(io)?,
    };
    let metadata = file.metadata().map_err(io)?;
    if metadata.is_dir() {
        return Err(io(std::io::ErrorKind::IsADirectory.into()));
    }
    let most = limits::KEY_FILE_BYTES;
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() > most {
        return Err(KeyFileError::TooLarge(path.to_owned(), most));
    }
    Ok((bytes, metadata.mode() & 0o077 != 0))
}

fn stored(path: &Path) -> Result<Stored, KeyFileError> {
    let (bytes, is_open) = bytes(path)?;
    if identity_label(&bytes).is_some() {
        return Err(KeyFileError::IdentitySecret(path.to_owned()));
    }
    let stored = Stored::read(&bytes).map_err(|fault| KeyFileError::Malformed(path.to_owned(), fault))?;
    match stored {
        // Half of all secrets are points of the curve too: that it lies open says that it is public.
        Stored::Hex(_) if !is_open => return Err(KeyFileError::Hex(path.to_owned())),
        Stored::Secret(_) if is_open => return Err(KeyFileError::Mode(path.to_owned())),
        // Others still need the pass phrase, but may guess it.
        Stored::Locked(_) if is_open => {
            tracing::warn!("{} can be read by others: run `chmod 600` on it", path.display());
        }
        _ => {}
    }
    Ok(stored)
}

fn open(path: &Path, locked: &Locked) -> Result<SecretKey, KeyFileError> {
    let io = |error| KeyFileError::Io(path.to_owned(), error);
    let tried = |phrase: &Zeroizing<String>| match locked.open(phrase) {
        Ok(key) => {
            phrase::keep(phrase);
            Ok(Some(key))
        }
        Err(KeyFault::Phrase) => Ok(None),
        Err(fault) => Err(KeyFileError::Malformed(path.to_owned(), fault)),
    };
    for phrase in phrase::at_hand().map_err(io)? {
        if let Some(key) = tried(&phrase)? {
            return Ok(key);
        }
    }
    // A script that named a file is not asked.
    if phrase::is_given() {
        return Err(KeyFileError::Phrase(path.to_owned()));
    }
    for time in 0..TRIES {
        let wrong = if time == 0 { "" } else { "Sai mật khẩu / Wrong pass phrase.\n" };
        let prompt = format!("{wrong}Mật khẩu / Pass phrase of {}: ", path.display());
        let asked = phrase::ask(&prompt).map_err(io)?;
        let phrase = asked.ok_or_else(|| KeyFileError::Locked(path.to_owned()))?;
        if let Some(key) = tried(&phrase)? {
            return Ok(key);
        }
    }
    Err(KeyFileError::Phrase(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_file_is_its_owners_alone_and_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let key = SecretKey::from_seed([3; 32]);
        write_secret(&path, &key).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read_secret(&path).unwrap().public(), key.public());
        assert_eq!(write_secret(&path, &key).unwrap_err().code(), "keyfile.exists");
        chmod(&path, 0o640);
        assert_eq!(read_secret(&path).unwrap_err().code(), "keyfile.mode");
        assert_eq!(read_private(&path).unwrap_err().code(), "keyfile.mode");
    }

    #[test]
    fn a_public_key_may_lie_open_and_signs_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pub");
        let public = SecretKey::from_seed([3; 32]).public();
        for text in [public.to_string() + "\n", public.to_pem().unwrap()] {
            std::fs::write(&path, &text).unwrap();
            chmod(&path, 0o644);
            assert_eq!(read_public(&path).unwrap(), public);
            assert!(matches!(read_named(&path).unwrap(), NamedKey::Public(key) if key == public));
            let is_hex = !text.starts_with('-');
            let (code, shown) = if is_hex { ("keyfile.hex", None) } else { ("keyfile.public", Some(public)) };
            assert_eq!(read_secret(&path).unwrap_err().code(), code);
            assert_eq!(read_shown(&path).ok(), shown);
        }
    }

    #[test]
    fn hex_that_may_be_a_secret_is_never_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seed");
        for seed in 0..64u8 {
            let seed = blake3::hash(&[seed]).to_hex().to_string();
            std::fs::write(&path, format!("{seed}\n")).unwrap();
            let error = read_shown(&path).unwrap_err();
            assert_eq!(error.code(), "keyfile.hex");
            assert!(!error.to_string().contains(&seed));
        }
    }

    #[test]
    fn what_its_owner_alone_can_read_is_no_public_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("identity");
        for number in 0..16u8 {
            let secret = *blake3::hash(&[number]).as_bytes();
            let hex = blake3::Hash::from_bytes(secret).to_hex().to_string();
            let labelled = format!("{IDENTITY_LABEL}{hex}\n");
            for (text, code) in [
                (hex.clone(), "keyfile.hex"),
                (format!("\n{hex}\r\n"), "keyfile.hex"),
                (hex.to_uppercase(), "keyfile.hex"),
                (labelled, "keyfile.identity"),
            ] {
                std::fs::write(&path, &text).unwrap();
                chmod(&path, 0o600);
                let refusals = [
                    read_public(&path).err(),
                    read_named(&path).err(),
                    read_shown(&path).err(),
                    read_secret(&path).err(),
                ];
                for error in refusals {
                    let error = error.unwrap();
                    assert_eq!(error.code(), code, "{text}");
                    assert!(!error.to_string().to_lowercase().contains(&hex));
                }
            }
            assert_eq!(*read_identity_secret(&path).unwrap().unwrap(), secret);
            // Whoever can read it: a labelled secret never is a key.
            chmod(&path, 0o644);
            assert_eq!(read_named(&path).unwrap_err().code(), "keyfile.identity");
            assert_eq!(read_identity_secret(&path).unwrap_err().code(), "keyfile.mode");
        }
    }

    #[test]
    fn no_more_is_read_than_a_key_file_has() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        let key = SecretKey::from_seed([3; 32]);
        let pem = key.to_pem();
        let blank = "\n".repeat(limits::KEY_FILE_BYTES - pem.len());
        write_new(&path, &format!("{}{blank}", *pem)).unwrap();
        assert_eq!(read_secret(&path).unwrap().public(), key.public());
        std::fs::write(&path, format!("{}{blank}\n", *pem)).unwrap();
        assert_eq!(read_secret(&path).unwrap_err().code(), "keyfile.too_large");
        assert_eq!(read_secret(directory.path()).unwrap_err().code(), "keyfile.io");
    }
}
