//! The frames of a heads file.
//!
//! ```text
//! 0    4   magic: "TNH1" a head, "TNS1" who signs into this file, "TNE1" nobody does any more,
//!          "TNN1" another file follows
//! 4    4   n, length of what follows, u32 big-endian
//! 8    n   the head: a checkpoint's note; or a term's text; or nothing; or the file's number
//! 8+n  16  the first 16 bytes of BLAKE3 over all before
//! ```
//! Every frame is written twice, so that one damaged byte always leaves a whole copy of the newest.

use std::fs::File;

use super::StoreError;
use super::heads::HeadsState;
use super::term::{Place, ReadOnly, Standing, Term};
use crate::limits;

const SUM: usize = 16;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Head,
    Term,
    Seal,
    Next,
}

impl Frame {
    const ALL: [Self; 4] = [Self::Head, Self::Term, Self::Seal, Self::Next];

    fn magic(self) -> &'static [u8; 4] {
        match self {
            Self::Head => b"TNH1",
            Self::Term => b"TNS1",
            Self::Seal => b"TNE1",
            Self::Next => b"TNN1",
        }
    }

    fn begins(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|frame| bytes.starts_with(frame.magic()))
    }
}

pub(super) fn framed(kind: Frame, content: &[u8]) -> Vec<u8> {
    let mut frame = [kind.magic(), &(content.len() as u32).to_be_bytes()[..], content].concat();
    let sum = blake3::hash(&frame);
    frame.extend_from_slice(&sum.as_bytes()[..SUM]);
    frame
}

pub(super) fn framed_twice(kind: Frame, content: &[u8]) -> Vec<u8> {
    framed(kind, content).repeat(2)
}

/// What a file's bytes hold.
pub(super) struct Found {
    pub last: Option<Vec<u8>>,
    /// How many copies of heads are whole.
    pub heads: u64,
    term: Option<Term>,
    sealed: bool,
    /// Whether another file was begun after this one.
    pub followed: bool,
    pub valid_bytes: u64,
    pub state: HeadsState,
}

impl Found {
    pub(super) fn in_bytes(bytes: &[u8]) -> Self {
        let (mut at, mut end, mut heads) = (0, 0, 0);
        let (mut last, mut term, mut sealed, mut followed) = (None, None, false, false);
        while at < bytes.len() {
            if let Some((kind, content, length)) = whole_frame(&bytes[at..]) {
                at += length;
                end = at;
                match kind {
                    Frame::Head => (last, heads) = (Some(content.to_vec()), heads + 1),
                    Frame::Term => term = Term::parse(content),
                    Frame::Seal => sealed = true,
                    Frame::Next => followed = true,
                }
            } else {
                // Damage: look for the next frame from the following byte on.
                let next = (at + 1..bytes.len()).find(|next| Frame::begins(&bytes[*next..]).is_some());
                at = next.unwrap_or(bytes.len());
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
        Self { last, heads, term, sealed, followed, valid_bytes: end as u64, state }
    }

    /// Whether these frames, which lie in `file`, were written there.
    pub(super) fn lies_where_it_was_written(&self, file: &File) -> Result<bool, StoreError> {
        let (place, _) = Place::of(file)?;
        Ok(self.term.as_ref().is_some_and(|term| term.place == place))
    }

    /// Who may sign, where this is the newest file and lies in `file`.
    pub(super) fn standing(&self, file: &File) -> Result<Standing, StoreError> {
        let Some(term) = &self.term else { return Ok(Standing::ReadOnly(ReadOnly::Unmarked)) };
        let (place, names) = Place::of(file)?;
        Ok(match names {
            _ if self.sealed => Standing::ReadOnly(ReadOnly::Sealed),
            _ if place != term.place => Standing::ReadOnly(ReadOnly::Copied),
            0 | 1 => Standing::Signer(term.instance),
            _ => Standing::ReadOnly(ReadOnly::Linked),
        })
    }
}

/// How a file of heads fares, frame by frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Copies {
    /// Frames that are whole, each counted once.
    pub frames: u64,
    /// Those of them whose other copy is not.
    pub single: u64,
    /// Bytes before the last whole frame that belong to no whole frame.
    pub foreign: u64,
}

impl Copies {
    pub(super) fn in_bytes(bytes: &[u8]) -> Self {
        let (mut at, mut end, mut copies) = (0, 0, Self::default());
        let mut waiting: Option<&[u8]> = None;
        while at < bytes.len() {
            let Some((_, _, length)) = whole_frame(&bytes[at..]) else {
                at += 1;
                continue;
            };
            let frame = &bytes[at..at + length];
            copies.foreign += (at - end) as u64;
            at += length;
            end = at;
            if waiting == Some(frame) {
                (waiting, copies.single) = (None, copies.single - 1);
            } else {
                (copies.frames, copies.single) = (copies.frames + 1, copies.single + 1);
                waiting = Some(frame);
            }
        }
        copies
    }

    pub(super) fn are_whole(&self) -> bool {
        self.single == 0 && self.foreign == 0
    }
}

fn whole_frame(bytes: &[u8]) -> Option<(Frame, &[u8], usize)> {
    let kind = Frame::begins(bytes)?;
    let rest = bytes.strip_prefix(kind.magic())?;
    let (length, rest) = rest.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
    if length > limits::NOTE_BYTES {
        return None;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    let sum = rest.get(..SUM)?;
    let framed = 8 + length;
    (blake3::hash(&bytes[..framed]).as_bytes()[..SUM] == *sum).then_some((kind, content, framed + SUM))
}

/// Whether the bytes are the strict beginning of a frame, or zeroes that a crash left.
fn is_torn(tail: &[u8]) -> bool {
    if tail.iter().all(|byte| *byte == 0) {
        return true;
    }
    let magic = &tail[..tail.len().min(4)];
    if !Frame::ALL.iter().any(|kind| kind.magic().starts_with(magic)) {
        return false;
    }
    let Some(length) = tail.get(4..8).and_then(|length| length.try_into().ok()) else { return true };
    let length = u32::from_be_bytes(length) as usize;
    length <= limits::NOTE_BYTES && tail.len() < 8 + length + SUM
}

#[cfg(test)]
mod tests {
    use super::super::heads::Heads;
    use super::super::term::Instance;
    use super::*;

    #[test]
    fn a_file_cut_within_what_it_began_with_is_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let mut heads = Heads::open(directory.path()).unwrap();
        heads.begin_term(Instance::random().unwrap()).unwrap();
        heads.append(b"one").unwrap();
        heads.rest().unwrap();
        let file = directory.path().join("heads/00000003");
        let whole = std::fs::read(&file).unwrap();
        let with = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            Heads::open(directory.path()).unwrap().state().clone()
        };
        assert_eq!(with(&whole), HeadsState::Clean);
        // A crash cuts off only what was written after that.
        let after = framed_twice(Frame::Head, b"two");
        assert_eq!(with(&[&whole[..], &after[..20]].concat()), HeadsState::TornTail);
        let copy = whole.len() - framed(Frame::Head, b"one").len();
        for length in (0..whole.len()).filter(|length| *length != copy) {
            assert!(matches!(with(&whole[..length]), HeadsState::Damaged(_)), "{length} bytes");
        }
        // Of a head that is whole once nothing is lost.
        assert_eq!(with(&whole[..copy]), HeadsState::Clean);
    }

    #[test]
    fn one_wrong_byte_anywhere_is_told() {
        let heads: [&[u8]; 3] = [b"one", b"two", b"three"];
        let whole: Vec<u8> = heads.iter().flat_map(|head| framed_twice(Frame::Head, head)).collect();
        assert_eq!(Copies::in_bytes(&whole), Copies { frames: 3, single: 0, foreign: 0 });
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            let copies = Copies::in_bytes(&bytes);
            assert!(copies.frames == 3 && copies.single == 1 && !copies.are_whole(), "byte {at}: {copies:?}");
        }
        // Both copies of a head that is not the newest.
        let frame = framed(Frame::Head, b"one").len();
        let mut bytes = whole;
        (bytes[9], bytes[frame + 9]) = (0, 0);
        let lost = 2 * frame as u64;
        assert_eq!(Copies::in_bytes(&bytes), Copies { frames: 2, single: 0, foreign: lost });
    }
}
