//! `verify`: one file, offline

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::age::{self, ago};
use super::certificates;
use super::coded::here;
use super::codes::remedy;
use super::count;
use super::credentials;
use super::named::SubjectName;
use super::outcome::UNAVAILABLE;
use super::output::{self, points, say, tell};
use super::signing::address;
use super::since::{SinceProven, not_asked};
use super::told::{Known, Told};
use super::{FOUND, fates, key_name, read, still, written};
use crate::api::views::{Fate, LedgerView};
use crate::client::{Client, ClientError};
use crate::clock::Clock;
use crate::dsse::PublicKey;
use crate::event::{Commitment, Event, SubjectId};
use crate::ledger::Submission;
use crate::limits;
use crate::log::{Receipt, VerifiedReceipt, VerifierKey};
use crate::proof::{ProvenScore, ScoreReceipt};
use crate::time::Date;
use crate::vault::Attachment;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem verify contest.tlog-proof --vkey \"$VKEY\"
  tinnhiem verify entry-42.tlog-proof --vkey \"$VKEY\" --words entry-42.json
      the words are those committed to
  tinnhiem verify score.json --vkey \"$VKEY\" --auditor 3f…9a \\
    --subject kol-0123456789abc --max-age 7")]
pub(super) struct Verify {
    /// The receipt of an entry (`.tlog-proof`) or of a score (`.json`)
    receipt: PathBuf,
    /// The log's key, as `tinnhiem ledger --vkey` prints it, or its file
    #[arg(long, value_parser = key_name::log_key)]
    vkey: VerifierKey,
    /// The key of an auditor whose word you take for a score being complete, in hex or by its file; repeatable
    #[arg(long = "auditor", value_parser = key_name::public)]
    auditors: Vec<PublicKey>,
    /// How many auditors among them must have attested it; one unless given
    #[arg(long, value_parser = count::up_to(limits::AUDITORS_ASKED))]
    attestations: Option<usize>,
    /// The date a score is read on; that of the commitment unless given
    #[arg(long)]
    as_of: Option<Date>,
    /// The KOL that it must be about: an id, or with --ledger a name
    #[arg(long, value_name = "KOL")]
    subject: Option<SubjectName>,
    /// Words and documents to check against what the entry commits to: a file that `receipt --words` wrote, or
    /// the signed event
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    /// Ask this ledger whether it still holds the entry, what came since, and what ids are called; a certificate that
    /// stands no longer ends with 1; nothing is asked of anybody unless it is given
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    ledger: Option<String>,
    /// Most days ago that the state was committed to, or the entry recorded, by this machine's clock
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What became of an entry, by the word of a ledger.
#[derive(Debug, Serialize)]
struct Since {
    /// The ledger's size when it was asked.
    size: u64,
    /// What became of what the entry made; none where it made no item.
    fate: Option<Fate>,
}

/// Asks a ledger that holds it what became of an entry since; none, which is said, where it cannot be asked.
async fn since(client: &Client, seq: u64) -> Option<Since> {
    let asked = async {
        let fate = fates::of(client, &[seq]).await?.remove(&seq);
        Ok::<_, ClientError>(Since { size: client.json::<LedgerView>("/v1/ledger").await?.size, fate })
    };
    match asked.await {
        Ok(since) => Some(since),
        Err(error) => {
            tell!("not checked what became of it at {}: {error}", client.base());
            None
        }
    }
}

/// What is proven, but is not what was asked for.
struct Lacking {
    what: Vec<String>,
    /// Whether a ledger that was to be asked gave no answer.
    unasked: bool,
}

impl Verify {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.ledger.as_deref().map(Client::new);
        let about = match (&self.subject, &client) {
            (Some(name), Some(client)) => Some(name.id(client).await?),
            (Some(name), None) => {
                let id = name.id_itself();
                Some(id.context(
                    "--subject: a name is looked up at a ledger: give the id, or --ledger ADDRESS",
                )?)
            }
            (None, _) => None,
        };
        let bytes = written::read(&self.receipt)?;
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            if let Some(how) = credentials::verified_by(&self.receipt, &bytes) {
                anyhow::bail!(here("receipt.malformed", how));
            }
            anyhow::ensure!(self.words.is_none(), "--words is for the receipt of an entry");
            return self.score(&bytes, about, client.as_ref()).await;
        }
        let Ok(text) = String::from_utf8(bytes) else {
            let detail = format!("{} is no receipt: it is not text", self.receipt.display());
            anyhow::bail!(here("receipt.malformed", detail));
        };
        let verified = Receipt::parse(&text).and_then(|receipt| receipt.verify(&self.vkey));
        match verified {
            Ok(verified) => self.entry(&verified, &text, about, client.as_ref()).await,
            Err(error) => Ok(self.refuse(&error, error.code())),
        }
    }

    async fn entry(
        &self,
        verified: &VerifiedReceipt,
        text: &str,
        about: Option<SubjectId>,
        client: Option<&Client>,
    ) -> anyhow::Result<u8> {
        let event = Event::parse(verified.event.payload())?;
        let keys: Vec<String> = verified.event.keys().map(|key| key.to_string()).collect();
        let offset = age::utc_offset(client).await;
        let now = Clock::system().now();
        let age_days = age::days(verified.recorded_at.date_at(offset), now, offset);
        let mut lacking = self.lacking(about, event.subject, age_days, "recorded");
        let mut became = None;
        if let Some(client) = client {
            let denials = still::denied(client, text, &self.vkey).await;
            // The place means nothing in a log that is another.
            if denials.as_ref().is_some_and(Vec::is_empty) {
                became = since(client, verified.seq).await;
                lacking.unasked = became.is_none();
            }
            lacking.add(denials);
        }
        let mut committed = event.attachable();
        committed.sort_unstable();
        committed.dedup();
        let mut given = self.words.as_deref().map(words).transpose()?.unwrap_or_default();
        // One text may be given twice, as evidence of two findings.
        given.sort_unstable_by_key(Attachment::commitment);
        given.dedup_by_key(|one| one.commitment());
        let (own, others): (Vec<Attachment>, Vec<Attachment>) =
            given.into_iter().partition(|one| committed.contains(&one.commitment()));
        if let Some(path) = &self.words {
            let (file, of) = (path.display(), own.len() + others.len());
            if !others.is_empty() || own.is_empty() {
                let count = others.len();
                lacking
                    .what
                    .push(format!("{count} of the {of} texts in {file} are not what the entry commits to"));
            }
        }
        let apart = |one: &Commitment| own.iter().all(|attached| attached.commitment() != *one);
        let apart: Vec<Commitment> = committed.iter().filter(|one| apart(one)).copied().collect();
        if self.json {
            let payload: serde_json::Value = serde_json::from_slice(verified.event.payload())?;
            let checked: Vec<Commitment> = own.iter().map(Attachment::commitment).collect();
            output::json(&json!({
                "seq": verified.seq, "recorded_at": verified.recorded_at, "age_days": age_days,
                "id": verified.event.id(), "keys": keys, "size": verified.checkpoint.size,
                "root": verified.checkpoint.root, "origin": verified.checkpoint.origin, "payload": payload,
                "words": {"checked": checked, "not_in_the_files": apart},
                "since": became, "lacking": lacking.what, "asked": !lacking.unasked,
            }))?;
            return Ok(lacking.exit());
        }
        say!("{}: entry {} of {}", lacking.print(), verified.seq, verified.checkpoint.origin);
        let ago = age::since(verified.recorded_at, now, age_days);
        say!("recorded at {}, {ago}; event {}", verified.recorded_at, verified.event.id());
        for key in &keys {
            say!("signed by {key}");
        }
        say!(
            "that {} may sign so, and with these keys, only the whole log shows: `tinnhiem audit`",
            event.issuer
        );
        say!("checkpoint of {} entries, root {}", verified.checkpoint.size, verified.checkpoint.root);
        match &became {
            None => say!(
                "biên nhận chứng minh mục đã được ghi, không cho biết sau đó có bị rút, sửa hay vô hiệu không / a \
                 receipt proves that it was recorded, not whether it was withdrawn, corrected or voided since: \
                 --ledger ADDRESS asks"
            ),
            Some(Since { size, fate }) => {
                let state = fate.as_ref().map(fates::state).filter(|state| !state.is_empty());
                let state =
                    state.unwrap_or("không phải loại có thể rút / nothing that is withdrawn".to_owned());
                say!(
                    "tình trạng theo sổ cái đã hỏi / state, by the ledger asked, at {size} entries: {state}"
                );
                for one in fate.iter().flat_map(|fate| &fate.by) {
                    say!("  {}", fates::sentence(one));
                }
            }
        }
        let mut known = Known::of_receipt(apart.clone());
        if let Some(client) = client {
            known.learn(client, &event).await;
        }
        for (label, value) in
            (Told { event: &event, attachments: &own, known: &known, done: true }).lines()?
        {
            say!("  {label}: {value}");
        }
        if !own.is_empty() {
            let (checked, of) = (own.len(), committed.len());
            say!("lời văn đúng như đã cam kết / the words are those committed to: {checked} of {of}");
        }
        if !apart.is_empty() {
            let seq = verified.seq;
            say!(
                "biên nhận giữ cam kết, không giữ lời văn / a receipt holds commitments, not the words: \
                 `tinnhiem receipt {seq} --words FILE` fetches them, `verify … --words FILE` checks them"
            );
        }
        Ok(lacking.exit())
    }

    async fn score(
        &self,
        bytes: &[u8],
        about: Option<SubjectId>,
        client: Option<&Client>,
    ) -> anyhow::Result<u8> {
        let proven = ScoreReceipt::parse(bytes)
            .and_then(|receipt| Ok((receipt.verify(&self.vkey, self.as_of)?, receipt)));
        let (proven, receipt) = match proven {
            Ok(proven) => proven,
            Err(error) => return Ok(self.refuse(&error, error.code())),
        };
        let needed = self.attestations.unwrap_or(1).max(1);
        let yours = self.yours(&proven);
        // Neither one auditor under two names, nor two keys of one auditor, are the word of two.
        let names = proven.claimed_by.values().filter(|keys| !yours.is_disjoint(keys)).count();
        let agreeing = yours.len().min(names);
        let attested = agreeing >= needed;
        let offset = age::utc_offset(client).await;
        let age_days = age::days(proven.committed.date, Clock::system().now(), offset);
        let mut lacking = self.lacking(about, Some(proven.score.subject), age_days, "committed to");
        let mut since = None;
        if let Some(client) = client {
            let denials = still::denied(client, receipt.commitment(), &self.vkey).await;
            // What another log says now means nothing here.
            if denials.as_ref().is_some_and(Vec::is_empty) {
                since = SinceProven::of(client, &proven).await;
                lacking.unasked = since.is_none();
                lacking.what.extend(since.as_ref().and_then(|since| since.fallen(&proven)));
            }
            lacking.add(denials);
        }
        if !self.auditors.is_empty() && !attested {
            // Who named auditors asked for their word.
            lacking.what.push(format!("{agreeing} of your auditors attested it, {needed} must have"));
        }
        if !self.json {
            let name = match client {
                Some(client) => {
                    read::names(client, [proven.score.subject]).await.remove(&proven.score.subject)
                }
                None => None,
            };
            let held = lacking.print();
            self.print_score(held, &proven, name, attested.then_some(agreeing), age_days);
            match &since {
                Some(since) => since.print(),
                None => say!("{}", not_asked(&proven)),
            }
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
            "since": since, "lacking": lacking.what, "asked": !lacking.unasked,
        }))?;
        Ok(lacking.exit())
    }

    fn refuse(&self, error: &dyn std::fmt::Display, code: &str) -> u8 {
        say!("NOT verified: {error} ({code})");
        if code == "note.unsigned" {
            say!(
                "{} did not sign it. Where the log's key was rotated, a receipt is verified with the key of its own time: `former_vkeys` in /v1/ledger lists each, and up to which size it signed (`tinnhiem ledger --json`)",
                self.vkey
            );
        }
        if let Some(what) = remedy(code) {
            say!("Next ({code}): {what}");
        }
        FOUND
    }

    /// The keys among those named that attested the state.
    fn yours(&self, proven: &ProvenScore) -> BTreeSet<PublicKey> {
        let signed = proven.claimed_by.values().flatten();
        signed.filter(|key| self.auditors.contains(key)).copied().collect()
    }

    fn print_score(
        &self,
        held: &str,
        proven: &ProvenScore,
        name: Option<String>,
        attested: Option<usize>,
        age_days: i32,
    ) {
        let (score, committed) = (&proven.score, &proven.committed);
        say!("{held}: {}  {}", score.subject, read::figure(&score.figure));
        certificates::line(score);
        if let Some(without) = &score.without_contested {
            say!("không tính mục đang bị khiếu nại / without the contested items: {}", read::figure(without));
        }
        if let Some(name) = name {
            say!("tên theo sổ cái đã hỏi / called, by the ledger that was asked: {name}");
        }
        say!("as of {} at size {} by policy {}", score.as_of, score.size, score.policy);
        for part in &score.parts {
            say!("  {:>8}  {}", points(part.points), part.code);
        }
        let (of, seq) = (&proven.commitment.checkpoint.origin, proven.commitment.seq);
        say!("committed to on {}, {}, by entry {seq} of {of}", committed.date, ago(age_days));
        match attested {
            Some(agreeing) => say!(
                "complete up to entry {} of {}: {agreeing} of your auditors found the same state",
                committed.size - 1,
                committed.date
            ),
            None => say!(
                "operator's word only: that nothing is left out no auditor of yours has said (--auditor KEY)"
            ),
        }
        for (auditor, keys) in &proven.claimed_by {
            for key in keys {
                if self.auditors.contains(key) {
                    say!("attested with your auditor's key {key}, as {auditor}");
                } else {
                    say!("an attestation claims to be by {auditor}, key {key}: you named no such key");
                }
            }
        }
    }

    /// What was asked for by `--subject` and `--max-age`, and a date that has not come.
    fn lacking(
        &self,
        asked: Option<SubjectId>,
        about: Option<SubjectId>,
        age_days: i32,
        what: &str,
    ) -> Lacking {
        let mut lacking = Vec::new();
        if let Some(subject) = asked.filter(|subject| about != Some(*subject)) {
            let about = about.map_or("nobody".to_owned(), |about| about.to_string());
            lacking.push(format!("it is about {about}, not about {subject}"));
        }
        if let Some(most) = self.max_age.filter(|most| i64::from(age_days) > i64::from(*most)) {
            lacking.push(format!("it was {what} {}, at most {most} may it be", ago(age_days)));
        }
        // The ledger's day may begin up to 7 hours before that of its offset as it is taken here.
        if age_days < -1 {
            let ahead = -age_days;
            lacking.push(format!("by this machine's clock it was {what} {ahead} days from now"));
        }
        Lacking { what: lacking, unasked: false }
    }
}

impl Lacking {
    fn exit(&self) -> u8 {
        match (self.what.is_empty(), self.unasked) {
            (false, _) => FOUND,
            (true, true) => UNAVAILABLE,
            (true, false) => 0,
        }
    }

    /// Adds what a ledger that was asked denies, or that it gave no answer.
    fn add(&mut self, denials: Option<Vec<String>>) {
        self.unasked |= denials.is_none();
        self.what.extend(denials.into_iter().flatten());
    }

    /// Tells first what is not as asked; what the receipt is to be called then.
    fn print(&self) -> &'static str {
        for what in &self.what {
            say!("NOT as asked: {what}");
        }
        if self.what.is_empty() { "verified" } else { "the receipt itself is sound" }
    }
}

/// The words and documents in a file, each with its salt.
fn words(path: &Path) -> anyhow::Result<Vec<Attachment>> {
    let length = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
    let most = limits::SUBMISSION_BYTES as u64;
    anyhow::ensure!(length <= most, "{}: over {most} bytes", path.display());
    let bytes = written::read(path)?;
    let several = serde_json::from_slice::<Vec<Attachment>>(&bytes);
    let one = || serde_json::from_slice::<Attachment>(&bytes).map(|one| vec![one]);
    let sent = || Submission::parse(bytes.trim_ascii()).map(|signed| signed.attachments);
    several.or_else(|_| one()).ok().or_else(|| sent().ok()).with_context(|| {
        format!(
            "{} holds no words with their salts, without which nobody can check them: `tinnhiem receipt SEQ --words FILE` \
             writes them",
            path.display()
        )
    })
}
