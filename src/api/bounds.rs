//! What one process holds those who ask to, at the door: connections, time, memory, and a key's rate.

use std::time::Duration;

use crate::limits;

/// The bounds of one server; the defaults are those of [`limits`], within what the process may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most connections at once; the next one waits until one of them ends.
    pub connections: usize,
    /// Longest wait for a whole request head, on a new connection and between two requests.
    pub head: Duration,
    /// Longest wait for the next piece of a body.
    pub body: Duration,
    /// Longest that all of a single body may be waited for.
    pub whole_body: Duration,
    /// Longest that all of a batch may be waited for, what the server itself takes left out.
    pub whole_batch: Duration,
    /// Longest that an answer may lie unread.
    pub unread: Duration,
    /// Longest that a request may take until its answer begins.
    pub request: Duration,
    /// Most bytes of single submissions on their way at once.
    pub event_bytes: usize,
    /// Most bytes of batches on their way at once, answers that wait to be read included.
    pub batch_bytes: usize,
    /// Most bytes of other long answers that wait to be read.
    pub answer_bytes: usize,
    /// Most who wait for one kind of long look.
    pub looks_waiting: usize,
    /// Longest that one of them waits.
    pub look_patience: Duration,
    /// Longest that a look which can go on later works at a time.
    pub look: Duration,
    /// Most events recorded under one key in a day.
    pub key_events: u64,
    /// Most bytes recorded under one key in a day, attachments included.
    pub key_bytes: u64,
    /// Most drafts that wait for signatures, and their bytes.
    pub drafts: Most,
    /// The same of those that one key brought.
    pub drafts_of_key: Most,
    /// The same of those that keys brought which the ledger does not know.
    pub drafts_of_strangers: Most,
    /// Most streams of entries at once.
    pub streams: usize,
    /// Most entries that a stream may lie behind.
    pub stream_behind: u64,
    /// Longest that a stream says nothing.
    pub stream_silent: Duration,
}

/// How many there may be of something, and how many bytes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// How many.
    pub count: usize,
    /// How many bytes.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            connections: Self::connections_at_most().min(limits::CONNECTIONS),
            head: ms(limits::HEAD_MS),
            body: ms(limits::BODY_PIECE_MS),
            whole_body: ms(limits::BODY_MS),
            whole_batch: ms(limits::BATCH_MS),
            unread: ms(limits::UNREAD_MS),
            request: ms(limits::REQUEST_MS),
            event_bytes: limits::EVENT_BYTES_IN_FLIGHT,
            batch_bytes: limits::BATCH_BYTES_IN_FLIGHT,
            answer_bytes: limits::ANSWER_BYTES_IN_FLIGHT,
            looks_waiting: limits::LOOKS_WAITING,
            look_patience: ms(limits::LOOK_PATIENCE_MS),
            look: ms(limits::LOOK_MS),
            key_events: limits::KEY_EVENTS_A_DAY,
            key_bytes: limits::KEY_BYTES_A_DAY,
            drafts: Most { count: limits::DRAFTS, bytes: limits::DRAFT_BYTES },
            drafts_of_key: Most { count: limits::DRAFTS_OF_KEY, bytes: limits::DRAFT_BYTES_OF_KEY },
            drafts_of_strangers: Most {
                count: limits::DRAFTS_OF_STRANGERS,
                bytes: limits::DRAFT_BYTES_OF_STRANGERS,
            },
            streams: limits::STREAMS,
            stream_behind: limits::STREAM_BEHIND,
            stream_silent: ms(limits::STREAM_SILENT_MS),
        }
    }
}

impl Bounds {
    /// How many connections leave the ledger the files that it needs, of those the process may open.
    pub fn connections_at_most() -> usize {
        connections_within(descriptors())
    }
}

/// How many files this process may open.
fn descriptors() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX)
}

fn connections_within(descriptors: u64) -> usize {
    let left = descriptors.saturating_sub(limits::DESCRIPTORS_RESERVED).max(limits::CONNECTIONS_LEAST);
    usize::try_from(left).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_the_ledger_its_files() {
        for (descriptors, connections) in [
            (0, limits::CONNECTIONS_LEAST as usize),
            (1024, 1024 - limits::DESCRIPTORS_RESERVED as usize),
            (2_000_000, 2_000_000 - limits::DESCRIPTORS_RESERVED as usize),
        ] {
            assert_eq!(connections_within(descriptors), connections, "{descriptors}");
        }
    }
}
