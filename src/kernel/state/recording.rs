//! An entry as a state takes it.

use crate::dsse::{EventId, PublicKey};
use crate::event::Event;
use crate::time::Timestamp;

/// An event as the log holds it.
#[derive(Debug, Clone, Copy)]
pub struct Recording<'a> {
    /// Its id.
    pub id: EventId,
    /// When it was recorded.
    pub at: Timestamp,
    /// The keys that signed it, ascending.
    pub keys: &'a [PublicKey],
    /// The event.
    pub event: &'a Event,
}

/// An event that may become the next entry: what [`rules::judge`](crate::rules::judge) gives, and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Admitted<'a> {
    pub(super) entry: Recording<'a>,
    /// How many entries there were when it was judged.
    pub(super) size: u64,
}

impl<'a> Admitted<'a> {
    /// What the rules admit after so many entries; for them alone.
    pub(crate) fn after(size: u64, entry: Recording<'a>) -> Self {
        Self { entry, size }
    }
}
