//! Keeping a data directory: `fsck`, `export`, `import`

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::coded::here;
use super::continuity::Continuity;
use super::output::{self, Answer, Bar, say, tell};
use super::signing::At;
use super::{FOUND, check, key_name, placed, seal};
use crate::audit::{Finding, Place};
use crate::client::{self, Client};
use crate::ledger::{Absent, Archive, LOG_KEY_FILE, OpenError, fsck, signs_by};
use crate::log::VerifierKey;
use crate::store::{StoreError, create_private_file};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem fsck my-ledger")]
pub(super) struct Fsck {
    /// The data directory; no other process may have it open
    data: PathBuf,
    #[command(flatten)]
    continuity: Continuity,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Fsck {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        check_directory(&self.data, None, &self.continuity, self.json)
    }
}

/// Checks a data directory and prints what is found.
pub(super) fn check_directory(
    data: &Path,
    vkey: Option<VerifierKey>,
    continuity: &Continuity,
    json: bool,
) -> anyhow::Result<u8> {
    let (archive, report) = match Archive::open(data) {
        Ok(archive) => {
            let mut report = fsck(&archive);
            let keys = std::iter::once(&report.log_vkey).chain(&report.former_vkeys);
            let keys: Vec<VerifierKey> =
                keys.filter_map(|key| key.parse().ok()).chain(vkey.clone()).collect();
            let head = archive.head.checkpoint();
            report.findings.extend(continuity.findings(
                &archive.reader,
                (archive.head.note(), head),
                &keys,
            )?);
            let is_its = |vkey: String| vkey == report.log_vkey || report.former_vkeys.contains(&vkey);
            if !vkey.as_ref().is_none_or(|vkey| is_its(vkey.to_string())) {
                let what = format!("another log: its key is {}", report.log_vkey);
                report.findings.push(Finding::new(Place::Checkpoint, "checkpoint.key", what));
            }
            (archive, report)
        }
        Err(
            error @ (OpenError::Heads(_) | OpenError::Diverged { .. } | OpenError::Absent(Absent::Store(_))),
        ) => {
            let place = if error.code() == "store.missing" { "store" } else { "heads" };
            let finding = Finding::new(Place::File(place.to_owned()), error.code(), error.to_string());
            if json {
                output::json(&json!({"notes": [], "findings": [finding]}))?;
            } else {
                say!("FOUND {error} ({})", error.code());
                check::after(&[finding]);
            }
            return Ok(FOUND);
        }
        Err(OpenError::Store(StoreError::Locked(holder))) => {
            // Whoever serves it says where.
            let address = seal::address(data).ok_or(StoreError::Locked(holder.clone()))?;
            let detail = format!(
                "{} is in use by process {holder}, which serves it at {address}: `tinnhiem audit {address}` checks it there, `tinnhiem export --data {} FOLDER` copies it for `audit FOLDER`; this verb needs it stopped",
                data.display(),
                placed::word(data)
            );
            return Err(here("store.locked", detail).into());
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(finding) = report.not_judged() {
        anyhow::bail!("nothing was judged: {finding}");
    }
    if json {
        output::json(&report)?;
    } else {
        say!(
            "{}\n{} entries, {} acknowledged, {} good",
            report.origin,
            report.entries,
            report.acknowledged,
            report.good
        );
        say!("{} signatures verified, {} attachments kept", report.signatures, report.attachments);
        check::print_kinds(report.texts, report.documents);
        check::print_erased(report.erased_texts, report.erased_documents);
        if report.unneeded > 0 {
            say!("{} files belong to no entry: the next start removes them", report.unneeded);
            report.unneeded_files.iter().for_each(|file| say!("  {file}"));
        }
        if let Some(newest) = report.newest_at {
            say!("the newest entry is of {newest}");
        }
        if report.sealed {
            say!("it is sealed: another directory goes on, and this one signs nothing");
        }
        if let Some(why) = &report.read_only {
            say!("it opens read-only: {why}");
            say!("{}", opened_by(data, report.sealed));
        }
        if !report.strangers.is_empty() {
            say!("no part of the ledger, and not looked at: {}", report.strangers.join(", "));
        }
        say!("not compared: what a running ledger answers (`tinnhiem audit ADDRESS`)");
        say!("not compared: {}: {}", client::OTHER_HISTORIES.0, client::OTHER_HISTORIES.1);
        if let Some(unjudged) = &report.unjudged {
            say!("from entry {} on the rules were not applied ({})", unjudged.from, unjudged.why);
        }
        for note in &report.notes {
            say!("NOTE {note}");
        }
        for finding in &report.findings {
            say!("FOUND {finding}");
        }
        check::after(&report.findings);
        if report.good < report.acknowledged.max(report.entries) {
            say!(
                "the last good position is {}: restore the entries from there on from an export, a mirror or a backup",
                report.good
            );
        }
        match report.notes.len() {
            _ if !report.findings.is_empty() => {}
            0 => say!("clean"),
            notes => say!("nothing is lost, but not all is whole: {notes} noted above"),
        }
    }
    if !report.findings.is_empty() {
        return Ok(FOUND);
    }
    continuity.save(&archive.head)?;
    Ok(0)
}

/// By what a directory that opens read-only comes to sign.
fn opened_by(data: &Path, sealed: bool) -> String {
    let word = placed::word(data);
    // Where the key lies apart no reading verb is told.
    let log_key = if data.join(LOG_KEY_FILE).exists() { "" } else { " --log-key FILE" };
    let newest = signs_by(data, sealed);
    format!(
        "`tinnhiem serve --data {word}{log_key}` serves reads; it signs once that is given --newest and {newest}, or --take-over where nobody has one: see \"Restore\" in `tinnhiem guide operator`"
    )
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem export --data my-ledger my-export
  tinnhiem export --ledger https://ledger.example my-export
  tinnhiem export --data my-ledger --events-from 1200 dropped.jsonl")]
pub(super) struct Export {
    /// The data directory; where a process serves it, the export is fetched from that. Without it, from the
    /// ledger of `--ledger`
    #[arg(long)]
    data: Option<PathBuf>,
    /// The folder to write: checkpoint, tiles, entry bundles, attachments
    folder: PathBuf,
    /// Write a file of the events from this entry on instead, one a line, as `POST /v1/events/batch` takes
    /// them, with the attachments still kept: to be sent to a ledger that goes on from before them
    #[arg(long, value_name = "SEQ", requires = "data")]
    events_from: Option<u64>,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        if let (Some(from), Some(data)) = (self.events_from, &self.data) {
            return events(data, from, &self.folder, self.answer);
        }
        let bar = Bar::new();
        let mut progress = |what: &str, done, of| bar.show(what, done, of);
        let archive = self.data.as_deref().map(|data| (Archive::open(data), seal::address(data)));
        let served = match &archive {
            None => Some(self.at.client()),
            // Whoever has it open serves it.
            Some((Err(OpenError::Store(StoreError::Locked(_))), Some(address))) => Some(Client::new(address)),
            Some(_) => None,
        };
        let from = served.as_ref().map(|client| client.base().to_owned());
        let exported = match (archive, served) {
            (_, Some(client)) => client::export_served(&client, &self.folder, &mut progress).await?,
            (Some((archive, _)), None) => client::export(&archive?, &self.folder, &mut progress)?,
            (None, None) => unreachable!("without a directory it is served"),
        };
        drop(bar);
        let folder = self.folder.display();
        if let Some(from) = from {
            tell!(
                "fetched from {from}: `tinnhiem audit {folder}` checks it, `tinnhiem score KOL --from {folder} --as-of \
                 DATE` computes any score from it, verified"
            );
        }
        let (size, attachments) = (exported.size, exported.attachments);
        let words = format!("{size} entries written to {folder}, and {}", attachments.told());
        self.answer.tell(&json!({"size": size, "folder": self.folder, "attachments": attachments}), &words)
    }
}

/// Writes the events of a stopped ledger's directory into a new file.
fn events(data: &Path, from: u64, to: &Path, answer: Answer) -> anyhow::Result<u8> {
    let there = || here("file.exists", format!("{} exists already: choose another path", to.display()));
    anyhow::ensure!(!to.exists(), there());
    placed::check(to)?;
    let archive =
        Archive::open(data).context("--events-from reads a directory that nothing serves: stop it")?;
    let unfinished = to.with_extension("partial");
    let bar = Bar::new();
    let mut progress = |what: &str, done, of| bar.show(what, done, of);
    let written = create_private_file(&unfinished).map_err(anyhow::Error::from).and_then(|file| {
        let mut out = std::io::BufWriter::new(file);
        let count = client::export_events(&archive, from, &mut out, &mut progress)?;
        out.into_inner()?.sync_all()?;
        std::fs::rename(&unfinished, to)?;
        Ok(count)
    });
    drop(bar);
    let count = written.inspect_err(|_| drop(std::fs::remove_file(&unfinished)));
    let count = count.with_context(|| to.display().to_string())?;
    let words = format!(
        "{count} events written to {path}; send them with `curl --data-binary @{path} ADDRESS/v1/events/batch`, which answers each line",
        path = to.display()
    );
    answer.tell(&json!({"events": count, "file": to}), &words)
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem import my-export --data restored")]
pub(super) struct Import {
    /// The export's folder
    folder: PathBuf,
    /// The data directory to make; it may hold the log's key (log-key.pem) and nothing else
    #[arg(long)]
    data: PathBuf,
    /// The log's key file, apart from the data directory
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// The log's key, or its file, from somewhere that the operator cannot change
    #[arg(long, value_parser = key_name::log_key)]
    vkey: Option<VerifierKey>,
    #[command(flatten)]
    answer: Answer,
}

impl Import {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let bar = Bar::new();
        let mut progress = |what: &str, done, of| bar.show(what, done, of);
        let log_key = self.log_key.as_deref();
        let size = client::import(&self.folder, &self.data, log_key, self.vkey, &mut progress).await?;
        drop(bar);
        let log_key =
            self.log_key.map(|file| format!(" --log-key {}", placed::word(&file))).unwrap_or_default();
        let word = placed::word(&self.data);
        let words = format!(
            "{size} entries brought to {data}\nit is read-only until `tinnhiem serve --data {word}{log_key}` is given --newest and the newest checkpoint known outside (not the export's own), or --take-over",
            data = self.data.display()
        );
        self.answer.tell(&json!({"size": size, "data": self.data}), &words)
    }
}
