//! Keeping a data directory: `fsck`, `export`, `import`

use std::path::{Path, PathBuf};

use clap::Args;

use super::FOUND;
use super::output::{self, Bar};
use crate::client;
use crate::ledger::{Archive, OpenError, fsck};
use crate::log::VerifierKey;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem fsck my-ledger")]
pub struct Fsck {
    /// The data directory; no other process may have it open
    data: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Fsck {
    pub fn run(self) -> anyhow::Result<u8> {
        check_directory(&self.data, None, self.json)
    }
}

/// Checks a data directory and prints what is found.
pub fn check_directory(data: &Path, vkey: Option<VerifierKey>, json: bool) -> anyhow::Result<u8> {
    let report = match Archive::open(data) {
        Ok(archive) => fsck(&archive),
        Err(error @ (OpenError::Heads(_) | OpenError::Diverged { .. })) => {
            println!("FOUND {error} ({})", error.code());
            return Ok(FOUND);
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(finding) = report.not_judged() {
        anyhow::bail!("nothing was judged: {finding}");
    }
    let is_its = |vkey: String| vkey == report.log_vkey || report.former_vkeys.contains(&vkey);
    let expected = vkey.as_ref().is_none_or(|vkey| is_its(vkey.to_string()));
    if json {
        output::json(&report)?;
    } else {
        println!(
            "{}\n{} entries, {} acknowledged, {} good",
            report.origin, report.entries, report.acknowledged, report.good
        );
        println!("{} signatures verified, {} attachments kept", report.signatures, report.attachments);
        for finding in &report.findings {
            println!("FOUND {finding}");
        }
        if !expected {
            println!("FOUND another log: its key is {}", report.log_vkey);
        }
        if report.good < report.acknowledged.max(report.entries) {
            println!(
                "the last good position is {}: restore the entries from there on from an export, a mirror or a backup",
                report.good
            );
        }
        if report.findings.is_empty() && expected {
            println!("clean");
        }
    }
    Ok(if report.findings.is_empty() && expected { 0 } else { FOUND })
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem export --data my-ledger my-export")]
pub struct Export {
    /// The data directory; no other process may have it open
    #[arg(long)]
    data: PathBuf,
    /// The folder to write: checkpoint, tiles, entry bundles, attachments
    folder: PathBuf,
}

impl Export {
    pub fn run(self) -> anyhow::Result<u8> {
        let archive = Archive::open(&self.data)?;
        let bar = Bar::new();
        let size = client::export(&archive, &self.folder, &mut |what, done, of| bar.show(what, done, of))?;
        drop(bar);
        println!("{size} entries written to {}", self.folder.display());
        Ok(0)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem import my-export --data restored")]
pub struct Import {
    /// The export's folder
    folder: PathBuf,
    /// The data directory to make; it may hold the log's key (log-key.pem) and nothing else
    #[arg(long)]
    data: PathBuf,
    /// The log's key file, apart from the data directory
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// The log's key, from somewhere that the operator cannot change
    #[arg(long)]
    vkey: Option<VerifierKey>,
}

impl Import {
    pub async fn run(self) -> anyhow::Result<u8> {
        let bar = Bar::new();
        let mut progress = |what: &str, done, of| bar.show(what, done, of);
        let log_key = self.log_key.as_deref();
        let size = client::import(&self.folder, &self.data, log_key, self.vkey, &mut progress).await?;
        drop(bar);
        println!("{size} entries brought to {}", self.data.display());
        println!(
            "it is read-only until `tinnhiem serve` is given --newest and the newest checkpoint known outside, or --take-over"
        );
        Ok(0)
    }
}
