//! Scores: a pure function of a dossier, the parties, the policies, a log size and a date.
//!
//! Nothing here forgets. Every record carries the half-open interval of log sizes in which it
//! stood, so the same records answer for the present, for any past size and for any future date.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

mod assessed;
mod bounds;
mod chunked;
mod contest;
mod context;
mod counting;
mod dossier;
mod due;
mod endorsed;
mod engine;
mod evaluated;
mod explained;
mod figure;
mod foreseen;
mod grown;
mod hearing;
mod listed;
mod parties;
mod party;
mod policies;
mod records;
mod remedies;
mod sanctioned;
mod sheet;
mod slots;
mod span;
mod stage;
mod supposed;
mod tally;
mod votes;

pub use bounds::{OutOfBounds, check_bounds};
pub use contest::{Contest, DecisionClock, Panel, Panelled, Ruling};
pub use counting::{Counting, Excluded};
pub(crate) use dossier::item;
pub use dossier::{Assessment, Dossier, Endorsement, Enrolment, Grade, Recorded, Sanction};
pub use due::{Cause, Passing};
pub use engine::{figure, score};
pub use figure::{
    AssessmentFigure, CriterionFigure, EndorsementFigure, Figure, IndicatorFigure, Missing, Part, Range,
    Reason, SanctionFigure, Score, Shadow, Standing,
};
pub use foreseen::{Change, Foreseen, Outlook, change_after, outlook};
pub use grown::Grown;
pub use hearing::{Disputed, Hearing, Notice, Proposal, Reply};
pub use listed::{Listable, Listed};
pub use parties::{Parties, PartyMark};
pub use party::{
    Accreditation, Capacity, GroupNumber, Invalidity, KeyNumber, KeyRecord, Member, PartyClass, PartyNumber,
    Place, SeatRecord,
};
pub use policies::{PolicyBook, PolicyVersion, Scale};
pub use records::{Item, Records, StandsFor};
pub use slots::Slots;
pub use span::Span;

use crate::time::Date;

/// A settled moment: which entries count, and on which date the score is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// How many entries count.
    pub size: u64,
    /// The civil date, at the ledger's offset.
    pub as_of: Date,
}
