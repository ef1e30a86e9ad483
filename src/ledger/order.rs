//! The seam between a ledger and whoever decides the order of its entries.

/// Decides the order of entries: on one machine the ledger itself, in a cluster a shared log.
pub trait Order: Send {
    /// Places `entries` from position `at` on, all or none, durably; or tells what came first.
    ///
    /// # Errors
    /// [`OrderError`]: whether they were placed is unknown. Write nothing more; open anew and look.
    fn append(&mut self, at: u64, entries: &[Vec<u8>]) -> Result<Placed, OrderError>;
}

/// Where entries ended up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Where it was asked.
    Here,
    /// These entries of others stand there instead; none of one's own were placed.
    CameFirst(Vec<Vec<u8>>),
}

/// The order could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the order of entries could not be settled: {0}")]
pub struct OrderError(pub String);

/// The order of a ledger on one machine: nobody else writes, and the commit to its store settles it.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnOrder;

impl Order for OwnOrder {
    fn append(&mut self, _at: u64, _entries: &[Vec<u8>]) -> Result<Placed, OrderError> {
        Ok(Placed::Here)
    }
}
