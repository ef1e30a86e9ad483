//! The signed heads, beside the store: what was acknowledged, in files that sled does not touch.
//!
//! Every head is written twice and synced before its commit is acknowledged: see [`super::frames`].
//! Whoever begins to sign begins a file, which says in its first frame where it lies itself: see
//! [`super::term`]. So heads that were written elsewhere, or at another time, are known as such. The file
//! before is told that another follows: so a newest file that is gone is missed, and whatever puts an older
//! copy in the place of a directory has to write that file anew, which then lies elsewhere. What writes into
//! the files that are there (`cp` over a directory) keeps their places; but a file is written to for a few
//! minutes only, and not after an end: so an older copy has other files than those that are there.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::StoreError;
use super::frames::{Copies, Found, Frame, framed_twice};
use super::private::create_private_folder;
use super::term::{Instance, Place, ReadOnly, Standing, Term};
use crate::files::open_file;
use crate::limits;

/// What damage to the newest file is told as.
const GONE: &str = "gone or empty, and its heads with it";
const CUT: &str = "cut within what it began with, which no crash does";

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
    standing: Standing,
    file: Option<File>,
    begun: Instant,
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
            standing: Standing::ReadOnly(ReadOnly::Unmarked),
            file: None,
            begun: Instant::now(),
            poisoned: false,
        };
        // The newest file begins with the last head of the one before, so one file nearly always does.
        let mut newest = true;
        let mut stands = false;
        // A file that follows one with a head was whole, with two copies of a head, when it appeared.
        let mut is_cut = false;
        while let (true, Some(number)) = (heads.last.is_none() || is_cut, numbers.pop()) {
            let mut bytes = Vec::new();
            let mut file = open_file(&heads.path(number))?;
            (&mut file).take(limits::HEADS_BYTES * 2).read_to_end(&mut bytes)?;
            let found = Found::in_bytes(&bytes);
            if !stands && found.valid_bytes > 0 {
                heads.standing = found.standing(&file)?;
                stands = true;
            }
            let damage = match newest {
                true => found.followed.then_some((number + 1, GONE)),
                false if heads.valid_bytes == 0 => Some((heads.number, GONE)),
                false => found.last.as_ref().map(|_| (heads.number, CUT)),
            };
            is_cut &= found.last.is_none();
            if newest {
                is_cut = found.heads == 0 || found.heads == 1 && found.state == HeadsState::TornTail;
                (heads.valid_bytes, heads.state) = (found.valid_bytes, found.state);
            }
            if let Some((number, how)) = damage {
                heads.state = HeadsState::Damaged(format!("heads/{number:08}, the newest file, is {how}"));
            }
            heads.last = heads.last.or(found.last);
            newest = false;
        }
        Ok(heads)
    }

    /// The newest whole head.
    pub fn last(&self) -> Option<&[u8]> {
        self.last.as_deref()
    }

    /// What of the files is not whole, though nothing is lost by it: each file's name, and what it is.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn blemishes(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut found = Vec::new();
        for number in numbers(&self.directory)? {
            let mut bytes = Vec::new();
            let file = open_file(&self.path(number))?;
            file.take(limits::HEADS_BYTES * 2).read_to_end(&mut bytes)?;
            let copies = Copies::in_bytes(&bytes);
            if !copies.are_whole() {
                let Copies { frames, single, foreign } = copies;
                let what = format!(
                    "of {frames} heads and marks, each written twice, {single} are whole in one copy only, and \
                     {foreign} bytes among them belong to neither copy of any"
                );
                found.push((format!("heads/{number:08}"), what));
            }
        }
        Ok(found)
    }

    /// What the files say of their end.
    pub fn state(&self) -> &HeadsState {
        &self.state
    }

    /// Who may sign, as far as the heads know.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Begins to sign here: the next file, which says so, is synced when it returns.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is appended after it.
    pub fn begin_term(&mut self, instance: Instance) -> Result<(), StoreError> {
        self.unless_poisoned(|heads| {
            heads.standing = Standing::Signer(instance);
            heads.roll_over()
        })
    }

    /// Ends the term: nobody signs here until another is begun.
    ///
    /// # Errors
    /// [`StoreError::Io`]; nothing is appended after it.
    pub fn seal(&mut self) -> Result<(), StoreError> {
        self.unless_poisoned(|heads| {
            heads.write(Frame::Seal, &[])?;
            heads.standing = Standing::ReadOnly(ReadOnly::Sealed);
            Ok(())
        })
    }

    /// Ends with files of heads that no older copy has, where this directory signs: the process ends.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is appended after it.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        match self.standing {
            // Twice: the file before the newest is kept.
            Standing::Signer(_) => self.unless_poisoned(|heads| {
                heads.roll_over()?;
                heads.roll_over()
            }),
            Standing::ReadOnly(_) => Ok(()),
        }
    }

    /// Opens beforehand what the next head needs, so that writing it opens nothing.
    ///
    /// # Errors
    /// [`StoreError`]; it may be tried again.
    pub fn prepare(&mut self) -> Result<(), StoreError> {
        self.make_ready(2 * limits::NOTE_BYTES + 64)
    }

    /// The file to write so many bytes to, open.
    fn make_ready(&mut self, bytes: usize) -> Result<(), StoreError> {
        let is_old = self.file.is_some() && self.begun.elapsed().as_secs() > limits::HEADS_AGE_S;
        if self.number == 0 || is_old || self.valid_bytes + bytes as u64 > limits::HEADS_BYTES {
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
        self.unless_poisoned(|heads| {
            heads.write(Frame::Head, head)?;
            heads.last = Some(head.to_vec());
            Ok(())
        })
    }

    fn unless_poisoned(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.poisoned {
            return Err(StoreError::Io("an earlier head could not be written".to_owned()));
        }
        self.poisoned = true;
        change(self)?;
        self.poisoned = false;
        Ok(())
    }

    fn write(&mut self, kind: Frame, content: &[u8]) -> Result<(), StoreError> {
        let twice = framed_twice(kind, content);
        self.make_ready(twice.len())?;
        let Some(file) = &mut self.file else { return Err(StoreError::Io("no heads file".to_owned())) };
        file.write_all(&twice)?;
        file.sync_data()?;
        self.valid_bytes += twice.len() as u64;
        self.state = HeadsState::Clean;
        Ok(())
    }

    /// Begins the next file with who signs and the last head, whole when it appears under its name; the
    /// file before stays, older ones go.
    fn roll_over(&mut self) -> Result<(), StoreError> {
        create_private_folder(&self.directory)?;
        let next = self.number + 1;
        let unfinished = self.path(next).with_extension("new");
        let mut file = OpenOptions::new();
        let mut file = file.create(true).append(true).mode(0o600).open(&unfinished)?;
        file.set_len(0)?;
        let mut bytes = Vec::new();
        if let Standing::Signer(instance) = self.standing {
            let (place, _) = Place::of(&file)?;
            bytes.extend(framed_twice(Frame::Term, Term { instance, place }.to_text().as_bytes()));
        }
        if let Some(last) = &self.last {
            bytes.extend(framed_twice(Frame::Head, last));
        }
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, self.path(next))?;
        File::open(&self.directory)?.sync_all()?;
        if let Some(parent) = self.directory.parent() {
            File::open(parent)?.sync_all()?;
        }
        if self.number > 0 {
            self.tell_followed(next)?;
        }
        for old in numbers(&self.directory)?.into_iter().filter(|old| *old + 1 < next) {
            std::fs::remove_file(self.path(old))?;
        }
        (self.number, self.valid_bytes, self.file) = (next, bytes.len() as u64, Some(file));
        self.begun = Instant::now();
        Ok(())
    }

    /// Says in the file before that another follows it.
    fn tell_followed(&self, next: u64) -> Result<(), StoreError> {
        let mut file = OpenOptions::new().append(true).open(self.path(self.number))?;
        if self.state == HeadsState::TornTail {
            file.set_len(self.valid_bytes)?;
        }
        file.write_all(&framed_twice(Frame::Next, next.to_string().as_bytes()))?;
        Ok(file.sync_all()?)
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

#[cfg(test)]
mod tests {
    use super::super::frames::framed;
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
        let frame = framed(Frame::Head, b"two").len();
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
        let frame = framed(Frame::Head, b"two").len();
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
    #[test]
    fn whoever_signs_is_known_again_and_a_copy_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let standing = |name: &str| Heads::open(&directory.path().join(name)).unwrap().standing();
        let instance = Instance::random().unwrap();
        let at = |name: &str| directory.path().join(name).join("heads");
        let mut heads = Heads::open(&directory.path().join("one")).unwrap();
        assert_eq!(heads.standing(), Standing::ReadOnly(ReadOnly::Unmarked));
        heads.begin_term(instance).unwrap();
        heads.append(b"head").unwrap();
        assert_eq!(standing("one"), Standing::Signer(instance));
        // Rolling over goes on with the term.
        (0..50).for_each(|_| heads.append(&[7; 100_000]).unwrap());
        heads.append(b"head").unwrap();
        assert_eq!((heads.number > 1, standing("one")), (true, Standing::Signer(instance)));
        std::fs::create_dir_all(at("two")).unwrap();
        for file in std::fs::read_dir(at("one")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), at("two").join(file.file_name())).unwrap();
        }
        assert_eq!(standing("two"), Standing::ReadOnly(ReadOnly::Copied));
        std::fs::rename(directory.path().join("one"), directory.path().join("renamed")).unwrap();
        assert_eq!(standing("renamed"), Standing::Signer(instance));
        // The copy's files in the place of the first's are still copies.
        std::fs::rename(directory.path().join("two"), directory.path().join("one")).unwrap();
        assert_eq!(standing("one"), Standing::ReadOnly(ReadOnly::Copied));
        let newest = format!("{:08}", heads.number);
        std::fs::hard_link(at("renamed").join(&newest), directory.path().join("link")).unwrap();
        assert_eq!(standing("renamed"), Standing::ReadOnly(ReadOnly::Linked));
        std::fs::remove_file(directory.path().join("link")).unwrap();
        let mut heads = Heads::open(&directory.path().join("renamed")).unwrap();
        heads.begin_term(instance).unwrap();
        heads.seal().unwrap();
        let again = Heads::open(&directory.path().join("renamed")).unwrap();
        assert_eq!(
            (again.standing(), again.last()),
            (Standing::ReadOnly(ReadOnly::Sealed), Some(&b"head"[..]))
        );
    }

    #[test]
    fn one_wrong_byte_leaves_who_signs_and_that_it_is_sealed() {
        let directory = tempfile::tempdir().unwrap();
        let instance = Instance::random().unwrap();
        let mut heads = Heads::open(directory.path()).unwrap();
        heads.begin_term(instance).unwrap();
        heads.append(b"head").unwrap();
        let file = directory.path().join("heads/00000001");
        let check = |expected| {
            let whole = std::fs::read(&file).unwrap();
            for at in 0..whole.len() {
                let mut bytes = whole.clone();
                bytes[at] ^= 1;
                std::fs::write(&file, bytes).unwrap();
                assert_eq!(Heads::open(directory.path()).unwrap().standing(), expected, "byte {at}");
            }
            std::fs::write(&file, whole).unwrap();
        };
        check(Standing::Signer(instance));
        heads.seal().unwrap();
        check(Standing::ReadOnly(ReadOnly::Sealed));
    }

    #[test]
    fn heads_are_their_owners_alone() {
        use std::os::unix::fs::MetadataExt;
        let (directory, file) = written(&[b"one"]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&directory.path().join("heads")), mode(&file)), (0o700, 0o600));
    }
}
