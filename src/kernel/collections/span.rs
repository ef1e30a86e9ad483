//! The interval of log sizes in which a record stood.

use serde::{Deserialize, Serialize};

/// The log sizes `[from_size, to_size)` at which a record stands; open-ended while it still does.
///
/// What the entry at seq *s* makes stands from size *s* + 1; what it ends no longer stands at that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first size at which it stands.
    pub from_size: u64,
    /// The first size at which it no longer does.
    pub to_size: Option<u64>,
}

impl Span {
    /// Opened by the entry at `seq`.
    pub fn opened_by(seq: u64) -> Self {
        Self { from_size: seq + 1, to_size: None }
    }

    /// Whether it stands at this size.
    pub fn holds(&self, size: u64) -> bool {
        self.from_size <= size && self.to_size.is_none_or(|to| size < to)
    }

    /// Whether nothing has ended it yet.
    pub fn is_open(&self) -> bool {
        self.to_size.is_none()
    }

    /// Ends it by the entry at `seq`; what has ended stays as it is.
    pub fn close_by(&mut self, seq: u64) {
        self.to_size.get_or_insert(seq + 1);
    }
}
