//! The image of the state: what a start reads in place of all entries, in a file beside the store.
//!
//! ```text
//! 0     8   magic "TNSTATE", the form of the parts
//! 8     8   size, u64 big-endian
//! 16    32  chain hash of the last entry reflected
//! 48    16  the first 16 bytes of BLAKE3 over all before
//! then for each part:
//! 0     1   kind
//! 1     4   n, length of the part, u32 big-endian
//! 5     n   the part
//! 5+n   16  the first 16 bytes of BLAKE3 over the header's sum and all before
//! and one of kind 0 and length 0 at the end
//! ```
//! It is written behind, whole, and put in the place of the one before. A start takes the entries after
//! it from the log, and makes all anew from the log where the image does not fit it.
//!
//! **A start reads an image of the state.** Beside the store lies one file with all that follows from the
//! entries, in parts that several threads decode at once. A thread beside the writer makes it from a
//! snapshot, into a second file that takes the place of the first: when the ledger has grown by a quarter
//! and 65,536 entries, and at an opening or close when by a 64th and 256. A start reads it, and the entries
//! since from the log; where there is none, or it is damaged, of another version or of another log (its
//! chain hash says where it stands), or ahead of the last signed head, the state is made anew from the log,
//! 0.2 million entries a second here. So a start builds the state and need not find out again what each
//! event did, and nothing is written per event; over its life a ledger writes four to five times its state.
//! What it says is believed as the stored hashes of the old entries are, keys and council included: keep the
//! data directory as private as the log's key. `tinnhiem fsck` compares it with what the entries make
//! (`state.differs`); an audit never looks at it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use crate::files::open_file;
use crate::limits;
use crate::log::ChainHash;
use crate::state::{BadImage, IMAGE_FORMAT, Image, Index, Part, PartKind, State};
use crate::store::{create_private_file, create_private_folder};

const MAGIC: [u8; 8] = [b'T', b'N', b'S', b'T', b'A', b'T', b'E', IMAGE_FORMAT];
const HEADER: usize = 48;
const SUM: usize = 16;
/// The kind of what stands at the end.
const END: u8 = 0;
/// A running ledger's image is due once it has grown by this part of itself.
const GROWTH: u64 = 4;
/// A start reads this part of a ledger from the log about as soon as from an image.
const FEW: u64 = 64;
/// Parts read ahead of those that are being decoded, of either sort.
const AHEAD: usize = 3;

/// The file of a data directory.
pub(super) fn path(directory: &Path) -> PathBuf {
    directory.join("derived").join("state")
}

/// A state, and where in the log it stands.
#[derive(Default)]
pub struct Imaged {
    /// The state; that before entry 0 where there is no image.
    pub state: State,
    /// The chain hash of the last entry reflected; none where there is no image.
    pub chain: Option<ChainHash>,
    /// What is wrong with the file that is there.
    pub damage: Option<Damage>,
}

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It is of the form of another version of the program.
    Form,
    /// It is not what was written.
    Bytes,
    /// The machine refuses to open it.
    Unread,
}

impl From<BadImage> for Damage {
    fn from(BadImage: BadImage) -> Self {
        Self::Bytes
    }
}

impl Imaged {
    /// Reads the image of a directory.
    pub fn read(directory: &Path) -> Self {
        let damaged = |damage| Self { damage: Some(damage), ..Self::default() };
        match open_file(&path(directory)) {
            Ok(file) => match read(file) {
                Ok((state, chain)) => Self { state, chain: Some(chain), damage: None },
                Err(damage) => damaged(damage),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(_) => damaged(Damage::Unread),
        }
    }
}

/// An image on its way, on a thread of its own.
pub struct ImageReading(JoinHandle<Imaged>);

impl ImageReading {
    /// Begins to read the image of a directory; none when there is no thread for it.
    pub fn begin(directory: &Path) -> Option<Self> {
        let directory = directory.to_owned();
        let thread = std::thread::Builder::new().name("image".to_owned());
        thread.spawn(move || Imaged::read(&directory)).ok().map(Self)
    }

    /// The image, once it is read.
    pub fn finish(self) -> Imaged {
        self.0.join().unwrap_or(Imaged { damage: Some(Damage::Bytes), ..Imaged::default() })
    }
}

/// Reads, checks and decodes the parts: the index's on one thread, the others on two.
fn read(file: File) -> Result<(State, ChainHash), Damage> {
    let mut parts = PartReader::over(file)?;
    let (size, chain) = (parts.size, parts.chain);
    std::thread::scope(|scope| {
        let (lines, come) = mpsc::sync_channel::<Vec<u8>>(AHEAD);
        // A line takes more bytes than the room that is made for it, so that the file bounds it.
        let room = size.min(parts.left / 32) as usize;
        let index = scope.spawn(move || {
            let mut index = Index::with_room(room);
            come.into_iter().try_for_each(|part| index.read_lines(&part)).map(|()| index)
        });
        let (others, come) = mpsc::sync_channel::<(PartKind, Vec<u8>)>(AHEAD);
        // Held by the decoders alone: once both have ended, nothing more can be sent.
        let come = Arc::new(Mutex::new(come));
        let decoders = [come.clone(), come].map(|come| scope.spawn(move || decode(&come)));
        // Who no longer takes parts has found a bad one, and says so below.
        let read = parts.each(|kind, bytes| match kind {
            PartKind::Lines => lines.send(bytes).is_ok(),
            _ => others.send((kind, bytes)).is_ok(),
        });
        drop((lines, others));
        let index = index.join().unwrap_or(Err(BadImage));
        let decoded = decoders.map(|decoder| decoder.join().unwrap_or(Err(BadImage)));
        read?;
        let mut image = Image::default();
        for parts in decoded {
            parts?.into_iter().for_each(|part| image.put(part));
        }
        let state = image.finish(index?)?;
        if state.size() == size { Ok((state, chain)) } else { Err(Damage::Bytes) }
    })
}

/// Decodes parts as long as some come.
fn decode(come: &Mutex<mpsc::Receiver<(PartKind, Vec<u8>)>>) -> Result<Vec<Part>, BadImage> {
    let next = || come.lock().unwrap_or_else(PoisonError::into_inner).recv().ok();
    std::iter::from_fn(next).map(|(kind, bytes)| Part::read(kind, &bytes)).collect()
}

struct PartReader {
    file: BufReader<File>,
    /// Bytes of the file not yet read.
    left: u64,
    size: u64,
    chain: ChainHash,
    header_sum: [u8; SUM],
}

impl PartReader {
    fn over(file: File) -> Result<Self, Damage> {
        let length = file.metadata().map_err(|_| BadImage)?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut header = [0; HEADER + SUM];
        file.read_exact(&mut header).map_err(|_| BadImage)?;
        let (header, header_sum) = header.split_first_chunk::<HEADER>().ok_or(BadImage)?;
        let header_sum = header_sum.try_into().map_err(|_| BadImage)?;
        if sum(&[header]) != header_sum {
            return Err(Damage::Bytes);
        }
        if header[..8] != MAGIC {
            return Err(Damage::Form);
        }
        let size = u64::from_be_bytes(std::array::from_fn(|at| header[8 + at]));
        let chain = ChainHash::from_bytes(std::array::from_fn(|at| header[16 + at]));
        Ok(Self { file, left: length.saturating_sub((HEADER + SUM) as u64), size, chain, header_sum })
    }

    /// Passes on every part, as long as it is wanted.
    fn each(&mut self, mut take: impl FnMut(PartKind, Vec<u8>) -> bool) -> Result<(), BadImage> {
        loop {
            let head: [u8; 5] = self.bytes(5)?.try_into().map_err(|_| BadImage)?;
            let [kind, length @ ..] = head;
            let part = self.bytes(u32::from_be_bytes(length) as usize)?;
            if *self.bytes(SUM)? != sum(&[&self.header_sum, &head, &part]) {
                return Err(BadImage);
            }
            if kind == END {
                return if part.is_empty() && self.left == 0 { Ok(()) } else { Err(BadImage) };
            }
            if !take(PartKind::numbered(kind).ok_or(BadImage)?, part) {
                return Err(BadImage);
            }
        }
    }

    /// So many bytes, where the file has them.
    fn bytes(&mut self, count: usize) -> Result<Vec<u8>, BadImage> {
        self.left = self.left.checked_sub(count as u64).ok_or(BadImage)?;
        let mut bytes = vec![0; count];
        self.file.read_exact(&mut bytes).map_err(|_| BadImage)?;
        Ok(bytes)
    }
}

fn sum(parts: &[&[u8]]) -> [u8; SUM] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let hash = *hasher.finalize().as_bytes();
    std::array::from_fn(|at| hash[at])
}

/// Writes the image of a state whose last entry's hash is `chain`, in the place of the one before.
fn write(directory: &Path, state: &State, chain: &ChainHash) -> io::Result<()> {
    create_private_folder(&directory.join("derived"))?;
    let unfinished = unfinished(directory);
    let written = write_to(&unfinished, state, chain);
    let placed = written.and_then(|()| std::fs::rename(&unfinished, path(directory)));
    // What could not be finished takes the room that the log needs.
    placed.inspect_err(|_| drop(std::fs::remove_file(unfinished)))
}

/// Where an image stands until it is whole.
fn unfinished(directory: &Path) -> PathBuf {
    path(directory).with_extension("new")
}

fn write_to(path: &Path, state: &State, chain: &ChainHash) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, create_private_file(path)?);
    let header: Vec<u8> = [&MAGIC[..], &state.size().to_be_bytes(), chain.as_bytes()].concat();
    let header_sum = sum(&[&header]);
    file.write_all(&header)?;
    file.write_all(&header_sum)?;
    let mut put = |kind: u8, part: &[u8]| {
        let length = u32::try_from(part.len()).map_err(io::Error::other)?.to_be_bytes();
        let head = [&[kind], &length[..]].concat();
        file.write_all(&head)?;
        file.write_all(part)?;
        file.write_all(&sum(&[&header_sum, &head, part]))
    };
    state.write_image(&mut |kind, part| put(kind as u8, part))?;
    put(END, &[])?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()
}

/// Writes images behind a ledger: at an opening, as it grows, and when it closes.
pub(super) struct ImageWriter {
    directory: PathBuf,
    /// How many entries the newest image reflects.
    imaged: u64,
    /// How many the one does that was begun last.
    begun: u64,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl ImageWriter {
    /// Goes on from an image of so many entries.
    pub(super) fn after(directory: &Path, imaged: u64) -> Self {
        let _ = std::fs::remove_file(unfinished(directory));
        Self { directory: directory.to_owned(), imaged, begun: imaged, writing: None }
    }

    /// Begins to write an image of a ledger that was just opened, unless a start reads the entries since
    /// the last as soon.
    pub(super) fn begin(&mut self, state: &State, chain: &ChainHash) {
        if state.size() - self.imaged >= self.few() {
            self.write_aside(state, chain);
        }
    }

    /// Begins to write an image where the ledger has grown enough since the last.
    pub(super) fn offer(&mut self, state: &State, chain: &ChainHash) {
        let due = (self.begun / GROWTH).max(limits::IMAGE_ENTRIES);
        let busy = self.writing.as_ref().is_some_and(|writing| !writing.is_finished());
        if !busy && state.size() - self.begun >= due {
            self.write_aside(state, chain);
        }
    }

    fn write_aside(&mut self, state: &State, chain: &ChainHash) {
        self.settle();
        let (directory, snapshot, chain) = (self.directory.clone(), state.clone(), *chain);
        let thread = std::thread::Builder::new().name("image".to_owned());
        self.begun = state.size();
        self.writing = thread.spawn(move || write(&directory, &snapshot, &chain)).ok();
    }

    /// Writes the last image, unless a start would read the entries since the one before as soon.
    pub(super) fn finish(mut self, state: &State, chain: &ChainHash) {
        self.settle();
        if state.size() - self.imaged >= self.few() {
            warned(write(&self.directory, state, chain));
        }
    }

    /// How many entries a start reads from the log about as soon as from an image.
    fn few(&self) -> u64 {
        (self.imaged / FEW).max(limits::IMAGE_FEW_ENTRIES)
    }

    /// Waits for what is being written.
    fn settle(&mut self) {
        let Some(writing) = self.writing.take() else { return };
        let written = writing.join().unwrap_or_else(|_| Err(io::Error::other("its thread ended")));
        if warned(written) {
            self.imaged = self.begun;
        }
    }
}

impl Drop for ImageWriter {
    /// Nobody else may open the directory while something is written in it.
    fn drop(&mut self) {
        self.settle();
    }
}

/// Whether an image was written; without it a start takes longer, no more.
fn warned(written: io::Result<()>) -> bool {
    written.inspect_err(|error| tracing::warn!(%error, "the image of the state is not written")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsse::EventId;
    use crate::event::{AuditFinding, Commitment, Event, FindingKind, PartyId};
    use crate::state::Recording;
    use crate::time::Timestamp;

    /// A state of so many entries that change nothing else.
    fn grown(mut state: State, to: u64) -> State {
        let body = AuditFinding {
            kind: FindingKind::Log,
            text: Commitment::from_bytes([0; 32]).into(),
            positions: Vec::new(),
        };
        let issuer: PartyId = "auditor".parse().unwrap();
        let (ledger, issued_at) = (String::new(), Timestamp::default());
        let event = Event { ledger, issuer, subject: None, issued_at, body: body.into() };
        while state.size() < to {
            let id = EventId::of_payload(&state.size().to_be_bytes());
            // Of no ledger: an image is one of whatever state.
            let _ = state.replay(Recording { id, at: issued_at, keys: &[], event: &event });
        }
        state
    }

    #[test]
    fn images_are_written_as_a_ledger_grows_and_when_it_closes() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path();
        let chain = ChainHash::from_bytes([7; 32]);
        let read = || Imaged::read(directory);
        let few = grown(State::default(), limits::IMAGE_ENTRIES - 1);
        let mut writer = ImageWriter::after(directory, 0);
        writer.offer(&few, &chain);
        assert!(writer.writing.is_none() && read().chain.is_none());
        // A folder stands in its place: nothing is written, and the close tries again.
        std::fs::create_dir_all(unfinished(directory)).unwrap();
        let many = grown(few, limits::IMAGE_ENTRIES);
        writer.offer(&many, &chain);
        writer.settle();
        assert!(read().chain.is_none() && read().damage.is_none());
        std::fs::remove_dir(unfinished(directory)).unwrap();
        writer.finish(&many, &chain);
        assert!(read().state == many && read().chain == Some(chain));
        // What a start reads from the log as soon is left to it.
        let tail = limits::IMAGE_ENTRIES / FEW;
        let more = grown(many.clone(), many.size() + tail - 1);
        ImageWriter::after(directory, many.size()).finish(&more, &chain);
        assert!(read().state == many);
        let more = grown(more, many.size() + tail);
        ImageWriter::after(directory, many.size()).finish(&more, &chain);
        assert!(read().state == more);
        for cut in [0, HEADER, 1000, 1] {
            let whole = std::fs::read(path(directory)).unwrap();
            let shorter = if cut == 1 { &whole[..whole.len() - 1] } else { &whole[..cut] };
            std::fs::write(path(directory), shorter).unwrap();
            assert!(read().damage == Some(Damage::Bytes) && read().state == State::default(), "cut at {cut}");
            std::fs::write(path(directory), whole).unwrap();
        }
    }
}
