//! The journal: what a state keeps of every entry, in a file beside the store.
//!
//! ```text
//! 0     8   magic "TNJRNL", the form of the rows, 0
//! then frames:
//! 0     4   n, length of the content, u32 big-endian
//! 4     32  chain hash of the last entry reflected
//! 36    n   the rows
//! 36+n  16  the first 16 bytes of BLAKE3 over all before
//! ```
//! It is written behind and never synced: a start reads what is whole, and takes the entries after
//! it from the log. What does not fit the log is made anew from it.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use crate::limits;
use crate::log::ChainHash;
use crate::state::{Index, JOURNAL_FORMAT, Kept, Recording, State};

const MAGIC: [u8; 8] = [b'T', b'N', b'J', b'R', b'N', b'L', JOURNAL_FORMAT, 0];
const SUM: usize = 16;
const HEADER: usize = 36;
/// Bytes that a row takes, on the safe side.
const ROW_BYTES: usize = 192;
/// Frames read ahead of the one being applied.
const AHEAD: usize = 8;

/// The file of a data directory.
pub fn path(directory: &Path) -> PathBuf {
    directory.join("derived").join("journal")
}

/// What a journal holds, as far as it is whole.
pub struct Journal {
    /// The state after its last whole frame.
    pub state: State,
    /// The chain hash of the last entry reflected; none when the journal is empty.
    pub chain: Option<ChainHash>,
    /// Whether a frame was damaged, not merely unfinished.
    pub damaged: bool,
    end_bytes: u64,
}

impl Journal {
    /// A journal that holds nothing.
    pub fn empty() -> Self {
        Self { state: State::default(), chain: None, damaged: false, end_bytes: 0 }
    }

    /// Reads the journal of a directory; an empty one when there is none.
    ///
    /// Frames are checked, decoded and indexed on one thread while the state takes them on another.
    pub fn read(directory: &Path) -> Self {
        let Ok(file) = File::open(path(directory)) else { return Self::empty() };
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        let mut journal = Self::empty();
        std::thread::scope(|scope| {
            let (send, frames) = mpsc::sync_channel(AHEAD);
            let (empty, emptied) = mpsc::sync_channel(AHEAD);
            let indexing = scope.spawn(move || {
                let mut index = Index::with_room(length as usize / ROW_BYTES);
                let mut reader = FrameReader::over(file);
                while let Some(frame) = reader.next(emptied.try_recv().unwrap_or_default()) {
                    if let Frame::Whole { rows, .. } = &frame {
                        rows.recordings().for_each(|entry| index.push(entry));
                    }
                    let last = matches!(frame, Frame::Damaged);
                    if send.send(frame).is_err() || last {
                        break;
                    }
                }
                index.seal();
                index
            });
            // Giving rows back costs as much as a third of applying them, so another does it; the list
            // that held them is filled again, since fresh memory costs as much as the rows.
            let (discard, discarded) = mpsc::sync_channel::<Kept>(AHEAD);
            scope.spawn(move || {
                for mut rows in discarded {
                    rows.clear();
                    let _ = empty.try_send(rows);
                }
            });
            for frame in frames {
                match frame {
                    Frame::Damaged => journal.damaged = true,
                    Frame::Begun => journal.end_bytes = MAGIC.len() as u64,
                    Frame::Whole { rows, chain, bytes } => {
                        rows.recordings().for_each(|entry| journal.state.apply_beside_index(entry));
                        journal.chain = Some(chain);
                        journal.end_bytes += bytes;
                        let _ = discard.send(rows);
                    }
                }
            }
            drop(discard);
            match indexing.join() {
                Ok(index) => journal.state.put_index(index),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        journal
    }
}

/// A journal on its way, on a thread of its own.
pub struct JournalReading(JoinHandle<Journal>);

impl JournalReading {
    /// Begins to read the journal of a directory; none when there is no thread for it.
    pub fn begin(directory: &Path) -> Option<Self> {
        let directory = directory.to_owned();
        let thread = std::thread::Builder::new().name("journal".to_owned());
        thread.spawn(move || Journal::read(&directory)).ok().map(Self)
    }

    /// The journal, once it is read.
    pub fn finish(self) -> Journal {
        self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

enum Frame {
    Begun,
    Whole { rows: Kept, chain: ChainHash, bytes: u64 },
    Damaged,
}

struct FrameReader {
    file: BufReader<File>,
    begun: bool,
    frame: Vec<u8>,
}

impl FrameReader {
    fn over(file: File) -> Self {
        Self { file: BufReader::with_capacity(1 << 18, file), begun: false, frame: Vec::new() }
    }

    /// The next frame, its rows put in `rows`; none at the end, or where the last was never finished.
    fn next(&mut self, mut rows: Kept) -> Option<Frame> {
        self.frame.clear();
        if !self.begun {
            self.begun = true;
            let magic = self.read_on(MAGIC.len())?;
            return Some(if magic == MAGIC { Frame::Begun } else { Frame::Damaged });
        }
        let header = self.read_on(HEADER)?;
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        if length > limits::JOURNAL_FRAME_BYTES {
            return Some(Frame::Damaged);
        }
        let (frame, sum) = self.read_on(length + SUM)?.split_at(HEADER + length);
        if blake3::hash(frame).as_bytes()[..SUM] != *sum {
            return Some(Frame::Damaged);
        }
        let chain = ChainHash::from_bytes(std::array::from_fn(|at| frame[4 + at]));
        Some(match rows.read_rows(&frame[HEADER..]) {
            Ok(()) => Frame::Whole { rows, chain, bytes: self.frame.len() as u64 },
            Err(_) => Frame::Damaged,
        })
    }

    /// The frame so far, `count` more bytes read to it.
    fn read_on(&mut self, count: usize) -> Option<&[u8]> {
        let read = self.frame.len();
        self.frame.resize(read + count, 0);
        self.file.read_exact(&mut self.frame[read..]).ok()?;
        Some(&self.frame)
    }
}

/// Appends to the journal, some entries at a time.
pub struct JournalWriter {
    file: Option<File>,
    /// The frame so far: room for its header, then rows.
    frame: Vec<u8>,
    count: usize,
    chain: ChainHash,
}

impl JournalWriter {
    /// Goes on after what was read of the journal; whatever follows there is cut off.
    ///
    /// A journal that cannot be written is left, and the next start takes longer.
    pub fn resume(directory: &Path, read: &Journal) -> Self {
        let open = || -> std::io::Result<File> {
            std::fs::create_dir_all(directory.join("derived"))?;
            let mut file =
                OpenOptions::new().create(true).truncate(false).write(true).open(path(directory))?;
            file.set_len(read.end_bytes)?;
            std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
            if read.end_bytes == 0 {
                file.write_all(&MAGIC)?;
            }
            Ok(file)
        };
        let file = open().inspect_err(|error| tracing::warn!(%error, "the journal cannot be written")).ok();
        Self {
            file,
            frame: vec![0; HEADER],
            count: 0,
            chain: read.chain.unwrap_or(ChainHash::from_bytes([0; 32])),
        }
    }

    /// Takes the next entry, which `state` reflects and whose hash is `chain`.
    pub fn push(&mut self, entry: Recording<'_>, state: &State, chain: &ChainHash) {
        if self.file.is_none() {
            return;
        }
        entry.write_row(state, &mut self.frame);
        self.chain = *chain;
        self.count += 1;
        if self.count >= limits::JOURNAL_ENTRIES {
            self.finish_frame();
        }
    }

    /// Writes the entries taken since the last frame.
    pub fn finish_frame(&mut self) {
        let Some(file) = self.file.as_mut().filter(|_| self.count > 0) else { return };
        let frame = &mut self.frame;
        let length = ((frame.len() - HEADER) as u32).to_be_bytes();
        frame[..4].copy_from_slice(&length);
        frame[4..HEADER].copy_from_slice(self.chain.as_bytes());
        let sum = blake3::hash(frame);
        frame.extend_from_slice(&sum.as_bytes()[..SUM]);
        if let Err(error) = file.write_all(frame) {
            tracing::warn!(%error, "the journal is no longer written; the next start takes longer");
            self.file = None;
        }
        self.frame.truncate(HEADER);
        self.count = 0;
    }
}
