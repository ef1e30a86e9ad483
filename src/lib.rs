//! Tinnhiem: a verifiable ledger of influencer credibility.
//!
//! Signed events come in, a Merkle-published log keeps them, and scores that anyone can recompute
//! come out. The modules are listed in the order in which they may use one another.

#![forbid(unsafe_code)]
#![warn(unreachable_pub)]

pub use tinnhiem_kernel::{
    audit, collections, dsse, engines, event, facts, json, log, proof, rules, state, time,
};

pub mod limits;

pub mod clock;

pub mod files;

pub mod codes;

pub mod store;

pub mod vault;

pub mod ledger;

pub mod api;

pub mod web;

pub mod client;

pub mod oracle;

pub mod demo;

pub mod schemas;

pub mod guide;

pub mod cli;
