//! Who signs: what a heads file says of itself, which a copy of it cannot say.
//!
//! A file knows the inode it lies in and the instant at which it was made. Both stay when the process or
//! the machine starts anew, when a folder above it is renamed or mounted elsewhere, and when a new
//! container uses the same volume; every copy, import or restored backup is another file, made later. The
//! device number is left out: it changes from one start to the next. Where the file system keeps no birth
//! times, and on those that repeat inode and birth time (clones of btrfs and ZFS, overlays), the volume's id
//! counts too.
//! What copies a whole block device or virtual machine copies all of it and cannot be told apart here.
//!
//! **Heads say where they were written.** Every start that signs begins a new file of heads, whose first
//! frame names the inode that it lies in and the instant it was made: a copy lies elsewhere and is younger,
//! whatever `cp`, `tar` or `rsync` preserve. Device numbers are left out, as they change between starts and
//! containers; where a file system keeps no birth times, and on btrfs and ZFS, whose clones repeat both, the
//! volume's id counts too. Hard links stop both directories. Since each start begins a file, heads that are
//! put back over newer ones are found by their own number, inode or birth.

use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use super::StoreError;

/// File systems that repeat the inodes and births of others: clones of btrfs and ZFS have an id of their own,
/// and an overlay shows the files below it as its own.
const CLONING: [u64; 3] = [0x9123_683e, 0x2fc1_2fc1, 0x794c_7630];

/// The id of a run of terms that followed one another in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance([u8; 16]);

impl Instance {
    /// A new one.
    ///
    /// # Errors
    /// [`StoreError::Io`]: the system gives no random bytes.
    pub fn random() -> Result<Self, StoreError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(error.to_string()))?;
        Ok(Self(bytes))
    }
}

impl std::fmt::Display for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where a file lies, as far as no copy lies there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    inode: u64,
    /// Nanoseconds of the Unix time at which the file was made.
    born: Option<u128>,
    /// The id of the volume, where it counts.
    volume: Option<u64>,
}

impl Place {
    /// Where an open file lies, and how many names it has there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub(super) fn of(file: &File) -> Result<(Self, u64), StoreError> {
        let metadata = file.metadata()?;
        let born = metadata.created().ok();
        let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok()).map(|born| born.as_nanos());
        let kind = rustix::fs::fstatfs(file).map(|one| one.f_type as u64).unwrap_or_default();
        let volume = match born {
            Some(_) if !CLONING.contains(&kind) => None,
            _ => rustix::fs::fstatvfs(file).ok().map(|one| one.f_fsid),
        };
        Ok((Self { inode: metadata.ino(), born, volume }, metadata.nlink()))
    }
}

/// A term of signing: by whom, and into which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// Who signs.
    pub instance: Instance,
    /// Where the file lies that says so.
    pub place: Place,
}

impl Term {
    /// The text that the file carries.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("instance {}\ninode {}\n", self.instance, self.place.inode);
        if let Some(born) = self.place.born {
            let _ = writeln!(text, "born {born}");
        }
        if let Some(volume) = self.place.volume {
            let _ = writeln!(text, "volume {volume:016x}");
        }
        text
    }

    /// Reads that text.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(text).ok()?.lines().peekable();
        let mut member = |name: &str| {
            let value = lines.peek()?.strip_prefix(name)?.strip_prefix(' ')?;
            lines.next();
            Some(value)
        };
        let hex = member("instance")?;
        let instance = Instance(u128::from_str_radix(hex, 16).ok()?.to_be_bytes());
        let inode = member("inode")?.parse().ok()?;
        let born = member("born").map(str::parse).transpose().ok()?;
        let volume = member("volume").map(|id| u64::from_str_radix(id, 16)).transpose().ok()?;
        let term = Self { instance, place: Place { inode, born, volume } };
        // One text for one term.
        (term.to_text().as_bytes() == text).then_some(term)
    }
}

/// What a directory's heads say of who may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// This directory signed last, as far as it can know.
    Signer(Instance),
    /// Nobody may: nothing says that it is the one that signed last.
    ReadOnly(ReadOnly),
}

/// Why a directory signs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadOnly {
    /// Its heads were written elsewhere.
    #[error(
        "its data directory is a copy, a restored backup or moved from another file system, and the one that it comes from may have signed more since"
    )]
    Copied,
    /// Its heads name nobody, as those of an import do.
    #[error(
        "its data directory was imported, or does not say that it signed, and another may have signed more since"
    )]
    Unmarked,
    /// A heads file has more than one name.
    #[error(
        "its newest file of heads has a second name, a hard link in another directory: remove that, and start anew"
    )]
    Linked,
    /// It was sealed.
    #[error("its data directory was sealed, so that another can go on")]
    Sealed,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(born: Option<u128>, volume: Option<u64>) -> Term {
        Term { instance: Instance([0xab; 16]), place: Place { inode: 7, born, volume } }
    }

    #[test]
    fn a_term_is_read_as_it_was_written_and_in_no_other_spelling() {
        for one in [term(None, None), term(Some(5), None), term(None, Some(1)), term(Some(9), Some(2))] {
            let text = one.to_text();
            assert_eq!(Term::parse(text.as_bytes()), Some(one));
            for at in 0..text.len() {
                let mut other = text.clone().into_bytes();
                other[at] ^= 0x20;
                assert_ne!(Term::parse(&other).map(|one| one.to_text()), Some(text.clone()), "byte {at}");
            }
            for other in [text.to_uppercase(), format!("{text} "), format!(" {text}"), text.replace('\n', "")]
            {
                assert_eq!(Term::parse(other.as_bytes()), None, "{other}");
            }
        }
    }

    #[test]
    fn a_copy_lies_elsewhere_and_a_renamed_file_does_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let place = |name: &str| Place::of(&File::open(path(name)).unwrap()).unwrap();
        std::fs::write(path("one"), "x").unwrap();
        let (first, links) = place("one");
        assert_eq!(links, 1);
        std::fs::copy(path("one"), path("copy")).unwrap();
        assert_ne!(place("copy").0, first);
        std::fs::rename(path("one"), path("other")).unwrap();
        assert_eq!(place("other"), (first.clone(), 1));
        std::fs::hard_link(path("other"), path("second")).unwrap();
        assert_eq!(place("second"), (first.clone(), 2));
        // Put back under its name, a copy is still another file.
        std::fs::rename(path("copy"), path("other")).unwrap();
        assert_ne!(place("other").0, first);
    }
}
