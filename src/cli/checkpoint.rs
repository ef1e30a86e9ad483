//! Checkpoints: the newest of a ledger, and how two of one log stand to each other

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::coded::{Coded, here};
use super::newest::{Newest, signed_newest};
use super::output::{Answer, say, tell};
use super::outside::{Outside, base, is_address};
use super::signing::At;
use super::written::Overwriting;
use super::{FOUND, key_name, output, seal};
use crate::audit::{Relation, compare};
use crate::client::{Client, Source, SourceTiles};
use crate::ledger::{Claim, present};
use crate::log::{BadCheckpoint, SignedCheckpoint, VerifierKey};
use crate::store::Heads;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem checkpoint --out newest.checkpoint
  tinnhiem checkpoint compare mine.checkpoint https://ledger.example")]
pub(super) struct Checkpoint {
    #[command(subcommand)]
    what: Option<What>,
    /// Where to write the newest; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether two checkpoints of one log are of one history
    Compare(Compare),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem checkpoint compare mine.checkpoint https://ledger.example")]
struct Compare {
    /// A checkpoint: a file, a receipt, an address, or an export's folder
    one: String,
    /// Another
    other: String,
    /// A key of the log, or its file, from somewhere that the operator cannot change; repeatable where it was rotated
    #[arg(long, value_parser = key_name::log_key)]
    vkey: Vec<VerifierKey>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Checkpoint {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        if let Some(What::Compare(verb)) = self.what {
            return verb.run(&self.at).await;
        }
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        // What is kept as evidence is what the log signed, by the key that it names as its own.
        let Newest { note, signed } = signed_newest(&self.at.client()).await?;
        let size = signed.checkpoint().size;
        let value = serde_json::json!({"size": size, "checkpoint": note, "file": self.out});
        let words = match out {
            Some(out) => {
                let path = out.path();
                out.write(&note)?;
                format!("the newest checkpoint is in {}", path.display())
            }
            None => note.trim_end_matches('\n').to_owned(),
        };
        self.answer.tell(&value, &words)
    }
}

/// How two checkpoints stand to each other.
#[derive(Serialize)]
struct Compared<'a> {
    /// same, extends, rolled_back or fork
    relation: &'static str,
    /// The larger one, and the smaller; of a fork those that contradict each other.
    checkpoints: [&'a str; 2],
    /// Where each of them is from.
    names: [&'a str; 2],
    /// How many entries each is of.
    sizes: [u64; 2],
}

/// A checkpoint whose signature holds, and where it is from.
struct Named<'a> {
    name: &'a str,
    signed: &'a SignedCheckpoint,
}

/// The keys of the log by the word of whoever is compared, or of the usual ledger where those are but files; whose
/// word it is is said.
async fn own_word(both: &[Outside], usual: (&str, &Source)) -> anyhow::Result<Vec<VerifierKey>> {
    let named = both.iter().filter_map(|one| Some((one.name.as_str(), one.source.as_ref()?)));
    let mut asked: Vec<(&str, &Source)> = named.collect();
    let by = if asked.is_empty() { " (--ledger)" } else { "" };
    if asked.is_empty() {
        asked.push(usual);
    }
    let (mut keys, mut words) = (Vec::new(), Vec::new());
    asked.dedup_by_key(|(name, _)| *name);
    for (name, source) in asked {
        let known = source.log_keys().await;
        if !known.is_empty() || by.is_empty() {
            words.push(name);
        }
        keys.extend(known);
    }
    let asked = if words.is_empty() { usual.0.to_owned() } else { words.join(" and of ") };
    if keys.is_empty() {
        let detail = format!(
            "no key to check the signatures with: {asked}{by} names none. Give the log's with --vkey, or name a ledger \
             of it with --ledger"
        );
        anyhow::bail!(here("note.vkey", detail));
    }
    tell!("the log's key is the word of {asked}{by}: compare it with one from elsewhere, or give --vkey");
    Ok(keys)
}

/// That no key at hand signed a checkpoint, and where the one that did is found.
fn unsigned(name: &str, error: &BadCheckpoint, keys: &[VerifierKey]) -> Coded {
    if !error.is_unsigned() {
        return here(error.code(), format!("{name}: {error}"));
    }
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let detail = format!(
        "{name}: none of the keys at hand signed this checkpoint ({}). It is of another log, or was altered; or the log's \
         key was rotated: give the key of its own time with --vkey, and that of the other with a second --vkey. \
         `former_vkeys` in /v1/ledger lists each, and up to which size it signed (`tinnhiem ledger --json`)",
        keys.join(", ")
    );
    here(error.code(), detail)
}

impl Compare {
    async fn run(self, at: &At) -> anyhow::Result<u8> {
        let mut both = [Outside::read(&self.one).await?, Outside::read(&self.other).await?];
        let usual = Source::Running(at.client());
        let mut keys = self.vkey.clone();
        if keys.is_empty() {
            keys = own_word(&both, (&at.ledger, &usual)).await?;
        }
        let mut opened = Vec::new();
        for one in &both {
            let signed = keys.iter().map(|key| SignedCheckpoint::open(&one.note, key)).reduce(Result::or);
            opened.push(signed.context("no key")?.map_err(|error| unsigned(&one.name, &error, &keys))?);
        }
        if opened[0].checkpoint().size > opened[1].checkpoint().size {
            both.swap(0, 1);
            opened.swap(0, 1);
        }
        let small = Named { name: &both[0].name, signed: &opened[0] };
        let large = Named { name: &both[1].name, signed: &opened[1] };
        let (of, other) = (small.signed.checkpoint(), large.signed.checkpoint());
        anyhow::ensure!(
            of.origin == other.origin,
            "they are of two logs: {} is of {}, {} of {}",
            small.name,
            of.origin,
            large.name,
            other.origin
        );
        if of.size == other.size {
            return self.told(if of.root == other.root { "same" } else { "fork" }, &large, &small);
        }
        let is_shown = both[0].is_served() && !both[1].is_served();
        let mut shorter: Option<(&str, SignedCheckpoint)> = None;
        // The smaller one proves nothing about what came after it; whoever has the tiles of more may.
        let named = [(large.name, &both[1].source), (small.name, &both[0].source)];
        let sources = named.into_iter().filter_map(|(name, source)| Some((name, source.as_ref()?)));
        for (name, source) in sources.chain([(at.ledger.as_str(), &usual)]) {
            let Ok(note) = source.checkpoint().await else { continue };
            let mut shown = keys.iter().filter_map(|key| SignedCheckpoint::open(&note, key).ok());
            let Some(shown) = shown.next() else { continue };
            let tiles = SourceTiles::new(source, shown.checkpoint().size);
            let mut proven = 0;
            for one in [&large, &small] {
                match compare(&tiles, shown.checkpoint(), one.signed.checkpoint()) {
                    Ok(Relation::Forked) => {
                        if both.iter().all(|one| one.name != name) {
                            tell!(
                                "asked too, to tell {} from {}: {name} (--ledger), whose history is not that of {}",
                                small.name,
                                large.name,
                                one.name
                            );
                        }
                        return self.told("fork", &Named { name, signed: &shown }, one);
                    }
                    Ok(Relation::Same | Relation::Extends) => proven += 1,
                    Ok(Relation::Behind) if matches!(source, Source::Running(_)) => {
                        shorter = shorter.or_else(|| Some((name, shown.clone())));
                    }
                    Ok(Relation::Behind | Relation::Unproven) | Err(_) => {}
                }
            }
            if proven == 2 {
                let relation = if is_shown { "rolled_back" } else { "extends" };
                return self.told(relation, &large, &small);
            }
        }
        if let Some((name, shown)) = &shorter {
            let shown = Named { name, signed: shown };
            return self.told("rolled_back", &large, &shown);
        }
        let detail = format!(
            "nobody at hand proves what lies between the {} entries of {} and the {} of {}: name a ledger, mirror or export that reaches both, by --ledger or as one of the two",
            of.size, small.name, other.size, large.name
        );
        anyhow::bail!(here("checkpoint.unproven", detail))
    }

    fn told(&self, relation: &'static str, large: &Named<'_>, small: &Named<'_>) -> anyhow::Result<u8> {
        let names = [large.name, small.name];
        let checkpoints = [large.signed.note(), small.signed.note()];
        let sizes = [large.signed.checkpoint().size, small.signed.checkpoint().size];
        let [one, other] = names;
        if self.json {
            output::json(&Compared { relation, checkpoints, names, sizes })?;
        } else if relation == "fork" {
            let least = sizes[0].min(sizes[1]);
            say!("FORK: the log signed two histories.");
            say!(
                "They part at one of the first {least} entries: {one} is of {}, {other} of {}.",
                sizes[0],
                sizes[1]
            );
            say!(
                "The two notes are the evidence.\n\nFrom {one}:\n{}\nFrom {other}:\n{}",
                checkpoints[0],
                checkpoints[1]
            );
            say!("{AFTER_A_FORK}");
        } else if relation == "rolled_back" {
            say!(
                "ROLLED BACK: the log signed the {} entries of {one}, and {other} shows {}: it was rolled back, its end is hidden, or it is a second history that is shorter; which of these, an export or mirror that reaches both sizes tells (log.rolled_back)",
                sizes[0],
                sizes[1]
            );
            say!("The note is the evidence.\n\nFrom {one}:\n{}", checkpoints[0]);
            say!(
                "Next: keep it, and every receipt of what came after; where {other} is a mirror, see first whether it only lags; then show it to the operator, the council and other auditors. What the log signed may not be left out: nothing it answers is complete until its operator has brought it back."
            );
        } else if relation == "same" {
            say!("same: {one} and {other} are both of {} entries under one root", sizes[0]);
        } else {
            say!(
                "extends: {one}, of {} entries, begins with the {} of {other}; both are of one history",
                sizes[0],
                sizes[1]
            );
        }
        Ok(if matches!(relation, "fork" | "rolled_back") { FOUND } else { 0 })
    }
}

/// What whoever holds the evidence does next.
pub(super) const AFTER_A_FORK: &str = "Next: keep both notes, and an export of each history that can still be had; show them to the operator, the council and other auditors; compare what members hold (`tinnhiem checkpoint compare`, `tinnhiem audit --receipt`), so that it is known which history was shown to whom. Until that is settled, take no answer of this log for complete. Its operator stops every directory of it.";

/// The newest checkpoint known outside, as what a directory claims to sign by, and whether a mirror shows it: see
/// [`Outside::read`].
///
/// # Errors
/// When it cannot be read.
pub(super) async fn newest(of: &str, data: &Path) -> anyhow::Result<(Claim, bool)> {
    if !is_address(of) {
        return Ok((Claim::Newest(Outside::read(of).await?.note), false));
    }
    let client = Client::new(base(of));
    // A mirror has no such page. Whoever has it, and has not sealed its term, may sign again at any moment.
    let ledger = match client.json::<Value>("/v1/ledger").await {
        Ok(ledger) => Some(ledger),
        Err(error) if error.is_missing() => None,
        Err(error) => return Err(error.into()),
    };
    let (note, mirror) = (client.text("/checkpoint").await?, ledger.is_none());
    if contradicts(&Source::Running(client), &note, data) {
        return Ok((Claim::Contradicted(note), mirror));
    }
    let unfit = ledger.and_then(|ledger| went_on(of, &ledger, &note, data).or_else(|| unfit(of, &ledger)));
    let claim = match unfit {
        Some((code, why)) => Claim::Unfit { note, code, why },
        None => Claim::Shown(note),
    };
    Ok((claim, mirror))
}

/// Why a directory does not sign by what the ledger at an address shows.
fn unfit(of: &str, ledger: &Value) -> Option<(&'static str, String)> {
    let is_held =
        |code: &str| ledger["held"].as_array().into_iter().flatten().any(|hold| hold["code"] == code);
    if is_held("ledger.read_only") {
        let why = format!(
            "the ledger at {of} is itself a copy that does not know what was signed last: give the address of a mirror, or of where the ledger ran"
        );
        return Some(("newest.copy", why));
    }
    let goes_on = ledger["writing"] == true || !is_held("ledger.sealed");
    goes_on.then(|| {
        let why = format!(
            "the ledger at {of} takes writes, or may again at any moment, so no checkpoint of it is the newest: end its term with `tinnhiem seal` first"
        );
        ("newest.writing", why)
    })
}

/// That a sealed directory's ledger goes on where it is asked to sign by.
fn went_on(of: &str, ledger: &Value, note: &str, data: &Path) -> Option<(&'static str, String)> {
    let sealed = seal::sealed(data).ok()??;
    let (own, shown) = (SignedCheckpoint::claim(&sealed).ok()?, SignedCheckpoint::claim(note).ok()?);
    let goes_on = ledger["writing"] == true && own.origin == shown.origin && own.size <= shown.size;
    goes_on.then(|| {
        let why = format!(
            "the ledger goes on at {of}, of {} entries, and this directory was sealed at {} so that it does: start this one without --newest, and it serves reads. To bring it back here, end the term there first (`tinnhiem seal`) and move that directory",
            shown.size, own.size
        );
        ("newest.writing", why)
    })
}

/// Whether the tiles of a checkpoint prove that a directory's newest head is of another history. One of fewer
/// entries the directory's own tiles are compared with, when it is opened.
fn contradicts(source: &Source, note: &str, data: &Path) -> bool {
    if present(data).is_err() {
        return false;
    }
    let heads = Heads::open(data).ok();
    let own = heads.as_ref().and_then(Heads::last).map(String::from_utf8_lossy);
    let own = own.and_then(|own| SignedCheckpoint::claim(&own).ok());
    let Some((own, shown)) = own.zip(SignedCheckpoint::claim(note).ok()) else { return false };
    let tiles = SourceTiles::new(source, shown.size);
    own.origin == shown.origin && matches!(compare(&tiles, &shown, &own), Ok(Relation::Forked))
}
