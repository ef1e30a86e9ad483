//! What parties and auditors run on their side: drafting events, talking to a ledger, checking it.

mod audit;
mod batch;
mod beside;
mod draft;
mod drafts;
mod events;
mod export;
mod exported;
mod http;
mod kept;
mod mirrored;
mod pages;
mod patience;
mod replayed;
mod report;
mod source;
mod tiles;
mod unfinished;

pub use audit::{Audited, Auditing, Progress, audit_log};
pub use draft::{Draft, chain_value, opening, random_salt, random_subject};
pub use drafts::Brought;
pub use events::export_events;
pub use export::{export, import};
pub use exported::{Exported, ExportedAttachments};
pub use http::{Answer, BETWEEN, BY_LEDGER, Client, ClientError};
pub use mirrored::export_served;
pub use pages::{Page, Pages};
pub use patience::Patience;
pub use replayed::{Moved, Replayed};
pub use report::{AnswerKind, AnswersReport, AuditReport, NotCompared, OTHER_HISTORIES};
pub use source::Source;
pub use tiles::SourceTiles;
