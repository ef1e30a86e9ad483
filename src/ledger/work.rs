//! What the thread that writes is given to do.

use tokio::sync::oneshot;

use super::{Accepted, Admissible, Refusal};

/// What the writer is woken by.
pub(super) enum Work {
    /// An event to record.
    Event(Job),
    /// Nothing but time that has passed.
    Look,
}

/// An event that waits, and whom to tell.
pub(super) struct Job {
    pub(super) event: Box<Admissible>,
    pub(super) answer: oneshot::Sender<Result<Accepted, Refusal>>,
}

impl Job {
    /// An event whose fate goes to `answer`.
    pub(super) fn new(event: Admissible, answer: oneshot::Sender<Result<Accepted, Refusal>>) -> Self {
        Self { event: Box::new(event), answer }
    }
}
