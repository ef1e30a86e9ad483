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
