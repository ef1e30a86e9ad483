//! Faults that the command line finds by itself, each with a stable code.

use super::outcome::{FAILED, REFUSED};
use crate::dsse::EnvelopeError;
use crate::ledger::{Absent, AttachmentError, Hold, OpenError, ReadError, Refusal};
use crate::log::{
    BadCheckpoint, BadNote, BadProof, BadReceipt, MalformedBundle, MalformedEntry, MalformedOrigin,
    MalformedPath,
};
use crate::proof::BadScoreReceipt;
use crate::rules::Rejection;
use crate::state::{BadMoment, Unfounded};
use crate::store::StoreError;
use crate::vault::{KeyFileError, VaultError};
use crate::{event, json};

/// What is said of a file that is not there.
pub(super) const NO_FILE: &str =
    "không có tệp này / there is no such file: give its path from the folder that you are in";

/// A fault with a code, and the exit code that it ends with.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub(super) struct Coded {
    /// The stable code.
    pub code: &'static str,
    /// What the verb ends with.
    pub exit: u8,
    detail: String,
}

/// What cannot be done here.
pub(super) fn here(code: &'static str, detail: impl Into<String>) -> Coded {
    Coded { code, exit: FAILED, detail: detail.into() }
}

/// What the ledger does not have, or has more than one of by that name.
pub(super) fn unknown(code: &'static str, detail: impl Into<String>) -> Coded {
    Coded { code, exit: REFUSED, detail: detail.into() }
}

/// What an option or argument is wrong about.
pub(super) fn usage(detail: impl Into<String>) -> Coded {
    here("usage", detail)
}

/// The code of what the system says of a file or a folder.
pub(super) fn of_file(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "file.missing",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "file.forbidden",
        ErrorKind::AlreadyExists => "file.exists",
        ErrorKind::IsADirectory | ErrorKind::NotADirectory => "file.kind",
        ErrorKind::InvalidData => "file.malformed",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "file.full",
        _ => "file.io",
    }
}

/// The code of a cause that has one.
pub(super) fn of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    macro_rules! first {
        ($($kind:ty),* $(,)?) => {
            None$(.or_else(|| cause.downcast_ref::<$kind>().map(<$kind>::code)))*
        };
    }
    first!(
        Absent,
        AttachmentError,
        BadCheckpoint,
        BadMoment,
        BadNote,
        BadProof,
        BadReceipt,
        BadScoreReceipt,
        EnvelopeError,
        Hold,
        KeyFileError,
        MalformedBundle,
        MalformedEntry,
        MalformedOrigin,
        MalformedPath,
        OpenError,
        ReadError,
        Refusal,
        Rejection,
        StoreError,
        Unfounded,
        VaultError,
        event::Malformed,
        json::Malformed,
    )
    .or_else(|| cause.downcast_ref::<std::io::Error>().map(of_file))
    .or_else(|| cause.is::<serde_json::Error>().then_some("file.malformed"))
}
