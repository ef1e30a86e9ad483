//! `verify`: one file, offline

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::output::{self, points};
use super::told::{Known, Told};
use super::{FOUND, key_name, read, written};
use crate::clock::Date;
use crate::dsse::PublicKey;
use crate::event::Event;
use crate::log::{Receipt, VerifiedReceipt, VerifierKey};
use crate::proof::{ProvenScore, ScoreReceipt};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem verify contest.tlog-proof --vkey \"$VKEY\"
  tinnhiem verify score.json --vkey \"$VKEY\" --auditor 3f…9a")]
pub struct Verify {
    /// The receipt of an entry (`.tlog-proof`) or of a score (`.json`)
    receipt: PathBuf,
    /// The log's key, as `tinnhiem init` and /v1/ledger show it
    #[arg(long)]
    vkey: VerifierKey,
    /// The key of an auditor whose word you take for a score being complete, in hex or by its file; repeatable
    #[arg(long = "auditor", value_parser = key_name::public)]
    auditors: Vec<PublicKey>,
    /// How many auditors among them must have attested it; one unless given
    #[arg(long)]
    attestations: Option<usize>,
    /// The date a score is read on; that of the commitment unless given
    #[arg(long)]
    as_of: Option<Date>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(self) -> anyhow::Result<u8> {
        let bytes = written::read(&self.receipt)?;
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            return self.score(&bytes);
        }
        let Ok(text) = String::from_utf8(bytes) else {
            anyhow::bail!("{} is no receipt: it is not text", self.receipt.display());
        };
        let verified = Receipt::parse(&text).and_then(|receipt| receipt.verify(&self.vkey));
        match verified {
            Ok(verified) => self.print_entry(&verified),
            Err(error) => Ok(refuse(&error, error.code())),
        }
    }

    fn print_entry(&self, verified: &VerifiedReceipt) -> anyhow::Result<u8> {
        let keys: Vec<String> = verified.event.keys().map(|key| key.to_string()).collect();
        if self.json {
            let payload = String::from_utf8_lossy(verified.event.payload());
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
        let event = Event::parse(verified.event.payload())?;
        let (attachments, known) = (&[], &Known::default());
        for (label, value) in (Told { event: &event, attachments, known, done: true }).lines()? {
            println!("  {label}: {value}");
        }
        Ok(0)
    }

    fn score(&self, bytes: &[u8]) -> anyhow::Result<u8> {
        let proven = ScoreReceipt::parse(bytes).and_then(|receipt| receipt.verify(&self.vkey, self.as_of));
        let proven = match proven {
            Ok(proven) => proven,
            Err(error) => return Ok(refuse(&error, error.code())),
        };
        let yours = |keys: &BTreeSet<PublicKey>| self.auditors.iter().any(|key| keys.contains(key));
        let agreeing = proven.attested_by.values().filter(|keys| yours(keys)).count();
        let needed = self.attestations.unwrap_or(1);
        let complete = !self.auditors.is_empty() && needed > 0 && agreeing >= needed;
        if self.json {
            output::json(&serde_json::json!({
                "score": proven.score, "committed": proven.committed, "seq": proven.commitment.seq,
                "origin": proven.commitment.checkpoint.origin, "attested_by": proven.attested_by,
                "complete": complete,
            }))?;
        } else {
            self.print_score(&proven, complete, (agreeing, needed));
        }
        // Who named auditors asked for their word.
        Ok(if !self.auditors.is_empty() && !complete { FOUND } else { 0 })
    }

    fn print_score(&self, proven: &ProvenScore, complete: bool, (agreeing, needed): (usize, usize)) {
        let (score, committed) = (&proven.score, &proven.committed);
        println!("verified: {}  {}", score.subject, read::figure(&score.figure));
        println!("as of {} at size {} by policy {}", score.as_of, score.size, score.policy);
        for part in &score.parts {
            println!("  {:>8}  {}", points(part.points), part.code);
        }
        let of = &proven.commitment.checkpoint.origin;
        println!("committed to on {} by entry {} of {of}", committed.date, proven.commitment.seq);
        if complete {
            println!(
                "complete up to entry {}: {agreeing} of your auditors found the same state",
                committed.size - 1
            );
        } else if self.auditors.is_empty() {
            println!(
                "operator's word only: that nothing is left out no auditor of yours has said (--auditor KEY)"
            );
        } else {
            println!("operator's word only: {agreeing} of your auditors attested it, {needed} must have");
        }
        if score.as_of > committed.date {
            println!("what was recorded after {} is not in it: ask for a newer receipt", committed.date);
        }
        for auditor in proven.attested_by.keys() {
            println!("attested by {auditor}");
        }
    }
}

fn refuse(error: &dyn std::fmt::Display, code: &str) -> u8 {
    println!("NOT verified: {error} ({code})");
    FOUND
}
