//! What an audit finds wrong, and where.

use std::fmt;

use serde::Serialize;

use crate::event::Commitment;
use crate::state::Unfounded;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The checkpoint.
    Checkpoint,
    /// The entry at this seq.
    Entry(u64),
    /// A tile or entry bundle, by its path.
    Tile(String),
    /// An attachment.
    Attachment(Commitment),
    /// An answer of a running ledger, by its path.
    Answer(String),
    /// A stored table, derived from the log.
    Table(String),
    /// A file of the data directory.
    File(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint => f.write_str("checkpoint"),
            Self::Entry(seq) => write!(f, "entry {seq}"),
            Self::Tile(path) => f.write_str(path),
            Self::Attachment(commitment) => write!(f, "attachment {commitment}"),
            Self::Answer(path) => f.write_str(path),
            Self::Table(name) => write!(f, "table {name}"),
            Self::File(name) => write!(f, "file {name}"),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    /// A finding at a place.
    pub fn new(place: Place, code: &'static str, what: impl Into<String>) -> Self {
        Self { place, code, what: what.into() }
    }
}

impl From<Unfounded> for Finding {
    fn from(unfounded: Unfounded) -> Self {
        Self::new(Place::Entry(unfounded.seq), unfounded.code(), unfounded.to_string())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.what, self.code)
    }
}
