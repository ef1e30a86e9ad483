//! How long a ledger is waited for: who answers drop by drop holds nobody for ever.
//!
//! An exchange of so many bytes, there and back, takes no longer than the longest silence and what those bytes
//! take at [`limits::SLOWEST_BYTES_A_SECOND`]. What has not come yet counts for nothing, whatever its head
//! promises, so that an answer is waited for in proportion to what it was found to be.

use std::time::Duration;

use tokio::time::Instant;

use super::http::ClientError;
use crate::limits;

/// How long a ledger is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the next piece of an answer, and for what goes more slowly than is borne.
    pub idle: Duration,
}

impl Default for Patience {
    /// Longer than a ledger looks for anything.
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), idle: Duration::from_secs(180) }
    }
}

/// One exchange on its way.
pub(super) struct Waiting {
    began: Instant,
    idle: Duration,
    bytes: u64,
}

impl Waiting {
    /// One that begins with a body of so many bytes.
    pub(super) fn begin(patience: Patience, sent: usize) -> Self {
        Self { began: Instant::now(), idle: patience.idle, bytes: sent as u64 }
    }

    /// Notes that so many bytes more have come.
    pub(super) fn note(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// The longest that it may take, as far as it has come.
    fn longest(&self) -> Duration {
        let ms = self.bytes.saturating_mul(1000) / limits::SLOWEST_BYTES_A_SECOND;
        self.idle.saturating_add(Duration::from_millis(ms))
    }

    /// What comes of a wait for the next piece.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`] when it takes too long.
    pub(super) async fn piece<T>(&self, from: &str, next: impl Future<Output = T>) -> Result<T, ClientError> {
        let longest = self.longest();
        tokio::time::timeout_at(self.began + longest, next).await.map_err(|_| {
            let what =
                format!("it answers too slowly: {} bytes in {} seconds", self.bytes, longest.as_secs());
            ClientError::Unreachable(from.to_owned(), what)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_waited_for_in_proportion_to_what_came() {
        let mut waiting = Waiting::begin(Patience::default(), 0);
        assert_eq!(waiting.longest(), Duration::from_secs(180));
        waiting.note(limits::SLOWEST_BYTES_A_SECOND as usize * 60);
        assert_eq!(waiting.longest(), Duration::from_secs(240));
        let largest = Waiting::begin(Patience::default(), limits::BATCH_BYTES);
        assert_eq!(largest.longest(), Duration::from_secs(180 + 4096));
        waiting.note(usize::MAX);
        assert!(waiting.longest() > Duration::from_secs(240));
    }
}
