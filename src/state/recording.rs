//! An entry as a state takes it.

use crate::clock::Timestamp;
use crate::dsse::{EventId, PublicKey};
use crate::event::Event;

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
