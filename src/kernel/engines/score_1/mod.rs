//! The engine `score/1`. Frozen: a change of rule is a new engine.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

mod assessed;
mod bounds;
mod context;
mod counting;
mod due;
mod endorsed;
mod engine;
mod evaluated;
mod explained;
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
