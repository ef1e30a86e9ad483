//! The rules that the engines share: all but what an engine makes of votes, and of experience. The votes of the
//! groups and their weighted median are here, in `votes.rs`.
//!
//! Frozen as the engines are: what changes a rule here for one of them gives it a copy of its own.

mod assessed;
mod bounds;
mod context;
mod counting;
mod due;
mod endorsed;
mod engine;
mod evaluated;
mod explained;
mod own;
mod remedies;
mod sanctioned;
mod sheet;
mod supposed;
mod tally;
mod votes;

pub use bounds::{OutOfBounds, check_bounds};
pub use counting::{Counting, Excluded};
pub(super) use due::due_on;
pub(super) use engine::{figure, score};
pub(super) use votes::Votes;
