//! What an entry presumes, where the entries before it did not bring that about.
//!
//! The rules admit no such entry. A log that holds one all the same was damaged, or is of a writer who did not
//! judge: nothing of what it says is passed over in silence.

use crate::dsse::{EventId, PublicKey};
use crate::event::{PartyId, SubjectId};

/// An entry that the state does not bear.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it presumes {presumed}, which the entries before it did not bring about")]
pub struct Unfounded {
    /// The entry.
    pub seq: u64,
    /// What it presumes.
    pub presumed: Presumed,
}

impl Unfounded {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "entry.unfounded"
    }
}

/// What an entry presumes of the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Presumed {
    /// It changes a ledger.
    #[error("an open ledger")]
    Opened,
    /// It opens a ledger.
    #[error("a log without entries")]
    Unopened,
    /// It was admitted to another state.
    #[error("the state after {0} entries")]
    Size(u64),
    /// It is about a subject, and names none.
    #[error("a subject, though it names none")]
    Subject,
    /// The subject it is about.
    #[error("the enrolment of {0}")]
    Enrolled(SubjectId),
    /// What it changes or ends.
    #[error("that event {0} stands")]
    Standing(EventId),
    /// The stage of a contest.
    #[error("that contest {0} stands where this may follow")]
    Stage(EventId),
    /// A contest before a panel.
    #[error("that contest {0} is for a panel")]
    Panelled(EventId),
    /// A member.
    #[error("that {0} was admitted")]
    Member(PartyId),
    /// A key.
    #[error("the key {0}")]
    Key(PublicKey),
    /// A commitment to a state.
    #[error("a commitment to the state of size {0}")]
    Commitment(u64),
    /// Values to be drawn with.
    #[error("that {0} committed to values for draws")]
    Chain(PartyId),
}

impl Presumed {
    /// Refuses unless it is so.
    pub(super) fn unless(self, so: bool) -> Result<(), Self> {
        if so { Ok(()) } else { Err(self) }
    }
}
