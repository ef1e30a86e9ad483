//! Sizes and dates: which entries count, and on which day a score is read.

use super::State;
use crate::facts::At;
use crate::time::Date;

/// Why a score cannot be asked for a size and date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMoment {
    /// The size lies beyond the log, or is 0.
    #[error("size {asked} is not between 1 and {size}, the log's size: ask for a size that exists")]
    Size {
        /// What was asked for.
        asked: u64,
        /// The log's size.
        size: u64,
    },
    /// The date lies before the last entry counted.
    #[error(
        "as_of {as_of} is before {entry}, the date of the last entry of that size: ask for a later date or a smaller size"
    )]
    BeforeSize {
        /// What was asked for.
        as_of: Date,
        /// The date of entry size−1.
        entry: Date,
    },
    /// The ledger has no entry on or before the date.
    #[error("as_of {0} is before the ledger's first entry: ask for a later date")]
    BeforeFirst(Date),
}

impl BadMoment {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Size { .. } => "size.out_of_range",
            Self::BeforeSize { .. } => "as_of.before_size",
            Self::BeforeFirst(_) => "as_of.before_first",
        }
    }
}

impl State {
    /// The date of entry `size − 1`.
    pub fn date_at_size(&self, size: u64) -> Option<Date> {
        self.index.row(size.checked_sub(1)?).map(|row| self.date_of(row.recorded_at))
    }

    /// The size at the end of a date.
    pub fn size_at_end_of(&self, date: Date) -> u64 {
        let later = self.days.range(date.plus_days(1)..).next();
        later.map_or(self.size, |(_, first)| *first)
    }

    /// Settles the size and date of a question about scores; each defaults from the other.
    ///
    /// # Errors
    /// [`BadMoment`] when they do not fit the log.
    pub fn moment(&self, size: Option<u64>, as_of: Option<Date>, today: Date) -> Result<At, BadMoment> {
        if let Some(asked) = size.filter(|asked| *asked == 0 || *asked > self.size) {
            return Err(BadMoment::Size { asked, size: self.size });
        }
        let last = |size| self.date_at_size(size).unwrap_or_default();
        let at = match (size, as_of) {
            (None, None) => At { size: self.size, as_of: today.max(last(self.size)) },
            (Some(size), None) => At { size, as_of: last(size) },
            (None, Some(as_of)) => At { size: self.size_at_end_of(as_of), as_of },
            (Some(size), Some(as_of)) => At { size, as_of },
        };
        if at.size == 0 {
            return Err(BadMoment::BeforeFirst(at.as_of));
        }
        let entry = last(at.size);
        if at.as_of < entry {
            return Err(BadMoment::BeforeSize { as_of: at.as_of, entry });
        }
        Ok(at)
    }
}
