//! Checking without trust: `receipt`, `verify`, `audit`

use std::path::PathBuf;

use clap::Args;

use super::output::{self, Bar};
use super::signing::{At, DEFAULT_LEDGER};
use super::{FOUND, custody};
use crate::client::{AuditReport, Client, Source, audit};
use crate::log::{Receipt, VerifierKey};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem receipt 42 --out entry-42.tlog-proof")]
pub struct FetchReceipt {
    /// The entry's seq
    seq: u64,
    /// Where to write it; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

impl FetchReceipt {
    pub async fn run(self) -> anyhow::Result<u8> {
        let text = self.at.client().text(&format!("/v1/receipts/{}", self.seq)).await?;
        match self.out {
            Some(out) => std::fs::write(out, text)?,
            None => print!("{text}"),
        }
        Ok(0)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem verify contest.tlog-proof --vkey \"$VKEY\"")]
pub struct Verify {
    /// The receipt (`.tlog-proof`)
    receipt: PathBuf,
    /// The log's key, as `tinnhiem init` and /v1/ledger show it
    #[arg(long)]
    vkey: VerifierKey,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self) -> anyhow::Result<u8> {
        let text = std::fs::read_to_string(&self.receipt)?;
        let verified = Receipt::parse(&text).and_then(|receipt| receipt.verify(&self.vkey));
        let verified = match verified {
            Ok(verified) => verified,
            Err(error) => {
                println!("NOT verified: {error} ({})", error.code());
                return Ok(FOUND);
            }
        };
        let keys: Vec<String> = verified.event.keys().map(|key| key.to_string()).collect();
        let payload = String::from_utf8_lossy(verified.event.payload()).into_owned();
        if self.json {
            output::json(&serde_json::json!({
                "seq": verified.seq, "recorded_at": verified.recorded_at, "id": verified.event.id(),
                "keys": keys, "size": verified.checkpoint.size, "root": verified.checkpoint.root,
                "origin": verified.checkpoint.origin, "payload": serde_json::from_str::<serde_json::Value>(&payload)?,
            }))?;
            return Ok(0);
        }
        println!("verified: entry {} of {}", verified.seq, verified.checkpoint.origin);
        println!("recorded at {}, event {}", verified.recorded_at, verified.event.id());
        println!("signed by {}", keys.join(", "));
        println!("checkpoint of {} entries, root {}", verified.checkpoint.size, verified.checkpoint.root);
        println!("{payload}");
        Ok(0)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem audit https://ledger.example --vkey \"$VKEY\"")]
pub struct Audit {
    /// An address, an export's folder, or a data directory
    #[arg(default_value = DEFAULT_LEDGER)]
    ledger: String,
    /// The log's key, from somewhere that the operator cannot change
    #[arg(long)]
    vkey: Option<VerifierKey>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub async fn run(self) -> anyhow::Result<u8> {
        let folder = PathBuf::from(&self.ledger);
        let source = if self.ledger.starts_with("http://") || self.ledger.starts_with("https://") {
            Source::Running(Client::new(&self.ledger))
        } else if folder.join("tile").exists() || folder.join("checkpoint").exists() {
            Source::Folder(folder)
        } else if folder.exists() {
            return custody::check_directory(&folder, self.vkey, self.json);
        } else {
            anyhow::bail!("{} is neither an address nor a folder", self.ledger);
        };
        let bar = Bar::new();
        let report = audit(&source, self.vkey, &mut |what, done, of| bar.show(what, done, of)).await?;
        drop(bar);
        if self.json {
            output::json(&report)?;
        } else {
            print_report(&report);
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
