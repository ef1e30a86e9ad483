//! Bytes in flight: what was sent and has no fate yet, and answers that wait to be read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Problem;

/// A number of bytes that may be in flight at once.
pub(super) struct Flight {
    free: Arc<Semaphore>,
    all: usize,
    patience: Duration,
}

/// Bytes that are in flight until this is dropped.
pub struct Held(OwnedSemaphorePermit);

impl Flight {
    /// So many bytes; whoever finds no room waits for so long.
    pub(super) fn new(bytes: usize, patience: Duration) -> Self {
        let all = bytes.min(u32::MAX as usize);
        Self { free: Arc::new(Semaphore::new(all)), all, patience }
    }

    /// Room for so many bytes; all there is where that is less.
    ///
    /// # Errors
    /// `server.full` where there is none in time.
    pub(super) async fn take(&self, bytes: usize) -> Result<Held, Problem> {
        let some = bytes.min(self.all) as u32;
        let taken = self.free.clone().acquire_many_owned(some);
        match tokio::time::timeout(self.patience, taken).await {
            Ok(Ok(permit)) => Ok(Held(permit)),
            _ => Err(full()),
        }
    }

    /// Room that is held for nothing yet.
    pub(super) fn none(&self) -> Held {
        let none = self.free.clone().try_acquire_many_owned(0);
        Held(none.expect("nothing is always to be had of what is never closed"))
    }
}

fn full() -> Problem {
    Problem::new(503, "server.full", "as much as the server holds at once is on its way: send it again")
}

impl Held {
    /// How many bytes.
    pub fn bytes(&self) -> usize {
        self.0.num_permits()
    }

    /// Takes in what else is held.
    pub fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// Parts with so many bytes, or all that is held.
    pub fn split(&mut self, bytes: usize) -> Self {
        let part = self.0.split(bytes.min(self.bytes()));
        Self(part.expect("no more than is held"))
    }

    /// Holds no more than so many bytes.
    pub fn shrink(&mut self, bytes: usize) {
        let surplus = self.bytes().saturating_sub(bytes);
        drop(self.split(surplus));
    }
}

/// A body in memory, counted until it is written.
pub(super) struct Counted {
    bytes: Option<Bytes>,
    _held: Held,
}

impl Counted {
    /// These bytes, held so.
    pub(super) fn body(bytes: Bytes, held: Held) -> Body {
        Body::new(Self { bytes: Some(bytes).filter(|bytes| !bytes.is_empty()), _held: held })
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        /// Given out at a time, so that what is written is no longer held by the connection.
        const PIECE: usize = 64 * 1024;
        let Some(mut rest) = self.bytes.take() else { return Poll::Ready(None) };
        let piece = rest.split_to(rest.len().min(PIECE));
        self.bytes = Some(rest).filter(|rest| !rest.is_empty());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, Bytes::len) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn room_is_waited_for_and_then_refused() {
        let flight = Flight::new(100, Duration::from_millis(50));
        let mut held = flight.take(60).await.unwrap();
        assert_eq!(flight.take(41).await.err().unwrap().code, "server.full");
        let part = held.split(20);
        assert_eq!((held.bytes(), part.bytes()), (40, 20));
        drop(part);
        held.merge(flight.take(60).await.unwrap());
        held.shrink(1);
        // More than there is counts as all of it.
        assert!(flight.take(1_000).await.is_err());
        drop(held);
        assert_eq!(flight.take(1_000).await.unwrap().bytes(), 100);
    }
}
