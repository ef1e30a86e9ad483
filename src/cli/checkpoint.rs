//! Checkpoints: the newest of a ledger, and how two of one log stand to each other

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::signing::At;
use super::written::{self, Overwriting};
use super::{FOUND, output};
use crate::audit::{Relation, compare};
use crate::client::{Client, Source, SourceTiles};
use crate::limits;
use crate::log::{SignedCheckpoint, VerifierKey};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem checkpoint --out newest.checkpoint
  tinnhiem checkpoint compare mine.checkpoint https://ledger.example")]
pub struct Checkpoint {
    #[command(subcommand)]
    what: Option<What>,
    /// Where to write the newest; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
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
    /// A checkpoint: a file, an address, or an export's folder
    one: String,
    /// Another
    other: String,
    /// A key of the log, from somewhere that the operator cannot change; repeatable where it was rotated
    #[arg(long)]
    vkey: Vec<VerifierKey>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Checkpoint {
    pub async fn run(self) -> anyhow::Result<u8> {
        if let Some(What::Compare(verb)) = self.what {
            return verb.run(&self.at).await;
        }
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        let note = self.at.client().text("/checkpoint").await?;
        match out {
            Some(out) => {
                let path = out.path();
                out.write(&note)?;
                println!("the newest checkpoint is in {}", path.display());
            }
            None => print!("{note}"),
        }
        Ok(0)
    }
}

/// How two checkpoints stand to each other.
#[derive(Serialize)]
struct Compared {
    /// same, extends or fork
    relation: &'static str,
    /// The larger one, and the smaller; of a fork those that contradict each other.
    checkpoints: [String; 2],
}

impl Compare {
    async fn run(self, at: &At) -> anyhow::Result<u8> {
        let mut both = [read(&self.one).await?, read(&self.other).await?];
        let usual = Source::Running(at.client());
        let mut keys = self.vkey.clone();
        if keys.is_empty() {
            for source in both.iter().filter_map(|one| one.source.as_ref()).chain([&usual]) {
                keys.extend(source.first_vkey().await);
            }
            let own_word = "the log's key is the ledger's own word: compare it, or give --vkey";
            anyhow::ensure!(!keys.is_empty(), "no key to check the signatures with: give --vkey");
            eprintln!("{own_word}");
        }
        let mut opened = Vec::new();
        for one in &both {
            let signed = keys.iter().map(|key| SignedCheckpoint::open(&one.note, key)).reduce(Result::or);
            let signed = signed.context("no key")?.with_context(|| one.name.clone())?;
            opened.push(signed);
        }
        if opened[0].checkpoint().size > opened[1].checkpoint().size {
            both.swap(0, 1);
            opened.swap(0, 1);
        }
        let (small, large) = (&opened[0], &opened[1]);
        anyhow::ensure!(
            small.checkpoint().origin == large.checkpoint().origin,
            "they are of two logs, {} and {}",
            small.checkpoint().origin,
            large.checkpoint().origin
        );
        if small.checkpoint().size == large.checkpoint().size {
            let same = small.checkpoint().root == large.checkpoint().root;
            return self.told(if same { "same" } else { "fork" }, large, small);
        }
        // The smaller one proves nothing about what came after it; whoever has the tiles of more may.
        let sources = [&both[1].source, &both[0].source];
        for source in sources.into_iter().flatten().chain([&usual]) {
            let Ok(note) = source.checkpoint().await else { continue };
            let mut shown = keys.iter().filter_map(|key| SignedCheckpoint::open(&note, key).ok());
            let Some(shown) = shown.next() else { continue };
            let tiles = SourceTiles::new(source, shown.checkpoint().size);
            let mut proven = 0;
            for one in [large, small] {
                match compare(&tiles, shown.checkpoint(), one.checkpoint()) {
                    Ok(Relation::Forked) => return self.told("fork", &shown, one),
                    Ok(Relation::Same | Relation::Extends) => proven += 1,
                    Ok(Relation::Behind | Relation::Unproven) | Err(_) => {}
                }
            }
            if proven == 2 {
                return self.told("extends", large, small);
            }
        }
        anyhow::bail!(
            "nobody at hand proves what lies between {} and {} entries: name a ledger, mirror or export that reaches both, by --ledger or as one of the two",
            small.checkpoint().size,
            large.checkpoint().size
        )
    }

    fn told(
        &self,
        relation: &'static str,
        large: &SignedCheckpoint,
        small: &SignedCheckpoint,
    ) -> anyhow::Result<u8> {
        let checkpoints = [large.note().to_owned(), small.note().to_owned()];
        let sizes = (large.checkpoint().size, small.checkpoint().size);
        if self.json {
            output::json(&Compared { relation, checkpoints })?;
        } else if relation == "fork" {
            println!(
                "FORK: the log signed two histories. These two notes are the evidence:\n\n{}\n{}",
                checkpoints[0], checkpoints[1]
            );
        } else if relation == "same" {
            println!("same: both are of {} entries under one root", sizes.0);
        } else {
            println!("extends: {} entries begin with the {} of the other", sizes.0, sizes.1);
        }
        Ok(if relation == "fork" { FOUND } else { 0 })
    }
}

/// A checkpoint that somebody holds, and where its tiles are.
struct Held {
    name: String,
    note: String,
    source: Option<Source>,
}

async fn read(of: &str) -> anyhow::Result<Held> {
    let source = if is_address(of) {
        Some(Source::Running(Client::new(of.strip_suffix("/checkpoint").unwrap_or(of))))
    } else {
        Some(PathBuf::from(of)).filter(|path| path.is_dir()).map(Source::Folder)
    };
    let note = match &source {
        Some(source) => source.checkpoint().await?,
        None => in_file(of)?,
    };
    Ok(Held { name: of.to_owned(), note, source })
}

fn in_file(of: &str) -> anyhow::Result<String> {
    let note = written::read(of.as_ref())?;
    anyhow::ensure!(note.len() <= limits::NOTE_BYTES, "{of} is too large for a checkpoint");
    String::from_utf8(note).with_context(|| format!("{of} is no checkpoint"))
}

/// Whether a name is that of a running ledger.
pub fn is_address(of: &str) -> bool {
    of.starts_with("http://") || of.starts_with("https://")
}

/// The newest checkpoint known outside: a file, or what a ledger or mirror serves.
///
/// # Errors
/// When it cannot be read, or the ledger at the address still takes writes.
pub async fn newest(of: &str) -> anyhow::Result<String> {
    if !is_address(of) {
        return in_file(of);
    }
    let client = Client::new(of.strip_suffix("/checkpoint").unwrap_or(of));
    // A mirror answers nothing here; a ledger that goes on writing would be a second one.
    if let Ok(ledger) = client.json::<Value>("/v1/ledger").await
        && ledger["writing"] == true
    {
        anyhow::bail!(
            "the ledger at {of} still takes writes, so no checkpoint of it is the newest: end its term with `tinnhiem seal` first"
        );
    }
    Ok(client.text("/checkpoint").await?)
}
