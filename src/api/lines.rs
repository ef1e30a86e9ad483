//! A body cut into lines: bounded in length, number and sum, and none is lost, wherever it ends.
//!
//! A line is what stands between line feeds, or between one and the end of the body; a carriage return
//! before its end belongs to the end. Only a line without a byte is empty and does not count: any other,
//! of blanks alone too, is a line that the client awaits an answer to. A line that is too long is told as
//! such and those after it go on; a body that is over its limits, or breaks off, ends with one problem in
//! place of all that was not whole by then.

use std::collections::VecDeque;

use axum::body::Bytes;
use futures_util::{Stream, StreamExt};

use super::Problem;
use crate::{json, limits};

/// Lines handed on together.
const CHUNK_LINES: usize = 64;
/// Bytes after which a chunk is handed on, however few its lines.
const CHUNK_BYTES: usize = 512 * 1024;

/// What a body of lines is held to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Longest line, without what ends it.
    pub line_bytes: usize,
    /// Most lines that are not empty.
    pub lines: usize,
    /// Most bytes in all.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { line_bytes: limits::SUBMISSION_BYTES, lines: limits::BATCH_LINES, bytes: limits::BATCH_BYTES }
    }
}

/// Lines that are handed on together, one after the other in one piece of memory.
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where each ends; none: it was too long, and nothing of it is kept.
    ends: Vec<Option<usize>>,
}

impl Default for Lines {
    fn default() -> Self {
        // Room for lines of the usual length, so that growing does not move them.
        Self { bytes: Vec::with_capacity(CHUNK_LINES * 1024), ends: Vec::with_capacity(CHUNK_LINES) }
    }
}

impl Lines {
    /// The lines in order; none for one that was too long.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let line = &self.bytes[start..(*end)?];
            start += line.len();
            Some(line)
        })
    }

    /// How many bytes are kept of each.
    pub(super) fn bytes(&self) -> impl Iterator<Item = usize> {
        self.iter().map(|line| line.map_or(0, <[u8]>::len))
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_full(&self) -> bool {
        self.ends.len() >= CHUNK_LINES || self.bytes.len() >= CHUNK_BYTES
    }
}

/// A body being cut.
pub(super) struct Cut<S> {
    body: S,
    bounds: Bounds,
    full: VecDeque<Lines>,
    open: Lines,
    /// Where the line that has not ended begins in `open`.
    begins: usize,
    /// Whether that line is too long, and no longer kept.
    is_over: bool,
    count: usize,
    total: usize,
    ended: Option<Result<(), Problem>>,
}

impl<S> Cut<S>
where
    S: Stream<Item = Result<Bytes, Problem>> + Unpin,
{
    /// Cuts this body.
    pub(super) fn new(body: S, bounds: Bounds) -> Self {
        Self {
            body,
            bounds,
            full: VecDeque::new(),
            open: Lines::default(),
            begins: 0,
            is_over: false,
            count: 0,
            total: 0,
            ended: None,
        }
    }

    /// The next lines; a problem, once and as the last, where the body ended before its end.
    pub(super) async fn next(&mut self) -> Option<Result<Lines, Problem>> {
        while self.full.is_empty() && self.ended.is_none() {
            match self.body.next().await {
                Some(Ok(piece)) => {
                    if let Err(problem) = self.take(&piece) {
                        self.end(Err(problem));
                    }
                }
                Some(Err(problem)) => self.end(Err(problem)),
                None => {
                    let last = self.end_line();
                    self.end(last);
                }
            }
        }
        match self.full.pop_front() {
            Some(lines) => Some(Ok(lines)),
            None => self.ended.replace(Ok(()))?.err().map(Err),
        }
    }

    /// What is kept of lines that were not handed on, and what each of them counts for.
    pub(super) fn kept_bytes(&self) -> usize {
        let kept = self.full.iter().chain([&self.open]);
        kept.map(|lines| lines.bytes.len() + limits::LINE_BYTES * (lines.len() + 1)).sum()
    }

    /// Reads on, keeping nothing: who still sends would not hear the answer to a closed connection.
    pub(super) async fn drain(&mut self) {
        let mut left = self.bounds.bytes;
        while let Some(Ok(piece)) = self.body.next().await {
            let Some(less) = left.checked_sub(piece.len()) else { return };
            left = less;
        }
    }

    fn end(&mut self, how: Result<(), Problem>) {
        let open = std::mem::take(&mut self.open);
        if open.len() > 0 {
            self.full.push_back(open);
        }
        self.ended = Some(how);
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let within = piece.len().min(self.bounds.bytes - self.total);
        self.total += within;
        let mut rest = &piece[..within];
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest);
            let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
            self.extend(text);
            rest = after.get(1..).unwrap_or_default();
            if end.is_some() {
                self.end_line()?;
            }
        }
        if within < piece.len() {
            let detail =
                format!("a batch holds at most {} bytes: send the rest in another", self.bounds.bytes);
            return Err(Problem::new(413, "batch.too_large", detail));
        }
        Ok(())
    }

    fn extend(&mut self, text: &[u8]) {
        // One more, as a carriage return may be the end of the line.
        let room = (self.bounds.line_bytes + 1).saturating_sub(self.open.bytes.len() - self.begins);
        self.is_over = self.is_over || text.len() > room;
        if self.is_over {
            self.open.bytes.truncate(self.begins);
        } else {
            self.open.bytes.extend_from_slice(text);
        }
    }

    fn end_line(&mut self) -> Result<(), Problem> {
        let line = &self.open.bytes[self.begins..];
        let line = json::without_return(line);
        let is_over = self.is_over || line.len() > self.bounds.line_bytes;
        let is_empty = line.is_empty() && !is_over;
        let keep = if is_over { 0 } else { line.len() };
        self.open.bytes.truncate(self.begins + keep);
        self.begins = self.open.bytes.len();
        self.is_over = false;
        if is_empty {
            return Ok(());
        }
        if self.count == self.bounds.lines {
            let detail =
                format!("a batch holds at most {} lines: send the rest in another", self.bounds.lines);
            return Err(Problem::new(413, "batch.too_many", detail));
        }
        self.count += 1;
        self.open.ends.push((!is_over).then_some(self.begins));
        if self.open.is_full() {
            self.full.push_back(std::mem::take(&mut self.open));
            self.begins = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use proptest::prelude::*;

    /// What becomes of a line.
    #[derive(Debug, Clone, PartialEq, Eq)]
    enum Told {
        Line(Vec<u8>),
        TooLong,
        Problem(String),
    }

    /// What a body is, told line by line without a thought for memory.
    fn model(body: &[u8], bounds: Bounds, broken: bool) -> Vec<Told> {
        let within = &body[..body.len().min(bounds.bytes)];
        let is_large = within.len() < body.len();
        let mut lines: Vec<&[u8]> = within.split(|byte| *byte == b'\n').collect();
        if is_large || broken {
            lines.pop();
        }
        let mut told = Vec::new();
        for line in lines {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            if told.len() == bounds.lines {
                told.push(Told::Problem("batch.too_many".to_owned()));
                return told;
            }
            let is_long = line.len() > bounds.line_bytes;
            told.push(if is_long { Told::TooLong } else { Told::Line(line.to_vec()) });
        }
        if is_large {
            told.push(Told::Problem("batch.too_large".to_owned()));
        } else if broken {
            told.push(Told::Problem("batch.broken".to_owned()));
        }
        told
    }

    /// What is told of a body that comes in pieces.
    fn cut(pieces: Vec<Vec<u8>>, bounds: Bounds, broken: bool) -> Vec<Told> {
        let pieces = pieces.into_iter().map(|piece| Ok(Bytes::from(piece)));
        let end = broken.then(|| Err(Problem::new(400, "batch.broken", "it broke off")));
        let body = stream::iter(pieces.chain(end));
        let mut cut = Cut::new(body, bounds);
        let mut told = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            while let Some(next) = cut.next().await {
                match next {
                    Ok(lines) => told.extend(
                        lines.iter().map(|line| line.map_or(Told::TooLong, |line| Told::Line(line.to_vec()))),
                    ),
                    Err(problem) => told.push(Told::Problem(problem.code)),
                }
            }
        });
        told
    }

    fn in_pieces(body: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
        let (mut rest, mut pieces) = (body, Vec::new());
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*size));
            pieces.push(piece.to_vec());
            rest = after;
        }
        pieces
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-z]{1,12}",
            1 => "[ \t\r\x0b\x0c]{0,30}",
            1 => "[a-z ]{10,40}",
            1 => "[ ]{14,20}[a-z]",
            1 => "[a-z]{14,18}\r?",
        ]
    }

    proptest! {
        #[test]
        fn no_line_is_lost_wherever_a_body_is_cut_or_ends(
            lines in prop::collection::vec(line(), 0..200),
            sizes in prop::collection::vec(1_usize..400, 1..8),
            ending in prop::bool::ANY,
            broken in prop::bool::ANY,
            crlf in prop::bool::ANY,
            bounds in (16_usize..17, prop_oneof![Just(1000_usize), 1_usize..150], prop_oneof![Just(100_000_usize), 1_usize..2_000]),
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut body = lines.join(end);
            if ending {
                body.push_str(end);
            }
            let bounds = Bounds { line_bytes: bounds.0, lines: bounds.1, bytes: bounds.2 };
            let told = cut(in_pieces(body.as_bytes(), &sizes), bounds, broken);
            prop_assert_eq!(told, model(body.as_bytes(), bounds, broken));
        }
    }

    #[test]
    fn whole_chunks_without_a_last_line_feed_are_handed_on() {
        for count in [CHUNK_LINES, 2 * CHUNK_LINES, 10 * CHUNK_LINES] {
            let body = vec!["{}"; count].join("\n");
            let told = cut(vec![body.into_bytes()], Bounds::default(), false);
            assert_eq!(told.len(), count);
        }
        let long = vec![b'x'; CHUNK_BYTES];
        assert_eq!(cut(vec![long.clone()], Bounds::default(), false), [Told::Line(long)]);
        let longer = vec![b'x'; 3 * limits::SUBMISSION_BYTES];
        assert_eq!(
            cut(vec![longer, b"\n{}".to_vec()], Bounds::default(), false),
            [Told::TooLong, Told::Line(b"{}".to_vec())]
        );
    }
}
