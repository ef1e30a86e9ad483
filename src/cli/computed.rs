//! `score --from`: what this program computes from a log that it read whole and verified

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::coded::{here, usage};
use super::output::{self, Bar, say};
use super::{check, key_name};
use crate::api;
use crate::client::{AuditReport, Auditing, Client, Replayed, Source, audit_log};
use crate::clock::Clock;
use crate::ledger::LOG_KEY_FILE;
use crate::log::VerifierKey;

/// Where a log is read whole.
#[derive(Debug, Args)]
pub(super) struct Whence {
    /// Compute it here, trusting nobody, from an export's folder, or from an address whose log is read whole; it is
    /// verified as `audit` does
    #[arg(long, value_name = "EXPORT|ADDRESS")]
    from: Option<String>,
    /// The log's key for --from, or its file, from somewhere that the operator cannot change
    #[arg(long, value_parser = key_name::log_key, requires = "from")]
    vkey: Option<VerifierKey>,
}

impl Whence {
    /// The log to be computed from, verified.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn verified(&self, json: bool) -> anyhow::Result<Option<Outcome>> {
        let Some(from) = &self.from else { return Ok(None) };
        let source = source(from)?;
        let auditing = Auditing { vkey: self.vkey.clone(), answering: true, ..Auditing::default() };
        let bar = Bar::new();
        let audited = audit_log(&source, &auditing, &mut |what, done, of| bar.show(what, done, of)).await?;
        drop(bar);
        let report = audited.report;
        if !report.is_clean() {
            if json {
                output::json(&report)?;
            } else {
                check::print_report(&report);
                say!(
                    "không tính điểm từ sổ có lỗi / no score is computed from a log in which something is wrong"
                );
            }
            return Ok(Some(Outcome::Wrong));
        }
        let replayed = audited.replayed.context("nothing was replayed")?;
        Ok(Some(Outcome::Clean(Box::new(Computing::over(from, replayed, report).await?))))
    }
}

/// How a log that was to be computed from was found.
pub(super) enum Outcome {
    /// All that was checked is right.
    Clean(Box<Computing>),
    /// Something is wrong, which was told.
    Wrong,
}

/// A verified log, answering in this process; it goes with this.
pub(super) struct Computing {
    /// Asks it.
    pub client: Client,
    from: String,
    report: AuditReport,
    _replayed: Replayed,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Computing {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Computing {
    async fn over(from: &str, replayed: Replayed, report: AuditReport) -> anyhow::Result<Self> {
        let unjudged = report.unjudged.as_ref().map_or(String::new(), |unjudged| {
            format!(": from entry {} on the rules were not applied, {}", unjudged.from, unjudged.why)
        });
        let ledger = replayed.mirror.as_ref().zip(replayed.checkpoint());
        let ledger = ledger.and_then(|(mirror, of)| mirror.ledger(of.origin.clone(), Clock::system()));
        let ledger = ledger.with_context(|| format!("no score can be computed from {from}{unjudged}"))?;
        // On this machine only, at a port that nothing else has.
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = Client::new(&format!("http://{}", listener.local_addr()?));
        let bounds = api::Bounds::default();
        let router = api::router(Arc::new(ledger), None, bounds);
        let server = tokio::spawn(api::serve(listener, router, bounds, std::future::pending()));
        Ok(Self { client, from: from.to_owned(), report, _replayed: replayed, server })
    }

    /// Tells what was checked.
    pub(super) fn print(&self) {
        let (from, report) = (&self.from, &self.report);
        let word = match report.vkey_given {
            true => "khóa được cho / the key given",
            false => "theo lời chính sổ ấy / that log's own word: compare it, or give --vkey",
        };
        say!(
            "tính tại đây từ {from}, đã kiểm tra toàn bộ / computed here from {from}, read whole and verified:"
        );
        say!("  checkpoint of {} entries, root {}", report.size, report.root);
        say!("  signed by {} ({word})", report.log_vkey);
        say!(
            "  clean: the chain, the root, {} signatures, every rule, {} tiles and bundles, {} attachments",
            report.signatures,
            report.tiles,
            report.attachments
        );
        for one in &report.not_compared {
            say!("  not compared: {}: {}", one.what, one.why);
        }
        if report.replayed > 0 {
            say!("  {} entries are history brought in at their own times", report.replayed);
        }
        if let Some(newest) = report.newest_at {
            say!("  mục ghi sau {newest} không có trong đó / what was recorded after {newest} is not in it");
        }
    }

    /// The same for programs.
    pub(super) fn told(&self) -> Value {
        json!({
            "from": self.from, "origin": self.report.origin, "log_vkey": self.report.log_vkey,
            "vkey_given": self.report.vkey_given, "size": self.report.size, "root": self.report.root,
            "newest_at": self.report.newest_at, "signatures": self.report.signatures,
        })
    }
}

/// An address, or the folder of an export.
fn source(from: &str) -> anyhow::Result<Source> {
    if from.starts_with("http://") || from.starts_with("https://") {
        return Ok(Source::Running(Client::new(from)));
    }
    let folder = PathBuf::from(from);
    if folder.join("tile").exists() || folder.join("checkpoint").exists() {
        return Ok(Source::Folder(folder));
    }
    if folder.join(LOG_KEY_FILE).exists() || folder.join("heads").exists() {
        anyhow::bail!(usage(format!(
            "{from} is a data directory: `tinnhiem export --data {from} my-export`, then --from my-export"
        )));
    }
    anyhow::bail!(here(
        "ledger.missing",
        format!(
            "{from} is neither an address nor an export, which holds `checkpoint`: `tinnhiem export --ledger ADDRESS \
         my-export` writes one"
        )
    ))
}
