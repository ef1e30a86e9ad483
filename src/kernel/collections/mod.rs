//! Lists that snapshots share: a clone is cheap, and a change copies little of what it does not touch.

mod chunked;
mod grown;
mod listed;
mod slots;
mod span;

pub(crate) use chunked::Chunked;
pub use grown::Grown;
pub use listed::{Listable, Listed};
pub use slots::Slots;
pub use span::Span;
