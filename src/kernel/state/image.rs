//! A state as bytes, in parts that are written and read side by side: on a start in place of all entries.
//!
//! Whoever reads one checks its sums and where in the log it stands, and otherwise makes the state anew
//! from the log; that it is the state of that place only `fsck` finds out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::State;
use super::attached::{Attached, Mention, Naming};
use super::index::{Index, Line};
use crate::collections::Listed;
use crate::event::PartyId;
use crate::facts::{Dossier, PartyNumber};

/// The form of the parts; an image of another form is made anew from the log. It rises with every change
/// to what a state consists of, and to what an entry makes of it.
pub const IMAGE_FORMAT: u8 = 5;

/// Dossiers in a part.
const DOSSIERS: usize = 1024;
/// Lines of the index in a part.
const LINES: usize = 16_384;

/// Namings of texts or documents in a part.
const NAMINGS: usize = 16_384;

/// The bytes are no image of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the image of the state cannot be read")]
pub struct BadImage;

/// What a part holds; parts of one kind may be read in any order, but for the index's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PartKind {
    /// All but dossiers and index.
    Rest = 1,
    /// Some dossiers.
    Dossiers = 2,
    /// Lines of the index, which follow those of the part before.
    Lines = 3,
    /// Some namings of texts.
    Texts = 4,
    /// Some namings of documents.
    Documents = 5,
}

impl PartKind {
    /// The kind of this number.
    pub fn numbered(number: u8) -> Option<Self> {
        let all = [Self::Rest, Self::Dossiers, Self::Lines, Self::Texts, Self::Documents];
        all.into_iter().find(|kind| *kind as u8 == number)
    }
}

impl State {
    /// Writes the state, part by part, the kinds mixed so that reading them keeps several threads busy.
    ///
    /// # Errors
    /// Those of `take`.
    pub fn write_image<E>(&self, take: &mut dyn FnMut(PartKind, &[u8]) -> Result<(), E>) -> Result<(), E> {
        let mut bytes =
            write(&(self, self.index.issuers(), self.dossiers.len(), self.attached.counts()), Vec::new());
        take(PartKind::Rest, &bytes)?;
        let dossiers = ranges(self.dossiers.len(), DOSSIERS).map(|range| (PartKind::Dossiers, range));
        let lines = ranges(self.index.len(), LINES).map(|range| (PartKind::Lines, range));
        let mentions = self.attached.mentions();
        let named = self.attached.counts().0 as usize;
        let texts = ranges(named, NAMINGS).map(|range| (PartKind::Texts, range));
        let documents = ranges(mentions.len(), NAMINGS).map(|range| (PartKind::Documents, range));
        let mut parts: Vec<_> = dossiers.chain(lines).chain(texts).chain(documents).collect();
        let length = |kind| match kind {
            PartKind::Dossiers => self.dossiers.len(),
            PartKind::Texts => named,
            PartKind::Documents => mentions.len(),
            PartKind::Rest | PartKind::Lines => self.index.len(),
        };
        // By how many thousandths of its kind stand before.
        parts.sort_by_key(|(kind, range)| range.start * 1000 / length(*kind));
        for (kind, range) in parts {
            bytes.clear();
            bytes = match kind {
                PartKind::Dossiers => {
                    let first = range.start;
                    let dossiers: Vec<_> = self.dossiers.rows().focus().narrow(range).into_iter().collect();
                    write(&(first, dossiers), bytes)
                }
                PartKind::Texts => write(&(range.start, self.attached.namings(range)), bytes),
                PartKind::Documents => write(&mentions[range], bytes),
                PartKind::Rest | PartKind::Lines => write(&self.index.lines(range), bytes),
            };
            take(kind, &bytes)?;
        }
        Ok(())
    }
}

fn ranges(length: usize, part: usize) -> impl Iterator<Item = Range<usize>> {
    (0..length).step_by(part).map(move |first| first..length.min(first + part))
}

fn write(value: &(impl Serialize + ?Sized), bytes: Vec<u8>) -> Vec<u8> {
    postcard::to_extend(value, bytes)
        .expect("a state is of plain structures of known length, which serialise")
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, BadImage> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(BadImage),
    }
}

/// A state without dossiers, namings and index, whom the index's lines number, and how many dossiers and
/// namings of texts and of documents there are.
type Rest = (State, Listed<PartyId>, usize, (u64, u64));

/// All but the index, while its parts come in.
#[derive(Debug, Default)]
pub struct Image {
    rest: Option<Rest>,
    dossiers: BTreeMap<usize, Vec<Arc<Dossier>>>,
    texts: BTreeMap<usize, Vec<Naming>>,
    attached: Attached,
    highest: Option<PartyNumber>,
}

/// One part of it, read.
#[derive(Debug)]
pub struct Part(Content);

#[derive(Debug)]
enum Content {
    Rest(Box<Rest>),
    Dossiers(usize, Vec<Arc<Dossier>>, Option<PartyNumber>),
    Texts(usize, Vec<Naming>),
    Documents(Vec<Mention>),
}

impl Part {
    /// Reads a part; those of the index are for [`Index::read_lines`].
    ///
    /// # Errors
    /// [`BadImage`]: make the state anew from the log.
    pub fn read(kind: PartKind, bytes: &[u8]) -> Result<Self, BadImage> {
        match kind {
            PartKind::Rest => Ok(Self(Content::Rest(Box::new(read(bytes)?)))),
            PartKind::Dossiers => {
                let (first, dossiers): (usize, Vec<Arc<Dossier>>) = read(bytes)?;
                let highest = dossiers.iter().flat_map(|dossier| dossier.parties()).max();
                Ok(Self(Content::Dossiers(first, dossiers, highest)))
            }
            PartKind::Texts => read(bytes).map(|(first, texts)| Self(Content::Texts(first, texts))),
            PartKind::Documents => read(bytes).map(|documents| Self(Content::Documents(documents))),
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
            Content::Rest(rest) => self.rest = Some(*rest),
            Content::Dossiers(first, dossiers, highest) => {
                self.dossiers.insert(first, dossiers);
                self.highest = self.highest.max(highest);
            }
            Content::Texts(first, texts) => {
                self.texts.insert(first, texts);
            }
            Content::Documents(documents) => {
                documents.into_iter().for_each(|one| self.attached.mention(one));
            }
        }
    }

    /// The state, once all parts are in; every party, group and issuer that it names by number is there.
    ///
    /// # Errors
    /// [`BadImage`]: make the state anew from the log.
    pub fn finish(mut self, mut index: Index) -> Result<State, BadImage> {
        let (mut state, issuers, count, namings) = self.rest.ok_or(BadImage)?;
        for (first, part) in self.texts {
            if first as u64 != self.attached.counts().0 {
                return Err(BadImage);
            }
            part.into_iter().for_each(|one| self.attached.name_text(one));
        }
        let attached = self.attached.counts() == namings && self.attached.is_within(state.size);
        state.attached = self.attached;
        let mut dossiers = Vec::new();
        for (first, part) in self.dossiers {
            if first != dossiers.len() {
                return Err(BadImage);
            }
            dossiers.extend(part);
        }
        let complete = dossiers.len() == count && index.len() as u64 == state.size;
        state.dossiers = Listed::from_iter(dossiers);
        index.name_issuers(issuers);
        state.index = index;
        let registered = state.registers.values().flat_map(|register| register.parties());
        let named = state.parties.are_whole(registered.chain(self.highest)) && state.index.is_whole();
        let signed = state.ledger().is_none_or(|ledger| ledger.is_whole());
        if complete && named && attached && signed { Ok(state) } else { Err(BadImage) }
    }
}
