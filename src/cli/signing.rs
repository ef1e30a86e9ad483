//! What every verb that publishes shares: the ledger, the keys, and stopping after building.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::aside::Aside;
pub(super) use super::attaching::Attaching;
use super::attaching::Held;
use super::coded::{here, usage};
use super::consent::{Consent, Unsigned};
use super::effect;
use super::foresee::{self, Destination};
use super::keys::read_submission;
use super::named::{EventName, PartyName, SubjectName};
use super::output::{self, say, tell};
use super::waiting;
use super::written::{Overwriting, Written};
use crate::api::views::{EventView, LedgerView};
use crate::client::{BETWEEN, Client, ClientError, Draft};
use crate::clock::Clock;
use crate::dsse::{EventId, PublicKey, SecretKey};
use crate::event::{Body, EventType, EvidenceCommitted, PartyId, SubjectId};
use crate::ledger::Submission;
use crate::log::Origin;
use crate::rules::Reason;
use crate::time::Date;
use crate::vault::{NamedKey, read_secret};

/// Where a ledger answers when nothing else is said.
pub(super) const DEFAULT_LEDGER: &str = "http://127.0.0.1:8080";

/// Which ledger.
#[derive(Debug, Args)]
pub(super) struct At {
    /// The ledger's address
    #[arg(long, alias = "server", env = "TINNHIEM_LEDGER", default_value = DEFAULT_LEDGER, global = true, value_parser = address)]
    pub ledger: String,
}

/// A ledger's address; nothing stands for the usual one.
pub(super) fn address(text: &str) -> Result<String, String> {
    let Some(rest) = text.strip_prefix("http://").or(text.strip_prefix("https://")) else {
        return if text.is_empty() { Ok(DEFAULT_LEDGER.to_owned()) } else { Err(no_address(text)) };
    };
    match rest.trim_end_matches('/').contains(['/', '?', '#']) {
        true => Err("give the address without a path".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// What is done with what is given in the place of an address.
fn no_address(text: &str) -> String {
    let folder = std::path::Path::new(text);
    match folder.join("checkpoint").exists() && folder.join("tile").exists() {
        true => format!(
            "an export is no ledger that answers: `tinnhiem score KOL --from {text}` computes from it, `tinnhiem audit \
             {text}` checks it"
        ),
        false => "begin the address with http:// or https://".to_owned(),
    }
}

impl At {
    /// A client of it.
    pub(super) fn client(&self) -> Client {
        Client::new(&self.ledger)
    }
}

/// How an event is signed and where it goes.
#[derive(Debug, Args)]
pub(super) struct Signing {
    #[command(flatten)]
    pub at: At,
    /// The file of a private key that signs; once for each signature
    #[arg(long = "key", required = true, value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// Build and sign only: write the event here, for others to sign, and send nothing
    #[arg(long)]
    out: Option<PathBuf>,
    /// Build and sign, and leave the event at the ledger: who must sign too finds it with `tinnhiem inbox`
    #[arg(long, conflicts_with_all = ["out", "receipt"])]
    draft: bool,
    /// The ledger's origin, so that nothing need be asked of it; needed offline (`/v1/ledger` shows it)
    #[arg(long)]
    origin: Option<Origin>,
    /// Where to write the receipt
    #[arg(long)]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

/// What an event says, before it is bound to a ledger and a time.
pub(super) struct Statement {
    /// Who says it.
    pub issuer: PartyId,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
    /// What it says.
    pub body: Body,
    /// What travels beside it.
    pub attachments: Attaching,
    /// Keys that sign beside those given by `--key`; of some only the public half is at hand.
    pub newcomers: Vec<NamedKey>,
    /// What is written down once its signer wants it, before it is sent.
    pub aside: Vec<Aside>,
}

impl Statement {
    /// A statement about a subject.
    pub(super) fn about(subject: SubjectId, issuer: PartyId, body: impl Into<Body>, with: Attaching) -> Self {
        Self { subject: Some(subject), attachments: with, ..Self::about_nobody(issuer, body) }
    }
}

impl Statement {
    /// A statement about nobody.
    pub(super) fn about_nobody(issuer: PartyId, body: impl Into<Body>) -> Self {
        let (attachments, newcomers) = (Attaching::default(), Vec::new());
        Self { issuer, subject: None, body: body.into(), attachments, newcomers, aside: Vec::new() }
    }

    /// A statement of the council about nobody.
    pub(super) fn by_council(body: impl Into<Body>) -> Self {
        Self::about_nobody(PartyId::council(), body)
    }
}

impl Signing {
    /// The id of a KOL that is named, by the whole name.
    pub(super) async fn subject(&self, name: &SubjectName) -> anyhow::Result<SubjectId> {
        name.whole(&self.at.client()).await
    }

    /// The id of a party that is named, by the whole name; without a ledger to ask, by its id.
    pub(super) async fn party(&self, name: &PartyName) -> anyhow::Result<PartyId> {
        match name.id_itself() {
            Some(party) if !self.asks() => Ok(party),
            None if !self.asks() => {
                anyhow::bail!("a name is looked up at a ledger: give the id, or leave --origin out")
            }
            _ => name.whole(&self.at.client()).await,
        }
    }

    /// The id of an event that is named.
    pub(super) async fn event(&self, name: &EventName) -> anyhow::Result<EventId> {
        name.id(&self.at.client()).await
    }

    /// The ids of events that are named.
    pub(super) async fn events(&self, names: &[EventName]) -> anyhow::Result<Vec<EventId>> {
        let mut events = Vec::new();
        for name in names {
            events.push(self.event(name).await?);
        }
        Ok(events)
    }

    /// Whether the ledger may be asked about what is signed.
    pub(super) fn asks(&self) -> bool {
        self.origin.is_none()
    }

    /// The body of a recorded event of a type.
    pub(super) async fn body_of<T: TryFrom<Body, Error = Body>>(
        &self,
        event: &EventId,
        of: EventType,
    ) -> anyhow::Result<T> {
        let entry: EventView = self.at.client().json(&format!("/v1/events/{event}")).await?;
        let body = entry.event()?.body;
        T::try_from(body).map_err(|other| anyhow::anyhow!("{event} is no {of}, but {}", other.event_type()))
    }

    /// The ledger's present date.
    pub(super) async fn today(&self) -> anyhow::Result<Date> {
        let ledger: LedgerView = self.at.client().json("/v1/ledger").await?;
        Ok(ledger.today)
    }

    /// The public keys of the private keys given.
    pub(super) fn public_keys(&self) -> anyhow::Result<Vec<PublicKey>> {
        self.keys.iter().map(|file| Ok(read_secret(file)?.public())).collect()
    }

    /// Signs a statement, and sends it or writes it down.
    pub(super) async fn publish(self, statement: Statement) -> anyhow::Result<u8> {
        self.publish_knowing(statement, &[]).await
    }

    /// The same; its signer is told first what comes of it.
    pub(super) async fn publish_knowing(self, statement: Statement, told: &[String]) -> anyhow::Result<u8> {
        let client = self.at.client();
        let opened =
            |path: &Option<PathBuf>| path.as_deref().map(|path| self.overwriting.file(path)).transpose();
        let (out, receipt) = (opened(&self.out)?, opened(&self.receipt)?);
        let origin = match &self.origin {
            Some(origin) => origin.clone(),
            None => client.origin().await?,
        };
        if let Some(given) = self.origin.as_ref().filter(|_| out.is_none()) {
            let origin = client.origin().await?;
            if origin != *given {
                let detail = format!(
                    "--origin is that of another ledger: this one's is {origin}, or leave --origin out"
                );
                anyhow::bail!(here("ledger.other", detail));
            }
        }
        let mut keys = Vec::new();
        for path in &self.keys {
            keys.push(read_secret(path)?);
        }
        check_once(&keys, &statement.newcomers)?;
        let mut absent = Vec::new();
        for newcomer in statement.newcomers {
            match newcomer {
                NamedKey::Secret(key) => keys.push(key),
                NamedKey::Public(key) => absent.push(key),
            }
        }
        if let Some(key) = absent.first().filter(|_| out.is_none() && !self.draft) {
            let detail = format!(
                "{key} signs too: give --draft, or --out FILE; its owner adds a signature with `tinnhiem sign`, then `tinnhiem submit FILE`"
            );
            anyhow::bail!(here(Reason::SignatureMissing.code(), detail));
        }
        let now = Clock::system().now();
        statement.attachments.check()?;
        let Attaching { attachments, files, held, .. } = statement.attachments;
        anyhow::ensure!(
            held.is_empty() || (out.is_none() && !self.draft),
            "evidence that is kept elsewhere is committed to at once: leave --out or --draft out, or commit to it first with `tinnhiem evidence commit` and cite it, --evidence INDICATOR=COMMITMENT"
        );
        let draft = Draft::new(&origin, statement.issuer.clone(), statement.subject, now, statement.body)
            .with(attachments);
        let public: Vec<_> = keys.iter().map(SecretKey::public).collect();
        let to = match out.is_some() {
            true => Destination::File,
            false if self.draft => Destination::Draft,
            false => Destination::Ledger,
        };
        let judged = match self.origin.is_some() && to == Destination::File {
            true => {
                foresee::unchecked("with --origin and --out nothing is asked of a ledger");
                None
            }
            false => foresee::check(&client, &draft.unsigned()?, &public, to).await?,
        };
        let kept = |one: &Held| {
            let (commitment, media_type) = (one.salt.commitment, one.media_type.clone());
            let (custodian, retain_until) = (statement.issuer.clone(), one.retain_until);
            let body =
                EvidenceCommitted { commitment: commitment.into(), media_type, custodian, retain_until };
            Draft::new(&origin, statement.issuer.clone(), statement.subject, now, body)
        };
        for one in &held {
            foresee::check(&client, &kept(one).unsigned()?, &public, Destination::Ledger)
                .await
                .with_context(|| one.salt.of.display().to_string())?;
        }
        let moves = judged.iter().flat_map(|one| &one.moves);
        let remarks: Vec<String> = moves.chain(told).cloned().collect();
        let unsigned = Unsigned {
            event: &draft.event,
            attachments: &draft.attachments,
            files: &files,
            keys: &public,
            remarks: &remarks,
        };
        self.consent.to(unsigned, self.origin.is_none().then_some(&client)).await?;
        statement.aside.iter().try_for_each(Aside::keep)?;
        let signers: Vec<&SecretKey> = keys.iter().collect();
        for one in held {
            one.salt.keep()?;
            let recorded = client.submit(&kept(&one).sign(&signers)?).await?;
            tell!(
                "{}: committed to as entry {}, to be kept until {}",
                one.salt.of.display(),
                recorded["seq"],
                one.retain_until
            );
        }
        let submission = draft.sign(&signers)?;
        match out {
            Some(out) => {
                let path = out.path();
                out.write(&(submission.to_json() + "\n"))?;
                // Who is at a terminal has just read it in words.
                if !std::io::stdout().is_terminal() {
                    say!("{}", String::from_utf8_lossy(submission.envelope.payload()));
                }
                say!("written to {}", path.display());
                for line in foresee::next(&path, judged.as_ref()) {
                    say!("{line}");
                }
                Ok(0)
            }
            None => {
                let sent = match self.draft {
                    true => waiting::bring(&client, &submission, self.json).await,
                    false => send(&client, &submission, receipt, self.json).await,
                };
                if sent.as_ref().is_err_and(is_refused) {
                    statement.aside.iter().for_each(Aside::drop_again);
                }
                sent
            }
        }
    }
}

/// Refuses a key that is given twice: one party's in the place of another's, most likely.
fn check_once(keys: &[SecretKey], newcomers: &[NamedKey]) -> anyhow::Result<()> {
    let given: Vec<_> = keys.iter().map(SecretKey::public).collect();
    if let Some(new) = newcomers.iter().map(NamedKey::public).find(|new| given.contains(new)) {
        anyhow::bail!(
            "--key gives the new key {new}, which signs anyway: give there a key that acts already, of whoever issues this"
        );
    }
    let twice = given.iter().enumerate().find(|(at, key)| given[..*at].contains(key));
    match twice {
        Some((_, key)) => {
            anyhow::bail!(usage(format!("--key gives the key {key} twice: give each key once")))
        }
        None => Ok(()),
    }
}

/// Whether the ledger said that it records no such event.
fn is_refused(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ClientError::Refused { status: 400..=499, code, .. }) if code != BETWEEN)
}

/// Sends an event and shows what was recorded.
async fn send(
    client: &Client,
    submission: &Submission,
    receipt: Option<Written>,
    json: bool,
) -> anyhow::Result<u8> {
    let (recorded, before) = match client.submit_anew(submission).await {
        Err(error) => return Err(foresee::explained(client, submission, error).await.into()),
        Ok(sent) => sent,
    };
    tell_recorded(client, submission, &recorded, before, json).await?;
    if let Some(receipt) = receipt {
        let path = receipt.path();
        receipt.write(recorded["receipt"].as_str().unwrap_or_default()).with_context(|| {
            let seq = &recorded["seq"];
            format!("recorded as entry {seq}, but its receipt is not written: fetch it with `tinnhiem receipt {seq} --out FILE`")
        })?;
        tell!("receipt written to {}", path.display());
        if !submission.attachments.is_empty() {
            let seq = &recorded["seq"];
            tell!("it holds commitments, not the words: `tinnhiem receipt {seq} --words FILE` writes these");
        }
    }
    Ok(0)
}

/// Shows what was recorded, and what it did.
pub(super) async fn tell_recorded(
    client: &Client,
    submission: &Submission,
    recorded: &serde_json::Value,
    before: bool,
    json: bool,
) -> anyhow::Result<()> {
    if json {
        return output::json(recorded);
    }
    let text = |name: &str| recorded[name].as_str().unwrap_or_default().to_owned();
    let how = if before { "stands already as" } else { "recorded as" };
    say!("{how} entry {} at {}\nevent {}", recorded["seq"], text("recorded_at"), text("id"));
    effect::tell(client, submission, recorded["seq"].as_u64()).await;
    Ok(())
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem submit admission.json --receipt admission.tlog-proof")]
pub(super) struct Submit {
    /// The signed event
    event: PathBuf,
    /// Where to write the receipt
    #[arg(long)]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Submit {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let submission = read_submission(&self.event)?;
        let receipt = self.receipt.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        send(&self.at.client(), &submission, receipt, self.json).await
    }
}
