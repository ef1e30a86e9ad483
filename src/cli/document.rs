//! `commitment`: what a document and its salt commit to, and which event names it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::FOUND;
use super::coded::{here, usage};
use super::keys::read_draft;
use super::output::Answer;
use super::show::Shown;
use super::signing::At;
use super::told::{self, clean};
use super::written;
use crate::event::{Commitment, Event, words};

#[derive(Debug, Args)]
#[command(after_help = "Ends with 1 where the document is not what the salt's line or the event says.
The ledger is asked for an entry alone, and is never sent the document.

Examples:
  tinnhiem commitment dong-y.pdf --of enrolment.json
      before you sign: the text you were shown is the one it commits to
  tinnhiem commitment dong-y.pdf --salts dong-y.pdf.salt --of 42")]
pub(super) struct ShowCommitment {
    /// The document, byte for byte
    document: PathBuf,
    /// Its salt: 64 digits
    #[arg(long, value_name = "HEX", value_parser = salt, conflicts_with = "salts")]
    salt: Option<[u8; 32]>,
    /// The file of its salts, a line for each commitment; DOCUMENT.salt unless given
    #[arg(long, value_name = "FILE")]
    salts: Option<PathBuf>,
    /// The event that is said to commit to it: a file that waits for signatures, or an entry
    #[arg(long, value_name = "EVENT")]
    of: Option<Shown>,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

/// A salt as it is written down.
fn salt(text: &str) -> Result<[u8; 32], String> {
    let parsed = blake3::Hash::from_hex(text.trim());
    parsed.map(|hash| *hash.as_bytes()).map_err(|_| "expected 64 digits of 0-9a-f".to_owned())
}

impl ShowCommitment {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let bytes = written::read(&self.document)?;
        let made = self.made(&bytes)?;
        let document = self.document.display();
        let mut lines: Vec<String> = made.iter().map(|one| format!("cam kết / commitment: {one}")).collect();
        if made.is_empty() {
            lines.push(format!(
                "KHÔNG khớp / NOT a match: no salt in the file makes of {document} what its line says: it is another \
                 document, or was changed"
            ));
        }
        let mut named = Vec::new();
        if let Some(of) = &self.of {
            let event = self.event(of).await?;
            named = made.iter().flat_map(|one| places(&event, one)).collect();
            let what = event.body.type_name();
            lines.extend(named.iter().map(|place| {
                format!("khớp / a match: {document} is what the {what} commits to as: {}", label(place))
            }));
            if named.is_empty() && !made.is_empty() {
                lines.push(format!(
                    "KHÔNG khớp / NOT a match: the {what} commits to nothing that {document} and this salt make: do \
                     not sign it as the one that names this document"
                ));
            }
        }
        let holds = !made.is_empty() && (self.of.is_none() || !named.is_empty());
        let value =
            json!({"document": self.document, "commitments": made, "named_as": named, "matches": holds});
        self.answer.tell(&value, &lines.join("\n"))?;
        Ok(if holds { 0 } else { FOUND })
    }

    /// What the document and each salt commit to; of a file of salts, only where that is what its line says.
    fn made(&self, bytes: &[u8]) -> anyhow::Result<Vec<Commitment>> {
        if let Some(salt) = &self.salt {
            return Ok(vec![Commitment::to(salt, bytes)]);
        }
        let mut beside = self.document.clone().into_os_string();
        beside.push(".salt");
        let file = match &self.salts {
            Some(file) => file.clone(),
            None if Path::new(&beside).exists() => beside.into(),
            None => anyhow::bail!(usage(format!(
                "{} is not there: give the salt, which whoever made the commitment wrote down: --salt HEX or --salts FILE",
                Path::new(&beside).display()
            ))),
        };
        let text = String::from_utf8(written::read(&file)?).unwrap_or_default();
        let line = |line: &str| {
            let (commitment, hex) = line.trim().split_once(' ')?;
            Some((commitment.parse::<Commitment>().ok()?, salt(hex).ok()?))
        };
        let lines: Option<Vec<_>> = text.lines().map(line).collect();
        let lines = lines.filter(|lines| !lines.is_empty()).with_context(|| {
            let detail = format!("{}: expected lines of a commitment and its salt", file.display());
            here("file.malformed", detail)
        })?;
        let holds = |(said, salt): &(Commitment, [u8; 32])| Commitment::to(salt, bytes) == *said;
        Ok(lines.iter().filter(|one| holds(one)).map(|(said, _)| *said).collect())
    }

    /// The event that is asked about.
    async fn event(&self, of: &Shown) -> anyhow::Result<Event> {
        match of {
            Shown::File(path) => Ok(Event::parse(read_draft(path)?.envelope.payload())?),
            Shown::Entry(name) => Ok(name.entry(&self.at.client()).await?.event()?),
        }
    }
}

/// As what an event names a commitment: the member of its body, and the one within it where there is one.
fn places(event: &Event, commitment: &Commitment) -> Vec<String> {
    fn look(path: &str, value: &Value, text: &str, found: &mut Vec<String>) {
        match value {
            Value::String(one) if one == text => found.push(path.to_owned()),
            Value::Array(all) => all.iter().for_each(|one| look(path, one, text, found)),
            Value::Object(members) => {
                for (name, one) in members {
                    let within = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    look(&within, one, text, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    look("", &told::body(event), &commitment.to_string(), &mut found);
    found
}

/// A place in a body, by the words for its members.
fn label(place: &str) -> String {
    let word = |name: &str| words::of_member(name).map_or_else(|| clean(name), |words| words.to_string());
    place.split('.').map(word).collect::<Vec<_>>().join(", ")
}
