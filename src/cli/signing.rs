//! What every verb that publishes shares: the ledger, the keys, and stopping after building.

use std::path::PathBuf;

use clap::Args;

use super::consent::{Consent, Unsigned};
use super::keys::read_submission;
use super::output;
use crate::api::views::LedgerView;
use crate::client::{Client, Draft, random_salt};
use crate::clock::{Clock, Date};
use crate::dsse::{EventId, PublicKey, SecretKey};
use crate::event::{Body, Commitment, Event, PartyId, SubjectId};
use crate::ledger::Submission;
use crate::log::Origin;
use crate::vault::{Attachment, read_secret};

/// Where a ledger answers when nothing else is said.
pub const DEFAULT_LEDGER: &str = "http://127.0.0.1:8080";

/// Which ledger.
#[derive(Debug, Args)]
pub struct At {
    /// The ledger's address
    #[arg(long, alias = "server", env = "TINNHIEM_LEDGER", default_value = DEFAULT_LEDGER, global = true)]
    pub ledger: String,
}

impl At {
    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.ledger)
    }
}

/// How an event is signed and where it goes.
#[derive(Debug, Args)]
pub struct Signing {
    #[command(flatten)]
    pub at: At,
    /// A private key that signs; once for each signature
    #[arg(long = "key", required = true)]
    keys: Vec<PathBuf>,
    /// Build and sign only: write the event here, for others to sign, and send nothing
    #[arg(long)]
    out: Option<PathBuf>,
    /// The ledger's origin, so that nothing need be asked of it; needed offline
    #[arg(long)]
    origin: Option<Origin>,
    /// Where to write the receipt
    #[arg(long)]
    receipt: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    consent: Consent,
}

/// What an event says, before it is bound to a ledger and a time.
pub struct Statement {
    /// Who says it.
    pub issuer: PartyId,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
    /// What it says.
    pub body: Body,
    /// What travels beside it.
    pub attachments: Vec<Attachment>,
    /// Keys that sign beside those given by `--key`.
    pub newcomers: Vec<SecretKey>,
}

impl Statement {
    /// A statement about a subject.
    pub fn about(subject: SubjectId, issuer: PartyId, body: impl Into<Body>, attaching: Attaching) -> Self {
        let (body, attachments) = (body.into(), attaching.0);
        Self { issuer, subject: Some(subject), body, attachments, newcomers: Vec::new() }
    }
}

impl Statement {
    /// A statement about nobody.
    pub fn about_nobody(issuer: PartyId, body: impl Into<Body>) -> Self {
        let (attachments, newcomers) = (Vec::new(), Vec::new());
        Self { issuer, subject: None, body: body.into(), attachments, newcomers }
    }

    /// A statement of the council about nobody.
    pub fn by_council(body: impl Into<Body>) -> Self {
        Self::about_nobody(PartyId::council(), body)
    }
}

impl Signing {
    /// The body of a recorded event of a type.
    pub async fn body_of<T: serde::de::DeserializeOwned>(
        &self,
        event: &EventId,
        type_name: &str,
    ) -> anyhow::Result<T> {
        let mut entry: serde_json::Value = self.at.client().json(&format!("/v1/events/{event}")).await?;
        if entry["type"] != type_name {
            anyhow::bail!("{event} is no {type_name}, but {}", entry["type"]);
        }
        Ok(serde_json::from_value(entry["payload"]["body"].take())?)
    }

    /// The ledger's present date.
    pub async fn today(&self) -> anyhow::Result<Date> {
        let ledger: LedgerView = self.at.client().json("/v1/ledger").await?;
        Ok(ledger.today)
    }

    /// The public key of the first private key given.
    pub fn first_key(&self) -> anyhow::Result<PublicKey> {
        let first = self.keys.first().ok_or_else(|| anyhow::anyhow!("give a key with --key"))?;
        Ok(read_secret(first)?.public())
    }

    /// Signs a statement, and sends it or writes it down.
    pub async fn publish(self, statement: Statement) -> anyhow::Result<u8> {
        let client = self.at.client();
        let origin = match &self.origin {
            Some(origin) => origin.clone(),
            None => client.origin().await?,
        };
        let mut keys = Vec::new();
        for path in &self.keys {
            keys.push(read_secret(path)?);
        }
        keys.extend(statement.newcomers);
        let now = Clock::system().now();
        let draft = Draft::new(&origin, statement.issuer, statement.subject, now, statement.body)
            .with(statement.attachments);
        let public: Vec<_> = keys.iter().map(SecretKey::public).collect();
        let unsigned = Unsigned { event: &draft.event, attachments: &draft.attachments, keys: &public };
        self.consent.to(unsigned, self.origin.is_none().then_some(&client)).await?;
        let submission = draft.sign(&keys.iter().collect::<Vec<_>>())?;
        match &self.out {
            Some(out) => {
                std::fs::write(out, submission.to_json() + "\n")?;
                println!("{}", String::from_utf8_lossy(submission.envelope.payload()));
                println!(
                    "written to {}; add signatures with `tinnhiem sign`, send with `tinnhiem submit`",
                    out.display()
                );
                Ok(0)
            }
            None => send(&client, &submission, self.receipt, self.json).await,
        }
    }
}

/// Sends an event and shows what was recorded.
async fn send(
    client: &Client,
    submission: &Submission,
    receipt: Option<PathBuf>,
    json: bool,
) -> anyhow::Result<u8> {
    let recorded = client.submit(submission).await?;
    if let Some(path) = receipt {
        std::fs::write(path, recorded["receipt"].as_str().unwrap_or_default())?;
    }
    if json {
        output::json(&recorded)?;
    } else {
        let text = |name: &str| recorded[name].as_str().unwrap_or_default().to_owned();
        println!("recorded as entry {} at {}\nevent {}", recorded["seq"], text("recorded_at"), text("id"));
    }
    Ok(0)
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem submit admission.json --receipt admission.tlog-proof")]
pub struct Submit {
    /// The signed event
    event: PathBuf,
    /// Where to write the receipt
    #[arg(long)]
    receipt: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Submit {
    pub async fn run(self) -> anyhow::Result<u8> {
        let submission = read_submission(&self.event)?;
        send(&self.at.client(), &submission, self.receipt, self.json).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem publish endorsement.withdrawn --issuer nhip-so --subject kol-0123456789abc \\
    --body withdrawal.json --key nhip-so.pem")]
pub struct Publish {
    /// The event's type, such as `assessment.withdrawn`
    #[arg(name = "type")]
    type_name: String,
    /// Who issues it: a member, `council`, or a subject
    #[arg(long)]
    issuer: PartyId,
    /// Whom it is about
    #[arg(long)]
    subject: Option<SubjectId>,
    /// The body: a JSON file
    #[arg(long)]
    body: PathBuf,
    /// A file whose attachment the body commits to, as `tinnhiem` wrote it beside the body
    #[arg(long = "attach")]
    attachments: Vec<PathBuf>,
    #[command(flatten)]
    signing: Signing,
}

impl Publish {
    pub async fn run(self) -> anyhow::Result<u8> {
        let body = std::fs::read_to_string(&self.body)?;
        let body: Box<serde_json::value::RawValue> = serde_json::from_str(&body)?;
        let mut shell = serde_json::json!({
            "ledger": "unbound", "type": self.type_name, "issuer": self.issuer, "subject": self.subject,
            "issued_at": "1970-01-01T00:00:00.000Z", "body": body,
        });
        if self.subject.is_none()
            && let Some(members) = shell.as_object_mut()
        {
            members.remove("subject");
        }
        let event = Event::parse(&serde_json::to_vec(&shell)?)?;
        let mut attachments = Vec::new();
        for path in &self.attachments {
            attachments.push(serde_json::from_slice(&std::fs::read(path)?)?);
        }
        let Event { issuer, subject, body, .. } = event;
        let newcomers = Vec::new();
        self.signing.publish(Statement { issuer, subject, body, attachments, newcomers }).await
    }
}

/// Texts and files that a verb attaches, each under a fresh salt.
#[derive(Default)]
pub struct Attaching(pub Vec<Attachment>);

impl Attaching {
    /// Attaches a text.
    pub fn text(&mut self, text: &str) -> anyhow::Result<Commitment> {
        self.push(Attachment::text(random_salt()?, text))
    }

    /// Attaches a text, if there is one.
    pub fn optional(&mut self, text: Option<String>) -> anyhow::Result<Option<Commitment>> {
        text.map(|text| self.text(&text)).transpose()
    }

    /// Attaches the content of a file.
    pub fn file(&mut self, path: &PathBuf) -> anyhow::Result<Commitment> {
        let bytes = std::fs::read(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
        let media_type = match path.extension().and_then(|extension| extension.to_str()) {
            Some("pdf") => "application/pdf",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("json") => "application/json",
            Some("txt" | "md") => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
        self.push(Attachment { salt: random_salt()?, media_type: media_type.to_owned(), bytes })
    }

    /// Attaches something of another kind.
    pub fn push(&mut self, attachment: Attachment) -> anyhow::Result<Commitment> {
        attachment.check()?;
        let commitment = attachment.commitment();
        self.0.push(attachment);
        Ok(commitment)
    }
}
