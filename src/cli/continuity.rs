//! What an auditor kept from before: `--since`, `--receipt`

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::output::tell;
use super::outside::receipt_in;
use super::placed;
use crate::audit::{Finding, Known};
use crate::client::{Source, SourceTiles};
use crate::log::{Checkpoint, Receipt, SignedCheckpoint, TileSource, VerifierKey};
use crate::store::create_private_file;

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

impl Continuity {
    /// What is wrong with a log whose newest checkpoint is `own`, for who kept these files; `keys` are those
    /// that the log had.
    ///
    /// # Errors
    /// A file that says nothing about this log, or tiles that cannot be read.
    pub(super) fn findings<T: TileSource>(
        &self,
        tiles: &T,
        own: &Checkpoint,
        keys: &[VerifierKey],
    ) -> anyhow::Result<Vec<Finding>>
    where
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        // Nobody is to learn after a long check that its result cannot be kept.
        self.since.as_deref().map(placed::check).transpose()?;
        let mut known = Vec::new();
        if let Some(since) = self.since.as_ref().filter(|since| since.exists()) {
            let kept = receipt_in(since)?;
            anyhow::ensure!(
                !kept.starts_with(Receipt::HEADER),
                "{file} is a receipt, and the newest checkpoint would take its place: give it with --receipt",
                file = since.display()
            );
            known.push(Known::checkpoint(&since.display().to_string(), &kept, keys)?);
        }
        for receipt in &self.receipts {
            known.push(Known::receipt(&receipt.display().to_string(), &receipt_in(receipt)?, keys)?);
        }
        let mut findings = Vec::new();
        for one in &known {
            findings.extend(one.findings(tiles, own)?);
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
        keys.extend(source.first_vkey().await);
        self.findings(&SourceTiles::new(source, audited.size), audited, &keys)
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
            false => "the first there: whether anything was left out before it, it cannot tell",
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
