//! A state as bytes, in parts that are written and read side by side: on a start in place of all entries.
//!
//! The log can always make the state anew, so an image is never believed over it: whoever keeps one
//! checks its sums and where in the log it stands, and `fsck` compares it with what the entries make.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::State;
use super::index::{Index, Line};
use crate::event::PartyId;
use crate::score::{Dossier, Listed, PartyNumber};

/// The form of the parts; an image of another form is made anew from the log. It rises with every change
/// to what a state consists of.
pub const IMAGE_FORMAT: u8 = 1;

/// Files in a part.
const FILES: usize = 1024;
/// Lines of the index in a part.
const LINES: usize = 16_384;

/// The bytes are no image of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the image of the state cannot be read")]
pub struct BadImage;

/// What a part holds; parts of one kind may be read in any order, but for the index's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PartKind {
    /// All but files and index.
    Rest = 1,
    /// The files of some subjects.
    Files = 2,
    /// Lines of the index, which follow those of the part before.
    Lines = 3,
}

impl PartKind {
    /// The kind of this number.
    pub fn numbered(number: u8) -> Option<Self> {
        [Self::Rest, Self::Files, Self::Lines].into_iter().find(|kind| *kind as u8 == number)
    }
}

impl State {
    /// Writes the state, part by part, the kinds mixed so that reading them keeps several threads busy.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn write_image<E>(&self, take: &mut dyn FnMut(PartKind, &[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut bytes = write(&(self, self.index.issuers(), self.dossiers.len()), Vec::new());
        take(PartKind::Rest, &bytes)?;
        let files = ranges(self.dossiers.len(), FILES).map(|range| (PartKind::Files, range));
        let lines = ranges(self.index.len(), LINES).map(|range| (PartKind::Lines, range));
        let mut parts: Vec<_> = files.chain(lines).collect();
        let length = |kind| if kind == PartKind::Files { self.dossiers.len() } else { self.index.len() };
        // By how many thousandths of its kind stand before.
        parts.sort_by_key(|(kind, range)| range.start * 1000 / length(*kind));
        for (kind, range) in parts {
            bytes.clear();
            bytes = match kind {
                PartKind::Files => {
                    let files: Vec<_> =
                        self.dossiers.rows().focus().narrow(range.clone()).into_iter().collect();
                    write(&(range.start, files), bytes)
                }
                _ => write(&self.index.lines(range), bytes),
            };
            take(kind, &bytes)?;
        }
        Ok(())
    }
}

fn ranges(length: usize, part: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(part).map(move |first| first..length.min(first + part))
}

fn write(value: &impl Serialize, bytes: Vec<u8>) -> Vec<u8> {
    postcard::to_extend(value, bytes)
        .expect("a state is of plain structures of known length, which serialise")
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, BadImage> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(BadImage),
    }
}

/// A state without files and index, whom the index's lines number, and how many files there are.
type Rest = (State, Listed<PartyId>, usize);

/// All but the index, while its parts come in.
#[derive(Debug, Default)]
pub struct Image {
    rest: Option<Rest>,
    files: BTreeMap<usize, Vec<Arc<Dossier>>>,
    highest: Option<PartyNumber>,
}

/// One part of it, read.
#[derive(Debug)]
pub struct Part(Read);

#[derive(Debug)]
enum Read {
    Rest(Box<Rest>),
    Files(usize, Vec<Arc<Dossier>>, Option<PartyNumber>),
}

impl Part {
    /// Reads a part; those of the index are for [`Index::read_lines`].
    ///
    /// # Errors
    /// [`BadImage`]: make the state anew from the log.
    pub fn read(kind: PartKind, bytes: &[u8]) -> Result<Self, BadImage> {
        match kind {
            PartKind::Rest => Ok(Self(Read::Rest(Box::new(read(bytes)?)))),
            PartKind::Files => {
                let (first, files): (usize, Vec<Arc<Dossier>>) = read(bytes)?;
                let highest = files.iter().flat_map(|file| file.parties()).max();
                Ok(Self(Read::Files(first, files, highest)))
            }
            PartKind::Lines => Err(BadImage),
        }
    }
}

impl Index {
    /// Adds the lines of a part.
    ///
    /// # Errors
    /// [`BadImage`]: make the state anew from the log.
    pub fn read_lines(&mut self, bytes: &[u8]) -> Result<(), BadImage> {
        read::<Vec<Line>>(bytes)?.into_iter().for_each(|line| self.add(line));
        Ok(())
    }
}

impl Image {
    /// Takes a part.
    pub fn put(&mut self, part: Part) {
        match part.0 {
            Read::Rest(rest) => self.rest = Some(*rest),
            Read::Files(first, files, highest) => {
                self.files.insert(first, files);
                self.highest = self.highest.max(highest);
            }
        }
    }

    /// The state, once all parts are in. What it names by number is there.
    ///
    /// # Errors
    /// [`BadImage`]: make the state anew from the log.
    pub fn finish(self, mut index: Index) -> Result<State, BadImage> {
        let (mut state, issuers, file_count) = self.rest.ok_or(BadImage)?;
        let mut files = Vec::new();
        for (first, part) in self.files {
            if first != files.len() {
                return Err(BadImage);
            }
            files.extend(part);
        }
        if files.len() != file_count {
            return Err(BadImage);
        }
        state.dossiers = Listed::from_iter(files);
        index.name_issuers(issuers);
        state.index = index;
        let registered = state.registers.values().flat_map(|register| register.parties()).max();
        let highest = self.highest.max(registered);
        let known = highest.is_none_or(|highest| highest.place() < state.parties.len());
        let whole = state.index.len() as u64 == state.size && state.index.is_whole();
        let sound = known && whole && state.parties.is_whole() && state.policies.is_whole();
        if sound { Ok(state) } else { Err(BadImage) }
    }
}
