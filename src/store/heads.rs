//! The signed heads, beside the store: what was acknowledged, in files that sled does not touch.
//!
//! ```text
//! 0    4   magic "TNH1"
//! 4    4   n, length of the head, u32 big-endian
//! 8    n   the head: a checkpoint's note
//! 8+n  16  the first 16 bytes of BLAKE3 over all before
//! ```
//! Every head is written twice and synced before its commit is acknowledged, so that one damaged
//! byte always leaves a whole copy of the newest.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::limits;

const MAGIC: &[u8; 4] = b"TNH1";
const SUM: usize = 16;

/// What the files say of their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadsState {
    /// The newest head is whole.
    Clean,
    /// A head was being written when the process ended; it was never acknowledged.
    TornTail,
    /// Bytes at the end are neither a head nor the beginning of one: the newest head may be lost.
    Damaged(String),
}

/// The append-only heads of a data directory.
#[derive(Debug)]
pub struct Heads {
    directory: PathBuf,
    number: u64,
    valid_bytes: u64,
    last: Option<Vec<u8>>,
    state: HeadsState,
    file: Option<File>,
    poisoned: bool,
}

impl Heads {
    /// Reads the heads in `<directory>/heads`.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let directory = directory.join("heads");
        let mut numbers = numbers(&directory)?;
        let mut heads = Self {
            number: numbers.last().copied().unwrap_or(0),
            directory,
            valid_bytes: 0,
            last: None,
            state: HeadsState::Clean,
            file: None,
            poisoned: false,
        };
        // The newest file begins with the last head of the one before, so one file nearly always does.
        let mut newest = true;
        while let (Some(number), None) = (numbers.pop(), &heads.last) {
            let mut bytes = Vec::new();
            let file = File::open(heads.path(number))?;
            file.take(limits::HEADS_BYTES * 2).read_to_end(&mut bytes)?;
            let found = Found::in_bytes(&bytes);
            if newest || found.last.is_none() {
                heads.valid_bytes = if newest { found.valid_bytes } else { heads.valid_bytes };
                heads.state = if newest { found.state } else { heads.state };
            }
            heads.last = found.last;
            newest = false;
        }
        Ok(heads)
    }

    /// The newest whole head.
    pub fn last(&self) -> Option<&[u8]> {
        self.last.as_deref()
    }

    /// What the files say of their end.
    pub fn state(&self) -> &HeadsState {
        &self.state
    }

    /// Opens beforehand what the next head needs, so that writing it opens nothing.
    ///
    /// # Errors
    /// [`StoreError`]; it may be tried again.
    pub fn prepare(&mut self) -> Result<(), StoreError> {
        let most = 2 * frame(&[]).len() as u64 + 2 * limits::NOTE_BYTES as u64;
        if self.number == 0 || self.valid_bytes + most > limits::HEADS_BYTES {
            self.roll_over()?;
        }
        if self.file.is_none() {
            let file = OpenOptions::new().append(true).open(self.path(self.number))?;
            file.set_len(self.valid_bytes)?;
            self.file = Some(file);
        }
        Ok(())
    }

    /// Writes a head and syncs it; a torn one before it is cut off.
    ///
    /// # Errors
    /// [`StoreError::Io`]; nothing more is appended after it.
    pub fn append(&mut self, head: &[u8]) -> Result<(), StoreError> {
        if self.poisoned {
            return Err(StoreError::Io("an earlier head could not be written".to_owned()));
        }
        self.prepare()?;
        self.poisoned = true;
        let frame = frame(head);
        let twice = [frame.as_slice(), frame.as_slice()].concat();
        let Some(file) = &mut self.file else { return Err(StoreError::Io("no heads file".to_owned())) };
        file.write_all(&twice)?;
        file.sync_data()?;
        self.valid_bytes += twice.len() as u64;
        self.last = Some(head.to_vec());
        self.state = HeadsState::Clean;
        self.poisoned = false;
        Ok(())
    }

    /// Begins the next file with the last head; the file before stays, older ones go.
    fn roll_over(&mut self) -> Result<(), StoreError> {
        std::fs::create_dir_all(&self.directory)?;
        let next = self.number + 1;
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(self.path(next))?;
        let mut bytes = Vec::new();
        if let Some(last) = &self.last {
            let frame = frame(last);
            bytes = [frame.as_slice(), frame.as_slice()].concat();
            file.write_all(&bytes)?;
        }
        file.sync_all()?;
        File::open(&self.directory)?.sync_all()?;
        if let Some(parent) = self.directory.parent() {
            File::open(parent)?.sync_all()?;
        }
        for old in numbers(&self.directory)?.into_iter().filter(|old| *old + 1 < next) {
            std::fs::remove_file(self.path(old))?;
        }
        (self.number, self.valid_bytes, self.file) = (next, bytes.len() as u64, None);
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{number:08}"))
    }
}

/// The numbers of the files, ascending.
fn numbers(directory: &Path) -> Result<Vec<u64>, StoreError> {
    let listing = match std::fs::read_dir(directory) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut numbers = Vec::new();
    for entry in listing {
        let name = entry?.file_name();
        numbers
            .extend(name.to_str().filter(|name| name.len() == 8).and_then(|name| name.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn frame(head: &[u8]) -> Vec<u8> {
    let mut frame = [MAGIC, &(head.len() as u32).to_be_bytes()[..], head].concat();
    let sum = blake3::hash(&frame);
    frame.extend_from_slice(&sum.as_bytes()[..SUM]);
    frame
}

/// What a file's bytes hold.
struct Found {
    last: Option<Vec<u8>>,
    valid_bytes: u64,
    state: HeadsState,
}

impl Found {
    fn in_bytes(bytes: &[u8]) -> Self {
        let (mut at, mut end) = (0, 0);
        let mut last = None;
        while at < bytes.len() {
            if let Some((head, length)) = whole_frame(&bytes[at..]) {
                at += length;
                end = at;
                last = Some(head.to_vec());
            } else {
                // Damage: look for the next head from the following byte on.
                let next = bytes[at + 1..].windows(MAGIC.len()).position(|window| window == MAGIC);
                at = next.map_or(bytes.len(), |next| at + 1 + next);
            }
        }
        let tail = &bytes[end..];
        let state = if tail.is_empty() {
            HeadsState::Clean
        } else if is_torn(tail) {
            HeadsState::TornTail
        } else {
            HeadsState::Damaged(format!("{} bytes at the end of the heads are no head", tail.len()))
        };
        Self { last, valid_bytes: end as u64, state }
    }
}

fn whole_frame(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    if length > limits::NOTE_BYTES {
        return None;
    }
    let (head, rest) = rest.split_at_checked(length)?;
    let sum = rest.get(..SUM)?;
    let framed = 8 + length;
    (blake3::hash(&bytes[..framed]).as_bytes()[..SUM] == *sum).then_some((head, framed + SUM))
}

/// Whether the bytes are the strict beginning of a frame, or zeroes that a crash left.
fn is_torn(tail: &[u8]) -> bool {
    if tail.iter().all(|byte| *byte == 0) {
        return true;
    }
    let magic = &tail[..tail.len().min(4)];
    if !MAGIC.starts_with(magic) {
        return false;
    }
    let Some(length) = tail.get(4..8).and_then(|length| length.try_into().ok()) else { return true };
    let length = u32::from_be_bytes(length) as usize;
    length <= limits::NOTE_BYTES && tail.len() < 8 + length + SUM
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(heads: &[&[u8]]) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let mut open = Heads::open(directory.path()).unwrap();
        heads.iter().for_each(|head| open.append(head).unwrap());
        let file = directory.path().join("heads/00000001");
        (directory, file)
    }

    #[test]
    fn one_wrong_byte_anywhere_leaves_the_newest_head() {
        let (directory, file) = written(&[b"one", b"two", b"three"]);
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            for flip in [1, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= flip;
                std::fs::write(&file, bytes).unwrap();
                let heads = Heads::open(directory.path()).unwrap();
                assert_eq!(heads.last(), Some(&b"three"[..]), "byte {at}");
            }
        }
    }

    #[test]
    fn a_torn_head_is_cut_off_and_writing_goes_on() {
        let (directory, file) = written(&[b"one", b"two"]);
        let whole = std::fs::read(&file).unwrap();
        let frame = frame(b"two").len();
        for length in 0..whole.len() {
            std::fs::write(&file, &whole[..length]).unwrap();
            let mut heads = Heads::open(directory.path()).unwrap();
            let expected: Option<&[u8]> = match length {
                _ if length >= whole.len() - frame => Some(b"two"),
                _ if length >= frame => Some(b"one"),
                _ => None,
            };
            assert_eq!(heads.last(), expected, "{length} bytes");
            assert!(!matches!(heads.state(), HeadsState::Damaged(_)), "{length} bytes");
            heads.append(b"next").unwrap();
            let again = Heads::open(directory.path()).unwrap();
            assert_eq!((again.last(), again.state()), (Some(&b"next"[..]), &HeadsState::Clean));
        }
    }

    #[test]
    fn the_newest_head_damaged_twice_is_reported_not_passed_over() {
        let (directory, file) = written(&[b"one", b"two"]);
        let mut bytes = std::fs::read(&file).unwrap();
        let frame = frame(b"two").len();
        let length = bytes.len();
        bytes[length - 1] ^= 1;
        bytes[length - frame - 1] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let heads = Heads::open(directory.path()).unwrap();
        assert!(matches!(heads.state(), HeadsState::Damaged(_)));
    }

    #[test]
    fn the_newest_head_survives_rolling_over() {
        let directory = tempfile::tempdir().unwrap();
        let mut heads = Heads::open(directory.path()).unwrap();
        let large = vec![7; 100_000];
        for at in 0..100u8 {
            heads.append(&[&large[..], &[at]].concat()).unwrap();
        }
        let again = Heads::open(directory.path()).unwrap();
        assert_eq!(again.last().and_then(|head| head.last()), Some(&99));
        assert!(std::fs::read_dir(directory.path().join("heads")).unwrap().count() <= 2);
    }
}
