//! Checkpoints that somebody holds

use anyhow::Context;
use serde_json::Value;

use super::written;
use crate::client::Client;
use crate::limits;

/// Whether a name is that of a running ledger.
pub fn is_address(of: &str) -> bool {
    of.starts_with("http://") || of.starts_with("https://")
}

/// The newest checkpoint known outside: a file, or what a ledger or mirror serves.
///
/// # Errors
/// When it cannot be read, or the ledger at the address still takes writes.
pub async fn newest(of: &str) -> anyhow::Result<String> {
    if !is_address(of) {
        let note = written::read(of.as_ref())?;
        anyhow::ensure!(note.len() <= limits::NOTE_BYTES, "{of} is too large for a checkpoint");
        return String::from_utf8(note).with_context(|| format!("{of} is no checkpoint"));
    }
    let client = Client::new(of.strip_suffix("/checkpoint").unwrap_or(of));
    // A mirror answers nothing here; a ledger that goes on writing would be a second one.
    if let Ok(ledger) = client.json::<Value>("/v1/ledger").await
        && ledger["writing"] == true
    {
        anyhow::bail!(
            "the ledger at {of} still takes writes, so no checkpoint of it is the newest: end its term with `tinnhiem seal` first"
        );
    }
    Ok(client.text("/checkpoint").await?)
}
