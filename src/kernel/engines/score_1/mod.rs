//! The engine `score/1`: how it makes votes a value; the rest is in `shared`. Frozen: a change of rule is a
//! new engine.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

mod valued;

pub(super) use valued::{Valued, valued};
