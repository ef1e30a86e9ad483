//! Attachments: texts and documents that the log commits to but does not hold.
//!
//! They lie beside the log, one file each, so that personal data can be destroyed while the log
//! still verifies. What comes in is kept before its entry is, so that a fault may leave files that no
//! entry names: they are swept at the next start.
//!
//! ```text
//! 0     32  salt
//! 32    2   n, length of the media type, u16 big-endian
//! 34    n   media type
//! 34+n      the bytes
//! ```
//!
//! **Only files that an entry needs are kept.** An attachment is stored before its entry, so a kill may
//! leave one that no entry names: it is not served or exported, `fsck` counts and names it, and the next
//! start removes it, beside the writer. What no fault leaves is found: an erased text that is still there
//! (`attachment.kept`), a damaged file under a name that no entry knows (`attachment.unnamed`), anything
//! else in the vault (`file.unnamed`). Of an export nothing is excused: neither such attachments, nor
//! entries beyond its checkpoint (`log.beyond`), nor tiles that its size does not ask for.
//!
//! **An attachment's file ends in a checksum** that covers its media type too, which the commitment does
//! not.

mod beside;
mod key_fault;
mod keyfile;
mod listing;
mod pem;
mod phrase;
mod stored;
mod writing;

pub use keyfile::{
    KeyFileError, NamedKey, read_identity_secret, read_named, read_private, read_public, read_secret,
    read_shown, write_encrypted, write_identity_secret, write_new, write_secret,
};
pub use listing::Listing;
pub use phrase::take_phrases_from;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::{Commitment, is_media_type};
use crate::files::open_file;
use crate::limits;

/// What a media type must be.
const MEDIA_TYPE: &str = "media_type must be one like text/plain, in at most 100 plain characters";
/// Bytes of BLAKE3 at the end of a file.
const SUM: usize = 16;

/// A text or document, and the salt of its commitment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// 32 random bytes, in standard base64.
    #[serde(with = "base64_salt")]
    #[schemars(with = "String")]
    pub salt: [u8; 32],
    /// What kind of bytes, such as `text/plain`.
    pub media_type: String,
    /// The bytes, in standard base64.
    #[serde(with = "base64_bytes")]
    #[schemars(with = "String")]
    pub bytes: Vec<u8>,
}

/// Why an attachment cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The system refuses.
    #[error("the vault: {0}")]
    Io(#[from] std::io::Error),
    /// The file no longer matches its name.
    #[error("attachment {0} is damaged: restore its file from an export, a mirror or a backup")]
    Damaged(Commitment),
    /// Too large, or of no proper media type.
    #[error("attachment {0}: {1}")]
    Refused(Commitment, &'static str),
}

impl VaultError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "vault.io",
            Self::Damaged(_) => "attachment.damaged",
            Self::Refused(..) => "attachment.refused",
        }
    }
}

impl Attachment {
    /// A text under a salt.
    pub fn text(salt: [u8; 32], text: &str) -> Self {
        Self { salt, media_type: "text/plain; charset=utf-8".to_owned(), bytes: text.as_bytes().to_vec() }
    }

    /// What the log says of it.
    pub fn commitment(&self) -> Commitment {
        Commitment::to(&self.salt, &self.bytes)
    }

    /// Whether it may be kept: within the bounds, and of a media type that a header can carry.
    ///
    /// # Errors
    /// [`VaultError::Refused`].
    pub fn check(&self) -> Result<(), VaultError> {
        let refused = |why| Err(VaultError::Refused(self.commitment(), why));
        if self.bytes.len() > limits::ATTACHMENT_BYTES {
            return refused("it is over 256 KiB: shorten it");
        }
        if !is_media_type(&self.media_type) {
            return refused(MEDIA_TYPE);
        }
        Ok(())
    }

    /// The bytes of its file; the sum at the end covers the media type too, which the commitment does not.
    pub fn to_file(&self) -> Vec<u8> {
        let length = (self.media_type.len() as u16).to_be_bytes();
        let content = [&self.salt[..], &length, self.media_type.as_bytes(), &self.bytes].concat();
        let sum = blake3::hash(&content);
        [&content, &sum.as_bytes()[..SUM]].concat()
    }

    /// Reads the bytes of a file; none when they are damaged.
    pub fn from_file(file: &[u8]) -> Option<Self> {
        let (content, sum) = file.split_at_checked(file.len().checked_sub(SUM)?)?;
        if blake3::hash(content).as_bytes()[..SUM] != *sum {
            return None;
        }
        let (salt, rest) = content.split_at_checked(32)?;
        let (length, rest) = rest.split_at_checked(2)?;
        let length = usize::from(u16::from_be_bytes(length.try_into().ok()?));
        let (media_type, bytes) = rest.split_at_checked(length)?;
        let media_type = std::str::from_utf8(media_type).ok()?.to_owned();
        Some(Self { salt: salt.try_into().ok()?, media_type, bytes: bytes.to_vec() })
    }
}

/// The attachments of a data directory.
#[derive(Debug, Clone)]
pub struct Vault {
    directory: PathBuf,
    /// What comes in with entries that are not published yet, and in how many submissions; held while
    /// files are made or removed.
    incoming: Arc<Mutex<BTreeMap<Commitment, usize>>>,
    /// Whether the last that was written, or tried, could be.
    proven: Arc<AtomicBool>,
}

/// Attachments that came in and whose entry is not published yet: nobody sweeps them meanwhile.
#[derive(Debug)]
pub struct Incoming {
    vault: Vault,
    commitments: Vec<Commitment>,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let mut incoming = self.vault.incoming();
        for commitment in &self.commitments {
            match incoming.get_mut(commitment) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(incoming.remove(commitment)),
            }
        }
    }
}

impl Incoming {
    /// Removes those of which `keeps` says that no entry names them: what they came with was refused.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn withdraw(self, keeps: impl Fn(&Commitment) -> bool) -> Result<(), VaultError> {
        let (vault, commitments) = (self.vault.clone(), self.commitments.clone());
        drop(self);
        commitments.iter().try_for_each(|one| vault.destroy_unless(one, || keeps(one)))
    }
}

impl Vault {
    /// The vault in `<directory>/vault`.
    pub fn open(directory: &Path) -> Self {
        Self { directory: directory.join("vault"), incoming: Arc::default(), proven: Arc::default() }
    }

    fn incoming(&self) -> MutexGuard<'_, BTreeMap<Commitment, usize>> {
        self.incoming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps attachments, synced when it returns; those that are there already stay.
    ///
    /// They are not swept as long as what is returned is held, nor afterwards if an entry names them.
    ///
    /// # Errors
    /// [`VaultError`]; what was not there before is not there then.
    pub fn store(&self, attachments: &[Attachment]) -> Result<Incoming, VaultError> {
        let mut incoming = self.incoming();
        let mut made = Vec::new();
        if let Err(error) = self.write_new(attachments, &mut made) {
            // What could not be finished takes the room that others need.
            made.iter().for_each(|path| drop(std::fs::remove_file(path)));
            self.proven.fetch_and(!matches!(error, VaultError::Io(_)), Ordering::Relaxed);
            return Err(error);
        }
        let commitments: Vec<Commitment> = attachments.iter().map(Attachment::commitment).collect();
        for commitment in &commitments {
            *incoming.entry(*commitment).or_default() += 1;
        }
        Ok(Incoming { vault: self.clone(), commitments })
    }

    /// The attachment of a commitment, checked against it.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] when the file does not match.
    pub fn read(&self, commitment: &Commitment) -> Result<Option<Attachment>, VaultError> {
        let file = match open_file(&self.path(commitment)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
                return Err(VaultError::Damaged(*commitment));
            }
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        let most = 34 + limits::MEDIA_TYPE_BYTES + limits::ATTACHMENT_BYTES + SUM + 1;
        file.take(most as u64).read_to_end(&mut bytes)?;
        let attachment = Attachment::from_file(&bytes);
        let whole = attachment.filter(|one| one.commitment() == *commitment && one.check().is_ok());
        whole.map(Some).ok_or(VaultError::Damaged(*commitment))
    }

    /// Destroys the attachment of a commitment, synced when it returns.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn destroy(&self, commitment: &Commitment) -> Result<(), VaultError> {
        let path = self.path(commitment);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            removed => removed?,
        }
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// The same, unless it comes in or `keeps` says that an entry that is published needs it.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn destroy_unless(
        &self,
        commitment: &Commitment,
        keeps: impl FnOnce() -> bool,
    ) -> Result<(), VaultError> {
        let incoming = self.incoming();
        if incoming.contains_key(commitment) || keeps() {
            return Ok(());
        }
        self.destroy(commitment)
    }

    /// Removes the files that `keeps` knows nothing of, and those that were never finished; tells how many.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn sweep(&self, keeps: impl Fn(&Commitment) -> bool) -> Result<u64, VaultError> {
        let folders = match std::fs::read_dir(&self.directory) {
            Ok(folders) => folders,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut swept = 0;
        for folder in folders {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            let folder = folder.path();
            // Whoever stores something waits for a folder, not for all of them.
            let incoming = self.incoming();
            let before = swept;
            for file in std::fs::read_dir(&folder)? {
                let path = file?.path();
                let commitment = path.file_name().and_then(|name| name.to_str()?.parse::<Commitment>().ok());
                let leftover = match commitment {
                    Some(commitment) => !incoming.contains_key(&commitment) && !keeps(&commitment),
                    None => path.extension().is_some_and(|extension| extension == "new"),
                };
                if leftover && path.is_dir() {
                    tracing::warn!(
                        "{} is a folder where an attachment would lie: it is no part of the ledger",
                        path.display()
                    );
                } else if leftover {
                    std::fs::remove_file(&path)?;
                    swept += 1;
                }
            }
            if swept > before {
                File::open(&folder)?.sync_all()?;
            }
        }
        Ok(swept)
    }

    /// Whether there is a file for a commitment.
    pub fn contains(&self, commitment: &Commitment) -> bool {
        self.path(commitment).exists()
    }

    /// Where the file of a commitment lies.
    pub fn path(&self, commitment: &Commitment) -> PathBuf {
        let name = commitment.to_string();
        self.directory.join(&name[..2]).join(name)
    }
}

mod base64_bytes {
    use super::*;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(&*text).map_err(|_| serde::de::Error::custom("expected standard padded base64"))
    }
}

mod base64_salt {
    use super::*;

    pub(super) fn serialize<S: Serializer>(salt: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        base64_bytes::serialize(salt, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let bytes = base64_bytes::deserialize(deserializer)?;
        bytes.try_into().map_err(|_| serde::de::Error::custom("expected the base64 of 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_damage_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        let text = Attachment::text([7; 32], "Trần Bảo Ngân");
        let commitment = text.commitment();
        assert_eq!(vault.read(&commitment).unwrap(), None);
        drop(vault.store(std::slice::from_ref(&text)).unwrap());
        drop(vault.store(std::slice::from_ref(&text)).unwrap());
        assert_eq!(vault.read(&commitment).unwrap(), Some(text));
        assert_eq!(vault.commitments().unwrap(), [commitment]);
        let path = vault.path(&commitment);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            assert!(matches!(vault.read(&commitment), Err(VaultError::Damaged(_))), "byte {at}");
        }
    }

    #[test]
    fn what_comes_in_is_not_swept_and_what_nobody_names_is() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        let texts = [1, 2, 3].map(|number| Attachment::text([number; 32], "words"));
        let [named, coming, refused] = texts.each_ref().map(Attachment::commitment);
        drop(vault.store(&texts[..1]).unwrap());
        let incoming = [vault.store(&texts[1..]).unwrap(), vault.store(&texts[1..2]).unwrap()];
        let unfinished = vault.path(&named).with_extension("new");
        std::fs::write(&unfinished, "half").unwrap();
        assert_eq!(vault.sweep(|one| *one == named).unwrap(), 1);
        assert!(!unfinished.exists() && texts.iter().all(|one| vault.contains(&one.commitment())));
        // The same came in twice: it stays as long as one of them waits.
        let [first, second] = incoming;
        first.withdraw(|_| false).unwrap();
        assert!(vault.contains(&coming) && !vault.contains(&refused));
        second.withdraw(|one| *one == coming).unwrap();
        vault.destroy_unless(&coming, || true).unwrap();
        assert!(vault.contains(&coming));
        assert_eq!(vault.sweep(|_| false).unwrap(), 2);
        assert_eq!(vault.commitments().unwrap(), []);
    }

    #[test]
    fn many_are_kept_at_once_also_where_one_comes_twice() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        let mut texts: Vec<_> =
            (0..3 * limits::SYNCS as u8).map(|n| Attachment::text([n; 32], "words")).collect();
        texts.insert(1, texts[0].clone());
        texts.push(texts[0].clone());
        drop(vault.store(&texts).unwrap());
        for text in &texts {
            assert_eq!(vault.read(&text.commitment()).unwrap().as_ref(), Some(text));
        }
        assert_eq!(vault.commitments().unwrap().len(), 3 * limits::SYNCS);
        let folders = std::fs::read_dir(&vault.directory).unwrap().map(|folder| folder.unwrap().path());
        let files: usize = folders.map(|folder| std::fs::read_dir(folder).unwrap().count()).sum();
        assert_eq!(files, 3 * limits::SYNCS, "nothing unfinished is left");
    }

    #[test]
    fn what_could_not_be_stored_whole_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        let texts = [1, 2].map(|number| Attachment::text([number; 32], "words"));
        // A folder stands where the second file would be made.
        std::fs::create_dir_all(vault.path(&texts[1].commitment()).with_extension("new")).unwrap();
        assert!(matches!(vault.store(&texts), Err(VaultError::Io(_))));
        assert_eq!(vault.commitments().unwrap(), []);
    }

    #[test]
    fn what_cannot_be_a_header_or_is_too_large_is_refused() {
        let vault = Vault::open(Path::new("unused"));
        for (media_type, length) in
            [("text\r\nx: /", 1), ("text", 1), ("text/plain", limits::ATTACHMENT_BYTES + 1)]
        {
            let one = Attachment { salt: [0; 32], media_type: media_type.to_owned(), bytes: vec![0; length] };
            assert!(matches!(vault.store(&[one]), Err(VaultError::Refused(..))));
        }
    }
}
