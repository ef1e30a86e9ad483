//! What parties and auditors run on their side: drafting events, talking to a ledger, checking it.

mod audit;
mod draft;
mod export;
mod http;
mod source;

pub use audit::{AuditReport, Progress, audit};
pub use draft::{Draft, chain_value, opening, random_salt, random_subject};
pub use export::{export, import};
pub use http::{Client, ClientError};
pub use source::Source;
