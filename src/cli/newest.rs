//! The newest checkpoint of a ledger, and the key that signed it by the ledger's own word

use crate::api::views::LedgerView;
use crate::client::{Client, ClientError};
use crate::log::{SignedCheckpoint, VerifierKey};

/// A checkpoint that the key which a ledger names as its log's has signed.
pub(super) struct Newest {
    pub note: String,
    pub signed: SignedCheckpoint,
}

/// Reads the checkpoint, and then the key: where the key was rotated in between, the checkpoint once more.
///
/// # Errors
/// [`ClientError::Unreadable`] for one that the log's key did not sign.
pub(super) async fn signed_newest(client: &Client) -> Result<Newest, ClientError> {
    let not_one = |what: String| ClientError::Unreadable("/checkpoint".to_owned(), what);
    let mut note = client.text("/checkpoint").await?;
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    let vkey: VerifierKey = ledger.log_vkey.parse().map_err(|_| not_one("a log without a key".to_owned()))?;
    if SignedCheckpoint::open(&note, &vkey).is_err() {
        note = client.text("/checkpoint").await?;
    }
    let signed = SignedCheckpoint::open(&note, &vkey).map_err(|error| not_one(error.to_string()))?;
    Ok(Newest { note, signed })
}
