//! A checkpoint from outside: alone, or in whatever holds one

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::coded::here;
use super::placed;
use super::written;
use crate::client::{Client, Source};
use crate::limits;
use crate::log::{Receipt, VerifierKey};
use crate::proof::ScoreReceipt;

/// A checkpoint that somebody holds, and where its tiles are.
pub(super) struct Outside {
    /// How it was called.
    pub name: String,
    /// The checkpoint.
    pub note: String,
    /// The ledger, mirror or export that it is of, where it is of one.
    pub source: Option<Source>,
}

impl Outside {
    /// Reads what a name says: an address, the folder of an export, a checkpoint's file, or a receipt of an
    /// entry or of a score, which holds the checkpoint that it was proven under.
    ///
    /// # Errors
    /// When it cannot be read, or is none of these.
    pub(super) async fn read(of: &str) -> anyhow::Result<Self> {
        let source = if is_address(of) {
            Some(Source::Running(Client::new(base(of))))
        } else {
            Some(PathBuf::from(of)).filter(|path| path.is_dir()).map(Source::Folder)
        };
        if let Some(Source::Folder(folder)) = &source
            && !folder.join("checkpoint").exists()
        {
            let detail = if folder.join("heads").is_dir() {
                format!(
                    "{of} is a data directory, which says of itself what it holds: serve it (`tinnhiem serve`, once it is sealed) and give its address, or make an export of it (`tinnhiem export --data {} OUT`)",
                    placed::word(folder)
                )
            } else {
                format!(
                    "{of} is no export, which holds `checkpoint`: give an export's folder, a file or an address"
                )
            };
            anyhow::bail!(here("file.kind", detail));
        }
        let note = match &source {
            Some(source) => source.checkpoint().await?,
            None => note_in(of.as_ref())?,
        };
        Ok(Self { name: of.to_owned(), note, source })
    }

    /// Whether it is what a ledger or mirror serves now.
    pub(super) fn is_served(&self) -> bool {
        matches!(self.source, Some(Source::Running(_)))
    }
}

/// Whether a name is that of a running ledger.
pub(super) fn is_address(of: &str) -> bool {
    of.starts_with("http://") || of.starts_with("https://")
}

/// The address of a ledger whose checkpoint's address was given, or its own.
pub(super) fn base(of: &str) -> &str {
    of.strip_suffix("/checkpoint").unwrap_or(of)
}

/// The receipt of an entry in a file; of a score's, that of the commitment to it.
///
/// # Errors
/// When it cannot be read, or is larger than any.
pub(super) fn receipt_in(path: &Path) -> anyhow::Result<String> {
    let named = || path.display().to_string();
    let bytes = written::read(path)?;
    if begins_json(&bytes) {
        return Ok(ScoreReceipt::parse(&bytes).with_context(named)?.commitment().to_owned());
    }
    anyhow::ensure!(bytes.len() <= limits::RECEIPT_BYTES, "{} is too large for a receipt", path.display());
    String::from_utf8(bytes).with_context(named)
}

/// The checkpoint in a file, alone or in a receipt.
fn note_in(path: &Path) -> anyhow::Result<String> {
    let text = receipt_in(path)?;
    if !text.starts_with(Receipt::HEADER) {
        if text.split_whitespace().collect::<String>().parse::<VerifierKey>().is_ok() {
            let detail = format!(
                "{} holds the log's key, not a checkpoint: `tinnhiem checkpoint --out FILE` writes the newest of a ledger",
                path.display()
            );
            anyhow::bail!(here("checkpoint.malformed", detail));
        }
        anyhow::ensure!(text.len() <= limits::NOTE_BYTES, "{} is too large for a checkpoint", path.display());
        return Ok(text);
    }
    Ok(Receipt::parse(&text).with_context(|| path.display().to_string())?.checkpoint)
}

fn begins_json(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}
