//! The engine `score/2`: what votes make of an indicator, and what a voice weighs; the rest is in `shared`.
//! Frozen: a change of rule is a new engine.
//!
//! **The heavier side speaks in full, the lighter is heard up to `near`.** Around a value stand the votes
//! at or above it and those below it. The side that weighs more pulls at the value with its whole
//! distance, the other with at most `near`, and the prior pulls towards the centre. The value of the
//! indicator is where the pulls balance.
//!
//! - One answer: as the value rises the pull upward falls, always.
//! - A vote raised never lowers the value. A vote added below the value never raises it, one added above
//!   never lowers it, one at the value changes nothing.
//! - While the honest weight on one side exceeds the other side by more than the hostile weight `h`,
//!   hostile votes move the value by at most `near * h / (prior + honest weight)`, rounded up.
//! - What each vote counts as is known exactly: [`Counted`] adds up to the value.
//!
//! # Attacks
//!
#![doc = include_str!("attacks.md")]

mod indicator;
mod voice;

#[cfg(test)]
mod attacks;

pub use indicator::{Counted, IndicatorRule, Valued, Vote};
pub use voice::Voice;
