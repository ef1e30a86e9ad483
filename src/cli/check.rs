//! Checking without trust: `receipt`, `audit`

use std::path::PathBuf;

use clap::Args;

use super::continuity::Continuity;
use super::named::EventName;
use super::output::{self, Bar};
use super::signing::At;
use super::written::Overwriting;
use super::{FOUND, custody};
use crate::client::{AuditReport, Client, Source, audit};
use crate::ledger::LOG_KEY_FILE;
use crate::log::VerifierKey;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem receipt 42 --out entry-42.tlog-proof")]
pub struct FetchReceipt {
    /// The entry: its seq, or its event id
    event: EventName,
    /// Where to write it; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    at: At,
}

impl FetchReceipt {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        let seq = self.event.entry(&client).await?.row.seq;
        let text = client.text(&format!("/v1/receipts/{seq}")).await?;
        match out {
            Some(out) => {
                let path = out.path();
                out.write(&text)?;
                println!("receipt written to {}", path.display());
            }
            None => print!("{text}"),
        }
        Ok(0)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem audit https://ledger.example --vkey \"$VKEY\"")]
pub struct Audit {
    /// An address, an export's folder, or a data directory; the ledger of `--ledger` unless given
    of: Option<String>,
    /// The log's key, from somewhere that the operator cannot change
    #[arg(long)]
    vkey: Option<VerifierKey>,
    #[command(flatten)]
    continuity: Continuity,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Audit {
    pub async fn run(self) -> anyhow::Result<u8> {
        let of = self.of.as_ref().unwrap_or(&self.at.ledger);
        let folder = PathBuf::from(of);
        let source = if of.starts_with("http://") || of.starts_with("https://") {
            Source::Running(Client::new(of))
        } else if folder.join("tile").exists() || folder.join("checkpoint").exists() {
            Source::Folder(folder)
        } else if folder.join(LOG_KEY_FILE).exists() || folder.join("heads").exists() {
            return custody::check_directory(&folder, self.vkey, &self.continuity, self.json);
        } else if folder.exists() {
            anyhow::bail!(
                "{of} is neither an export, which holds `checkpoint`, nor a data directory, which holds `heads`"
            );
        } else {
            anyhow::bail!("{of} is neither an address nor a folder");
        };
        let bar = Bar::new();
        let given = self.vkey.clone();
        let mut report =
            audit(&source, self.vkey.clone(), &mut |what, done, of| bar.show(what, done, of)).await?;
        drop(bar);
        let given = given.map(|vkey| vkey.to_string()).unwrap_or_default();
        let audited = report.checkpoint();
        if let Some(audited) = &audited {
            let vkeys = [report.log_vkey.as_str(), &given];
            report.findings.extend(self.continuity.findings_of(&source, audited, &vkeys).await?);
        }
        if self.json {
            output::json(&report)?;
        } else {
            print_report(&report);
        }
        if let Some(audited) = audited.filter(|_| report.is_clean()) {
            self.continuity.save_of(&source, &audited, &report.log_vkey.parse()?).await?;
        }
        Ok(if report.is_clean() { 0 } else { FOUND })
    }
}

/// Prints what an audit found.
pub fn print_report(report: &AuditReport) {
    println!("{}\n{} entries, root {}", report.origin, report.size, report.root);
    println!(
        "{} signatures verified, {} tiles and bundles compared, {} attachments compared",
        report.signatures, report.tiles, report.attachments
    );
    match report.as_of {
        Some(as_of) => println!("{} scores recomputed as of {as_of}", report.scores),
        None => {
            println!("no scores are served here: `tinnhiem audit ADDRESS` compares those of a running ledger")
        }
    }
    if let Some(state) = &report.state {
        println!("the state of size {} made anew, to be attested with `tinnhiem attest`", state.size);
    }
    if report.replayed > 0 {
        println!(
            "{} entries are history brought in at their own times, not recorded by the clock",
            report.replayed
        );
    }
    if report.erased > 0 {
        println!("{} attachments erased", report.erased);
    }
    if !report.vkey_given {
        println!("the log's key is the ledger's own word ({}): compare it, or give --vkey", report.log_vkey);
    }
    if report.is_clean() {
        println!("clean");
    }
    const SHOWN: usize = 20;
    for finding in report.findings.iter().take(SHOWN) {
        println!("FOUND {finding}");
    }
    if report.findings.len() > SHOWN {
        println!("and {} more findings: see --json", report.findings.len() - SHOWN);
    }
}
