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
//! [`state`] keeps a dossier of [`facts`] for each subject and writes what happened into it. The one of the
//! [`engines`] that the policy in force names computes from a dossier, that policy and a date, and from
//! nothing else: the votes of the groups and their median, a value for each indicator, criteria, the base, then
//! endorsements and sanctions ([`engines`] lists the rules by number and file). [`proof`] puts the dossier,
//! the policy and the path to a signed checkpoint into one file, from which anyone computes the same score.
//! [`audit`] replays a whole log.
//!
//! # Folders by family, modules by layer
//!
//! What concerns one family of events stands in one folder, `families/sanction` and so on, all alike:
//! `event.rs` its bodies, `stages.rs` the stages of what it makes, `rules.rs` what it must meet, `state.rs`
//! what it changes. The modules [`event`], [`rules`] and [`state`] take their file from each folder by
//! `#[path]`. So the module tree keeps to the layers, and with it what is private: nothing but `state`
//! writes into a state, whatever folder it lies in.
//!
//! What a family's records are, and the days that follow from them, stands in [`facts`]: a contest's clock is
//! `DecisionClock` in `facts/contest.rs`, its days the policy's `Windows` (`families/policy/event.rs`), and
//! `state/clocks.rs` lists whatever runs.
//!
//! # How to add a type of event
//!
//! 1. In the family's folder: its body in `event.rs`, whose types say what it names, an arrow
//!    in `stages.rs` where it moves an item on, what it must meet in `rules.rs`, what it changes in
//!    `state.rs`. A new family is named in `event/mod.rs`, `rules/mod.rs` and `state/mod.rs`, one with stages
//!    in `event/stages.rs` and its `MACHINES` too; a new body is named in `event/mod.rs`.
//! 2. Its row of `event/catalogue.rs`: name, whether it is about a subject, what it does in words; from
//!    there the compiler asks for its arm in `rules/mod.rs`, `state/mod.rs` and `src/api/ranking/changes.rs`.
//! 3. A new record stands in [`facts`]; a member with a new name has its words in `event/words.rs`.
//! 4. A verb in `src/cli`, and where the general sentence is not enough, what it says of itself in
//!    `cli/{finality,undone,gist}.rs`; a row of `schemas/events.md`; then `cargo run -- schemas`.
//! 5. A move of the random histories in `tests/it/model`, in `observed.rs` where it has stages; in the second
//!    implementation `tools/verify/shapes.py`, its rules and its state; vectors in which it is recorded and
//!    refused, as `tests/vectors/choose.py` says.
//!
//! # How to add a rejection
//!
//! 1. A row of `Reason` in `rules/rejection.rs`, in the order of judgement, and one of
//!    `schemas/problems.md` in the same order: code, status (its kind makes it), what to do next in the same words.
//! 2. The rule, in the family's `rules.rs` or in the file of `rules` that families share, and why it is so in
//!    `schemas/rules.md`. What more signatures would mend is named in `rules/draft.rs`, what passes with time in
//!    `src/cli/foresee.rs`.
//! 3. A history over HTTP that meets it, in a `refusals` that `tests/it/refusals.rs` calls, and one among the
//!    vectors (`tests/vectors/choose.py` says how); the same rule in `tools/verify/rules`, which
//!    `tests/second_checks.py` leaves out once to see it missed.
//!
//! # Who links it
//!
//! A program that verifies the receipt of a score and computes the score anew, offline:
//!
//! ```
//! use std::error::Error;
//!
//! use tinnhiem_kernel::log::VerifierKey;
//! use tinnhiem_kernel::proof::ScoreReceipt;
//!
//! fn told(receipt: &[u8], log: &str) -> Result<String, Box<dyn Error>> {
//!     let log: VerifierKey = log.trim().parse()?;
//!     let proven = ScoreReceipt::parse(receipt)?.verify(&log, None)?;
//!     let (score, figure) = (&proven.score, &proven.score.figure);
//!     let (Some(points), Some(range)) = (figure.score, &figure.range) else {
//!         return Ok(format!("{}: no score as of {}", score.subject, score.as_of));
//!     };
//!     Ok(format!(
//!         "{}: {points} ({} to {}) of 10000 as of {}, at size {}",
//!         score.subject, range.low, range.high, score.as_of, score.size
//!     ))
//! }
//!
//! fn main() -> Result<(), Box<dyn Error>> {
//!     let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/receipt");
//!     let log = std::fs::read_to_string(format!("{folder}/log.vkey"))?;
//!     let receipt = std::fs::read(format!("{folder}/score.json"))?;
//!     let said = told(&receipt, &log)?;
//!     assert_eq!(said, "kol-5r30tchs6s7pe: 7982 (7117 to 8847) of 10000 as of 2026-11-27, at size 324");
//!     let tampered = String::from_utf8(receipt)?.replace("2026-05-13", "2026-05-12");
//!     assert!(told(tampered.as_bytes(), &log).is_err());
//!     Ok(())
//! }
//! ```
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

pub mod collections;

pub mod facts;

pub mod engines;

pub mod state;

pub mod rules;

pub mod proof;

pub mod audit;
