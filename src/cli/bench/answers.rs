//! Answers cut out of the bytes that a connection delivers, however they are split.

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status.
    pub status: u16,
    /// Seconds to wait before asking again.
    pub retry_after_s: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

/// What was expected where something else came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not HTTP/1.1 as expected: {0}")]
pub(super) struct Garbled(&'static str);

enum Length {
    Known(usize),
    /// Where the next chunk's header begins.
    Chunked(usize),
}

struct Head {
    answer: Answer,
    body_at: usize,
    length: Length,
}

/// The bytes of a connection that are not yet taken.
#[derive(Default)]
pub(super) struct Answers {
    /// Where bytes are read to.
    pub buffer: Vec<u8>,
    head: Option<Head>,
}

impl Answers {
    /// Whether nothing of an answer is there.
    pub(super) fn is_empty(&self) -> bool {
        self.head.is_none() && self.buffer.is_empty()
    }

    /// The next answer, once all of it is there.
    ///
    /// # Errors
    /// [`Garbled`]; the connection is of no more use.
    pub(super) fn take(&mut self) -> Result<Option<Answer>, Garbled> {
        if self.head.is_none() {
            self.head = read_head(&self.buffer)?;
        }
        let Some(head) = &mut self.head else { return Ok(None) };
        let end = match &mut head.length {
            Length::Known(length) => {
                let end = head.body_at + *length;
                if self.buffer.len() < end {
                    return Ok(None);
                }
                head.answer.body.extend_from_slice(&self.buffer[head.body_at..end]);
                end
            }
            Length::Chunked(next) => match read_chunks(&self.buffer, next, &mut head.answer.body)? {
                Some(end) => end,
                None => return Ok(None),
            },
        };
        self.buffer.drain(..end);
        Ok(self.head.take().map(|head| head.answer))
    }
}

fn read_head(bytes: &[u8]) -> Result<Option<Head>, Garbled> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| Garbled("a head of text"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 "));
    let status = status.and_then(|line| line.get(..3)?.parse().ok()).ok_or(Garbled("a status"))?;
    let mut answer = Answer { status, retry_after_s: None, body: Vec::new() };
    let mut length = Length::Known(0);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Garbled("a header"))?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = Length::Known(value.parse().map_err(|_| Garbled("a length"))?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            length = Length::Chunked(end + 4);
        } else if name.eq_ignore_ascii_case("retry-after") {
            answer.retry_after_s = value.parse().ok();
        }
    }
    Ok(Some(Head { answer, body_at: end + 4, length }))
}

/// Takes whole chunks; the end of the body once the last one is there.
fn read_chunks(bytes: &[u8], next: &mut usize, body: &mut Vec<u8>) -> Result<Option<usize>, Garbled> {
    loop {
        let rest = &bytes[*next..];
        let Some(line) = rest.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&rest[..line]).ok();
        let size = size.and_then(|size| usize::from_str_radix(size.split(';').next()?, 16).ok());
        let (from, size) = (line + 2, size.ok_or(Garbled("a chunk's size"))?);
        if rest.len() < from + size + 2 {
            return Ok(None);
        }
        body.extend_from_slice(&rest[from..from + size]);
        *next += from + size + 2;
        if size == 0 {
            return Ok(Some(*next));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_the_same_however_they_are_split() {
        let stream = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nx: y\r\n\r\nhello\
            HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n\
            HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\nhe\r\nll\r\n1;x=y\r\no\r\n0\r\n\r\n\
            HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n";
        let answer =
            |status, retry_after_s, body: &[u8]| Answer { status, retry_after_s, body: body.to_vec() };
        let expected = [
            answer(201, None, b"hello"),
            answer(503, Some(1), b""),
            answer(200, None, b"he\r\nllo"),
            answer(304, None, b""),
        ];
        for size in 1..=stream.len() {
            let (mut answers, mut taken) = (Answers::default(), Vec::new());
            for piece in stream.chunks(size) {
                answers.buffer.extend_from_slice(piece);
                while let Some(answer) = answers.take().unwrap() {
                    taken.push(answer);
                }
            }
            assert_eq!(taken, expected, "pieces of {size}");
            assert!(answers.buffer.is_empty());
        }
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for bytes in ["HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nnone\r\n\r\n"] {
            let mut answers = Answers { buffer: bytes.as_bytes().to_vec(), head: None };
            assert!(answers.take().is_err(), "{bytes}");
        }
    }
}
