//! Checking without trust: `receipt`, `audit`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::age;
use super::checkpoint::AFTER_A_FORK;
use super::coded::here;
use super::codes::remedy;
use super::continuity::Continuity;
use super::named::EventName;
use super::output::{self, Answer, Bar, say, tell};
use super::signing::At;
use super::told::Known;
use super::written::{Overwriting, Written};
use super::{FOUND, count, custody, key_name};
use crate::api::views::EventView;
use crate::audit::Finding;
use crate::client::{AuditReport, Auditing, Client, ClientError, Source};
use crate::dsse::EventId;
use crate::ledger::{Absent, LOG_KEY_FILE, OpenError, present};
use crate::limits;
use crate::log::{Entry, Receipt, VerifierKey};
use crate::oracle::{Inquiry, audit};
use crate::time::Date;

#[derive(Debug, Args)]
#[command(after_help = "The receipt of a score is another one: `tinnhiem score KOL --receipt FILE`.

Examples:
  tinnhiem receipt 42 --out entry-42.tlog-proof
  tinnhiem receipt 42 --out entry-42.tlog-proof --words entry-42.json
      with the words that it commits to")]
pub(super) struct FetchReceipt {
    /// The entry: its seq, or its event id
    event: EventName,
    /// Where to write it; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    /// Write the words and documents that the entry commits to here, each with its salt, for `verify --words`
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

impl FetchReceipt {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        let words = self.words.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        let view = self.event.entry(&client).await?;
        let seq = view.row.seq;
        let path = format!("/v1/receipts/{seq}");
        let text = client.text(&path).await?;
        if !is_of(&text, seq, &view.row.id) {
            return Err(ClientError::Unreadable(path, format!("not the receipt of entry {seq}")).into());
        }
        let value = serde_json::json!({"seq": seq, "receipt": text, "file": self.out, "words": self.words});
        let told = match out {
            Some(out) => {
                let path = out.path();
                out.write(&text)?;
                format!("receipt written to {}", path.display())
            }
            None => text.trim_end_matches('\n').to_owned(),
        };
        // Who asks for the words into a file wants to read, and is shown no proof besides.
        let told = match (&words, &self.out) {
            (Some(_), None) => "biên nhận chưa ghi / its receipt is not written: add --out FILE, which `tinnhiem verify FILE \
                                --words` takes"
                .to_owned(),
            _ => told,
        };
        if let Some(words) = words {
            write_words(&client, &view, words).await?;
        }
        self.answer.tell(&value, &told)
    }
}

/// Whether a text is the receipt of an event at a place, whatever it proves.
fn is_of(text: &str, seq: u64, id: &EventId) -> bool {
    let receipt = Receipt::parse(text).ok().filter(|one| one.index == seq);
    let entry = receipt.and_then(|one| Entry::parse(&one.entry).ok());
    entry.is_some_and(|entry| EventId::of_payload(&entry.payload) == *id)
}

/// Writes down what an entry commits to, as far as the ledger keeps it.
async fn write_words(client: &Client, view: &EventView, out: Written) -> anyhow::Result<()> {
    let mut known = Known::default();
    let kept = known.attachments(client, view).await?;
    anyhow::ensure!(
        !view.attachments.is_empty(),
        "entry {} commits to no words: leave --words out",
        view.row.seq
    );
    let path = out.path();
    out.write(serde_json::to_string(&kept)? + "\n")?;
    tell!("words written to {}: {} of {}", path.display(), kept.len(), view.attachments.len());
    for absent in &known.absent {
        tell!("not kept by the ledger: {absent}");
    }
    Ok(())
}

#[derive(Debug, Args)]
#[command(after_help = "Of an address, what the ledger answers is compared with what its log makes:
every score, and of every other kind of answer a sample that the report states,
or with --whole all. Of a folder, its files are.

Examples:
  tinnhiem audit https://ledger.example --vkey \"$VKEY\"
  tinnhiem audit my-export --vkey \"$VKEY\"")]
pub(super) struct Audit {
    /// An address, an export's folder, or a data directory; the ledger of `--ledger` unless given
    of: Option<String>,
    /// The log's key, or its file, from somewhere that the operator cannot change
    #[arg(long, value_parser = key_name::log_key)]
    vkey: Option<VerifierKey>,
    #[command(flatten)]
    continuity: Continuity,
    /// Compare every answer of every kind, however many there are
    #[arg(long, conflicts_with = "sample")]
    whole: bool,
    /// Most answers of each kind that are compared
    #[arg(long, value_name = "COUNT", default_value_t = limits::AUDIT_SAMPLE, value_parser = count::up_to(limits::AUDIT_SAMPLE_MOST))]
    sample: usize,
    /// Draw the samples that an earlier audit drew: the seed of its report
    #[arg(long, value_parser = seed)]
    seed: Option<Seed>,
    /// The day that the ledger stands at, where that is not today, as a demo's may be
    #[arg(long)]
    today: Option<Date>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// What samples are drawn by.
#[derive(Debug, Clone, Copy)]
struct Seed([u8; 16]);

fn seed(text: &str) -> Result<Seed, String> {
    let bytes = (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten();
    bytes.map(|bytes| Seed(bytes.to_be_bytes())).ok_or_else(|| "expected 32 hex digits".to_owned())
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let of = self.of.as_ref().unwrap_or(&self.at.ledger);
        let folder = PathBuf::from(of);
        let source = if of.starts_with("http://") || of.starts_with("https://") {
            Source::Running(Client::new(of))
        } else if folder.join("tile").exists() || folder.join("checkpoint").exists() {
            Source::Folder(folder)
        } else if folder.join(LOG_KEY_FILE).exists() || folder.join("heads").exists() {
            if self.vkey.is_none() {
                tell!(
                    "the log's key is the directory's own word: compare it with one from elsewhere, or give --vkey"
                );
            }
            return custody::check_directory(&folder, self.vkey, &self.continuity, self.json);
        } else if let Err(error @ OpenError::Absent(Absent::Forbidden(_))) = present(&folder) {
            return Err(error.into());
        } else if folder.exists() {
            let detail = format!(
                "{of} is neither an export, which holds `checkpoint`, nor a data directory, which holds `heads`"
            );
            anyhow::bail!(here("ledger.empty", detail));
        } else {
            let detail = format!(
                "{of} is neither an address, which begins with http:// or https://, nor a folder that exists"
            );
            anyhow::bail!(here("ledger.missing", detail));
        };
        let inquiry = Inquiry {
            auditing: Auditing { vkey: self.vkey, ..Auditing::default() },
            today: self.today,
            sample: (!self.whole).then_some(self.sample),
            seed: self.seed.map(|seed| seed.0),
        };
        let bar = Bar::new();
        let given = inquiry.auditing.vkey.clone();
        let mut report = audit(&source, &inquiry, &mut |what, done, of| bar.show(what, done, of)).await?;
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

/// Prints what is to be done about what was found, of each code once.
pub(super) fn after(findings: &[Finding]) {
    let mut told = BTreeSet::new();
    for code in findings.iter().map(|finding| finding.code).filter(|code| told.insert(*code)) {
        match remedy(code) {
            _ if code == "log.forked" => say!("{AFTER_A_FORK}"),
            Some(what) => say!("Next ({code}): {what}"),
            None => {}
        }
    }
}

/// Prints of what kinds the attachments are that are there.
pub(super) fn print_kinds(texts: u64, documents: u64) {
    if texts + documents > 0 {
        say!("  of the attachments {texts} are texts and {documents} documents");
    }
}

/// Prints what is not there because its events were erased.
pub(super) fn print_erased(texts: u64, documents: u64) {
    if texts + documents > 0 {
        say!(
            "{texts} texts erased, and {documents} documents of erased entries not there: destroyed or never attached"
        );
    }
}

/// Prints what an audit did and found.
pub(super) fn print_report(report: &AuditReport) {
    say!("{}\n{} entries, root {}", report.origin, report.size, report.root);
    if let Some(newest) = report.newest_at {
        say!(
            "audited at {} by the clock here; the newest entry is of {newest}, {}",
            report.audited_at,
            age::stands(newest, report.audited_at)
        );
    }
    say!(
        "{} signatures verified, {} tiles and bundles compared, {} attachments compared",
        report.signatures,
        report.tiles,
        report.attachments
    );
    print_kinds(report.texts, report.documents);
    if let Some(answers) = &report.answers {
        let compared: u64 = answers.kinds.iter().map(|kind| kind.compared).sum();
        say!(
            "{compared} answers of {} kinds compared with what the log makes at size {}, read on {} (samples drawn by {}):",
            answers.kinds.len(),
            answers.size,
            answers.today,
            answers.seed
        );
        for kind in &answers.kinds {
            say!("  {:>6} of {:<8} {}", kind.compared, kind.of, kind.route);
        }
    }
    if let Some(unjudged) = &report.unjudged {
        say!("from entry {} on the rules were not applied: {}", unjudged.from, unjudged.why);
    }
    for one in &report.not_compared {
        say!("not compared: {}: {}", one.what, one.why);
    }
    if let Some(state) = &report.state {
        say!("the state of size {} made anew, to be attested with `tinnhiem state attest`", state.size);
    }
    if report.replayed > 0 {
        say!(
            "{} entries are history brought in at their own times, not recorded by the clock",
            report.replayed
        );
    }
    print_erased(report.erased_texts, report.erased_documents);
    if !report.vkey_given {
        say!("the log's key is the ledger's own word ({}): compare it, or give --vkey", report.log_vkey);
    }
    if report.is_clean() {
        say!("clean");
    }
    const SHOWN: usize = 20;
    for finding in report.findings.iter().take(SHOWN) {
        say!("FOUND {finding}");
    }
    if report.findings.len() > SHOWN {
        say!("and {} more findings: see --json", report.findings.len() - SHOWN);
    }
    after(&report.findings);
}
