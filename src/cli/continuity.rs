//! What an auditor kept from before: `--since`, `--receipt`

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::coded::here;
use super::notes::both;
use super::output::tell;
use super::outside::receipt_in;
use super::placed;
use crate::audit::{Finding, Known};
use crate::client::{Source, SourceTiles};
use crate::log::{Checkpoint, Receipt, SignedCheckpoint, TileSource, VerifierKey};
use crate::store::create_private_file;

/// Checks that the newest checkpoint may take a file's place: what is a copy, and says by its checkpoint of what, is
/// broken by a newer one.
fn to_be_kept(since: &Path) -> anyhow::Result<()> {
    placed::check(since)?;
    let real = since.canonicalize().unwrap_or_else(|_| since.to_owned());
    for file in [since, &real] {
        let above = file.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let of = match above {
            _ if above.join("tile").is_dir() => "an export",
            _ if above.join("heads").is_dir() => "a data directory",
            _ => continue,
        };
        let detail = format!(
            "--since {file} lies in {of}, and the newest checkpoint would take its place: nothing is written there. \
             Copy it to a file of its own first (`cp {word} saved.checkpoint`) and give that, or see with `tinnhiem \
             checkpoint compare {folder} ADDRESS` how the two stand",
            file = since.display(),
            word = placed::word(since),
            folder = placed::word(above),
        );
        anyhow::bail!(here("file.kind", detail));
    }
    Ok(())
}

#[derive(Debug, Args)]
pub(super) struct Continuity {
    /// The checkpoint saved here must be of the same history; after a clean check the newest one takes its
    /// place, as it does where there is none yet
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// The entry of this receipt must be in the log, byte for byte; repeatable
    #[arg(long = "receipt", value_name = "FILE", num_args = 1..)]
    receipts: Vec<PathBuf>,
}

/// A finding, with both notes where they are of two histories: only both of them prove that.
pub(super) fn with_both(finding: Finding, kept: &Known, shown: &str, note: &str) -> Finding {
    if finding.code != "log.forked" {
        return finding;
    }
    let whose = format!("What was kept, from {}", kept.name);
    let what = format!(
        "the log signed another history of {} entries than the one that is shown. The two notes are the evidence:{}",
        kept.signed.checkpoint().size,
        both([(&whose, kept.signed.note()), (shown, note)])
    );
    Finding { what: what + "\n ", ..finding }
}

/// A checkpoint or receipt that one of the log's keys signed.
///
/// # Errors
/// It is none of this log, with what may be the reason where none of the keys that the log is known to have signed it.
fn usable(name: &str, text: &str, own: &Checkpoint, keys: &[VerifierKey]) -> anyhow::Result<Known> {
    let receipt = text.starts_with(Receipt::HEADER);
    let known = if receipt { Known::receipt(name, text, keys) } else { Known::checkpoint(name, text, keys) };
    let error = match known {
        Ok(known) => return Ok(known),
        Err(error) => error,
    };
    let note = if receipt { Receipt::parse(text)?.checkpoint } else { text.to_owned() };
    let Ok(claim) = SignedCheckpoint::claim(&note) else { return Err(error.into()) };
    let is_unsigned =
        |key: &VerifierKey| SignedCheckpoint::open(&note, key).is_err_and(|error| error.is_unsigned());
    if claim.origin != own.origin || !keys.iter().all(is_unsigned) {
        return Err(error.into());
    }
    let (known, size) = (claim.size, own.size);
    if known > size {
        let detail = format!(
            "{name} is of {known} entries of this log, and only {size} are shown, which name no key that signed it: \
             the log's key was rotated since, and WHAT IS SHOWN WAS ROLLED BACK to before that, or its end is hidden; or \
             the file is no checkpoint of this log. Keep it, it is the evidence. `tinnhiem audit` proves which, with \
             --vkey and the key that signed it: `former_vkeys` and `log_vkey` in /v1/ledger of whoever shows more"
        );
        anyhow::bail!(here("newest.rotated", detail));
    }
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let detail = format!(
        "{name} is of {known} entries of this log, but none of its keys signed it ({keys}): it was altered, or is of \
         another log that calls itself the same. Give the key that you know with --vkey; show the file to the operator \
         and the council",
        keys = keys.join(", ")
    );
    anyhow::bail!(here("note.unsigned", detail))
}

impl Continuity {
    /// What is wrong with a log that shows this note and checkpoint, for who kept these files; `keys` are those
    /// that the log had.
    ///
    /// # Errors
    /// A file that says nothing about this log, or tiles that cannot be read.
    pub(super) fn findings<T: TileSource>(
        &self,
        tiles: &T,
        shown: (&str, &Checkpoint),
        keys: &[VerifierKey],
    ) -> anyhow::Result<Vec<Finding>>
    where
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        let (note, own) = shown;
        // Nobody is to learn after a long check that its result cannot be kept.
        self.since.as_deref().map(to_be_kept).transpose()?;
        let mut known = Vec::new();
        if let Some(since) = self.since.as_ref().filter(|since| since.exists()) {
            let kept = receipt_in(since)?;
            anyhow::ensure!(
                !kept.starts_with(Receipt::HEADER),
                "{file} is a receipt, and the newest checkpoint would take its place: give it with --receipt",
                file = since.display()
            );
            known.push(usable(&since.display().to_string(), &kept, own, keys)?);
        }
        for receipt in &self.receipts {
            known.push(usable(&receipt.display().to_string(), &receipt_in(receipt)?, own, keys)?);
        }
        let mut findings = Vec::new();
        for one in &known {
            let found = one.findings(tiles, own)?.into_iter();
            findings.extend(found.map(|finding| with_both(finding, one, "What is shown now", note)));
        }
        Ok(findings)
    }

    /// The same of a running ledger or an export that was audited.
    ///
    /// # Errors
    /// A file that says nothing about this log, or tiles that cannot be read.
    pub(super) async fn findings_of(
        &self,
        source: &Source,
        audited: &Checkpoint,
        vkeys: &[&str],
    ) -> anyhow::Result<Vec<Finding>> {
        if self.since.is_none() && self.receipts.is_empty() {
            return Ok(Vec::new());
        }
        let mut keys: Vec<VerifierKey> = vkeys.iter().filter_map(|vkey| vkey.parse().ok()).collect();
        keys.extend(source.log_keys().await);
        let note = source.checkpoint().await?;
        self.findings(&SourceTiles::new(source, audited.size), (&note, audited), &keys)
    }

    /// Saves the checkpoint that was checked, in the place of the one before.
    ///
    /// # Errors
    /// What the system refuses.
    pub(super) fn save(&self, checked: &SignedCheckpoint) -> anyhow::Result<()> {
        let Some(since) = &self.since else { return Ok(()) };
        let before = match since.exists() {
            true => {
                "in the place of the one before, which it goes on from; whether somebody was shown another history \
                 after that one only a checkpoint of theirs tells (`tinnhiem checkpoint compare`)"
            }
            false => {
                "the first there: there was no such file, so NOTHING that you kept before WAS COMPARED, and whether \
                 anything was left out before it, it cannot tell; if you kept one, give its name, and remove this file"
            }
        };
        let unfinished = since.with_extension("new");
        let written = create_private_file(&unfinished).and_then(|mut file| {
            file.write_all(checked.note().as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&unfinished, since)
        });
        written.with_context(|| since.display().to_string())?;
        let size = checked.checkpoint().size;
        tell!("the checkpoint of {size} entries is saved in {}, {before}", since.display());
        Ok(())
    }

    /// Saves what a running ledger or an export shows now, if it goes on from what was audited.
    ///
    /// # Errors
    /// It cannot be read, is of another history, or cannot be written.
    pub(super) async fn save_of(
        &self,
        source: &Source,
        audited: &Checkpoint,
        vkey: &VerifierKey,
    ) -> anyhow::Result<()> {
        if self.since.is_none() {
            return Ok(());
        }
        let signed = SignedCheckpoint::open(&source.checkpoint().await?, vkey)?;
        let tiles = SourceTiles::new(source, signed.checkpoint().size);
        match crate::audit::compare(&tiles, signed.checkpoint(), audited)? {
            crate::audit::Relation::Same | crate::audit::Relation::Extends => self.save(&signed),
            other => {
                anyhow::bail!("what is shown now is of another history than what was audited ({other:?})")
            }
        }
    }
}
