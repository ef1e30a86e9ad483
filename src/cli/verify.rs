//! `verify`: one file, offline

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{self, points};
use super::told::{Known, Told};
use super::{FOUND, key_name, read, written};
use crate::clock::{Clock, Date};
use crate::dsse::PublicKey;
use crate::event::{Event, SubjectId};
use crate::log::{Receipt, VerifiedReceipt, VerifierKey};
use crate::proof::{ProvenScore, ScoreReceipt};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem verify contest.tlog-proof --vkey \"$VKEY\"
  tinnhiem verify score.json --vkey \"$VKEY\" --auditor 3f…9a --subject kol-0123456789abc --max-age 7")]
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
    /// The KOL that it must be about
    #[arg(long, value_name = "KOL")]
    subject: Option<SubjectId>,
    /// Most days ago that the state was committed to, or the entry recorded, by this machine's clock
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is proven, but is not what was asked for.
struct Lacking(Vec<String>);

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
            Ok(verified) => self.entry(&verified),
            Err(error) => Ok(self.refuse(&error, error.code())),
        }
    }

    fn entry(&self, verified: &VerifiedReceipt) -> anyhow::Result<u8> {
        let event = Event::parse(verified.event.payload())?;
        let keys: Vec<String> = verified.event.keys().map(|key| key.to_string()).collect();
        let age_days = age_days(verified.recorded_at.date_at(0));
        let lacking = self.lacking(event.subject, age_days, "recorded");
        if self.json {
            let payload: serde_json::Value = serde_json::from_slice(verified.event.payload())?;
            output::json(&json!({
                "seq": verified.seq, "recorded_at": verified.recorded_at, "age_days": age_days,
                "id": verified.event.id(), "keys": keys, "size": verified.checkpoint.size,
                "root": verified.checkpoint.root, "origin": verified.checkpoint.origin, "payload": payload,
                "lacking": lacking.0,
            }))?;
            return Ok(lacking.exit());
        }
        println!("{}: entry {} of {}", lacking.print(), verified.seq, verified.checkpoint.origin);
        println!("recorded at {}, {}; event {}", verified.recorded_at, ago(age_days), verified.event.id());
        println!("signed by {}", keys.join(", "));
        println!(
            "that {} may sign so, and with these keys, only the whole log shows: `tinnhiem audit`",
            event.issuer
        );
        println!("checkpoint of {} entries, root {}", verified.checkpoint.size, verified.checkpoint.root);
        let (attachments, known) = (&[], &Known::default());
        for (label, value) in (Told { event: &event, attachments, known, done: true }).lines()? {
            println!("  {label}: {value}");
        }
        Ok(lacking.exit())
    }

    fn score(&self, bytes: &[u8]) -> anyhow::Result<u8> {
        let proven = ScoreReceipt::parse(bytes).and_then(|receipt| receipt.verify(&self.vkey, self.as_of));
        let proven = match proven {
            Ok(proven) => proven,
            Err(error) => return Ok(self.refuse(&error, error.code())),
        };
        let needed = self.attestations.unwrap_or(1).max(1);
        let yours = self.yours(&proven);
        // Neither one auditor under two names, nor two keys of one auditor, are the word of two.
        let names = proven.claimed_by.values().filter(|keys| !yours.is_disjoint(keys)).count();
        let agreeing = yours.len().min(names);
        let attested = agreeing >= needed;
        let age_days = age_days(proven.committed.date);
        let mut lacking = self.lacking(Some(proven.score.subject), age_days, "committed to");
        if !self.auditors.is_empty() && !attested {
            // Who named auditors asked for their word.
            lacking.0.push(format!("{agreeing} of your auditors attested it, {needed} must have"));
        }
        if !self.json {
            let held = lacking.print();
            self.print_score(held, &proven, attested.then_some(agreeing), age_days);
            return Ok(lacking.exit());
        }
        let claimed = proven.claimed_by.iter().flat_map(|(auditor, keys)| {
            let unknown = keys.iter().filter(|key| !yours.contains(*key));
            unknown.map(move |key| json!({"auditor": auditor, "key": key}))
        });
        output::json(&json!({
            "score": proven.score, "committed": proven.committed, "age_days": age_days,
            "seq": proven.commitment.seq, "origin": proven.commitment.checkpoint.origin,
            "attested_by": yours, "claimed": claimed.collect::<Vec<_>>(),
            "attested": attested, "complete": attested && proven.score.as_of == proven.committed.date,
            "lacking": lacking.0,
        }))?;
        Ok(lacking.exit())
    }

    fn refuse(&self, error: &dyn std::fmt::Display, code: &str) -> u8 {
        println!("NOT verified: {error} ({code})");
        if code == "note.unsigned" {
            println!(
                "{} did not sign it. Where the log's key was rotated, a receipt is verified with the key of its own time: `former_vkeys` in /v1/ledger lists each, and up to which size it signed (`tinnhiem ledger --json`)",
                self.vkey
            );
        }
        FOUND
    }

    /// The keys among those named that attested the state.
    fn yours(&self, proven: &ProvenScore) -> BTreeSet<PublicKey> {
        let signed = proven.claimed_by.values().flatten();
        signed.filter(|key| self.auditors.contains(key)).copied().collect()
    }

    fn print_score(&self, held: &str, proven: &ProvenScore, attested: Option<usize>, age_days: i32) {
        let (score, committed) = (&proven.score, &proven.committed);
        println!("{held}: {}  {}", score.subject, read::figure(&score.figure));
        println!("as of {} at size {} by policy {}", score.as_of, score.size, score.policy);
        for part in &score.parts {
            println!("  {:>8}  {}", points(part.points), part.code);
        }
        let (of, seq) = (&proven.commitment.checkpoint.origin, proven.commitment.seq);
        println!("committed to on {}, {}, by entry {seq} of {of}", committed.date, ago(age_days));
        match attested {
            Some(agreeing) => println!(
                "complete up to entry {} of {}: {agreeing} of your auditors found the same state",
                committed.size - 1,
                committed.date
            ),
            None => println!(
                "operator's word only: that nothing is left out no auditor of yours has said (--auditor KEY)"
            ),
        }
        let later = score.as_of.days_since(committed.date);
        if later > 0 {
            println!(
                "what was recorded in the {later} days after {} is not in it: ask for a newer receipt",
                committed.date
            );
        }
        for (auditor, keys) in &proven.claimed_by {
            for key in keys {
                if self.auditors.contains(key) {
                    println!("attested with your auditor's key {key}, as {auditor}");
                } else {
                    println!("an attestation claims to be by {auditor}, key {key}: you named no such key");
                }
            }
        }
    }

    /// What was asked for by `--subject` and `--max-age`, and a date that has not come.
    fn lacking(&self, about: Option<SubjectId>, age_days: i32, what: &str) -> Lacking {
        let mut lacking = Vec::new();
        if let Some(subject) = self.subject.filter(|subject| about != Some(*subject)) {
            let about = about.map_or("nobody".to_owned(), |about| about.to_string());
            lacking.push(format!("it is about {about}, not about {subject}"));
        }
        if let Some(most) = self.max_age.filter(|most| age_days > *most as i32) {
            lacking.push(format!("it was {what} {}, at most {most} may it be", ago(age_days)));
        }
        // A day east of Greenwich begins up to 14 hours before it does there.
        if age_days < -1 {
            let ahead = -age_days;
            lacking.push(format!("by this machine's clock it was {what} {ahead} days from now"));
        }
        Lacking(lacking)
    }
}

impl Lacking {
    fn exit(&self) -> u8 {
        if self.0.is_empty() { 0 } else { FOUND }
    }

    /// Tells first what is not as asked; what the receipt is to be called then.
    fn print(&self) -> &'static str {
        for what in &self.0 {
            println!("NOT as asked: {what}");
        }
        if self.0.is_empty() { "verified" } else { "the receipt itself is sound" }
    }
}

/// How many days ago a date was, by this machine's clock.
fn age_days(date: Date) -> i32 {
    Clock::system().now().date_at(0).days_since(date)
}

fn ago(days: i32) -> String {
    match days {
        i32::MIN..=0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}
