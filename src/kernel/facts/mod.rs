//! Facts: what was recorded about subjects, parties and policies, as engines and rules read it.
//!
//! Nothing here forgets. Every record carries the half-open interval of log sizes in which it
//! stood, so the same records answer for the present, for any past size and for any future date.

mod called;
#[path = "../families/certificate/facts.rs"]
mod certificate;
mod contest;
mod dossier;
mod experience;
mod hearing;
mod parties;
mod party;
mod policies;
mod records;
mod stage;

pub use certificate::Certificate;
pub use contest::{Contest, DecisionClock, Panel, Panelled, Ruling};
pub(crate) use dossier::item;
pub use dossier::{Assessment, Dossier, Endorsement, Enrolment, Grade, Recorded, Sanction};
pub use experience::Experience;
pub use hearing::{Disputed, Hearing, Notice, Proposal, Reply};
pub use parties::{Parties, PartyMark};
pub use party::{
    Accreditation, Capacity, GroupNumber, Invalidity, KeyNumber, KeyRecord, Member, PartyClass, PartyNumber,
    Place, SeatRecord,
};
pub use policies::{PolicyBook, PolicyVersion, Scale};
pub use records::{Item, Records, StandsFor};

use crate::time::Date;

/// A settled moment: which entries count, and on which date the score is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// How many entries count.
    pub size: u64,
    /// The civil date, at the ledger's offset.
    pub as_of: Date,
}
