//! An entry as a state takes it.

use crate::clock::Timestamp;
use crate::dsse::{EventId, PublicKey};
use crate::event::Event;
use crate::score::{Grade, PartyNumber};

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
    /// What applying it found before; none: it is applied for the first time.
    pub applied: Option<Applied<'a>>,
}

/// What applying an entry found, so that it is not searched for again.
///
/// Places are compared with what stands at them; the grades take the place of the event's.
#[derive(Debug, Clone, Copy)]
pub struct Applied<'a> {
    /// The number of its issuer, where it has one.
    pub issuer: Option<PartyNumber>,
    /// The place of its subject's file.
    pub subject: Option<u32>,
    /// What an assessment grades, as the policy that it names places it.
    pub grades: &'a [Grade],
}
