//! The kernel of Tinnhiem: what an event is, what the rules admit, what state and scores follow from a
//! log, and how any of it is proven. It reads no file, no clock and no network; whoever links it can
//! check everything that a ledger says.
//!
//! # The life of an event
//!
//! Bytes become an [`event`] in three steps: [`dsse`] opens the envelope and verifies its signatures,
//! [`json`] refuses what two readers could read differently, and [`event`] parses the body by its type.
//! [`rules`] judge it against the [`state`] that all entries before it lead to; an admitted one becomes an
//! entry of the [`log`], and [`state`] applies it.
//!
//! # The life of a score
//!
//! [`state`] keeps a dossier for each subject and writes what happened into it. [`score`] computes from a
//! dossier, the policy in force and a date, and from nothing else; [`proof`] puts the dossier, the policy
//! and the path to a signed checkpoint into one file, from which anyone computes the same score.
//! [`audit`] replays a whole log.
//!
//! The modules are listed in the order in which they may use one another.

#![forbid(unsafe_code)]

pub mod limits;

pub mod time;

pub mod json;

mod compact;

pub mod dsse;

pub mod event;

pub mod log;

pub mod score;

pub mod state;

pub mod rules;

pub mod proof;

pub mod audit;
