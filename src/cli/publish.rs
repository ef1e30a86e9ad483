//! `publish`: an event of any type, from its body.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::named::{PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use super::written;
use crate::event::Event;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem publish endorsement.withdrawn --issuer nhip-so \\
    --subject kol-0123456789abc --body withdrawal.json --key nhip-so.pem")]
pub(super) struct Publish {
    /// The event's type, such as `assessment.withdrawn`
    #[arg(name = "type")]
    type_name: String,
    /// Who issues it: a member, `council`, or a subject
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: Option<SubjectName>,
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
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = match &self.subject {
            Some(name) => Some(self.signing.subject(name).await?),
            None => None,
        };
        let issuer = self.signing.party(&self.issuer).await?;
        let named = || format!("{} is not JSON", self.body.display());
        let body: Box<serde_json::value::RawValue> =
            serde_json::from_slice(&written::read(&self.body)?).with_context(named)?;
        let mut shell = serde_json::json!({
            "ledger": "unbound", "type": self.type_name, "issuer": issuer, "subject": subject,
            "issued_at": "1970-01-01T00:00:00.000Z", "body": body,
        });
        if subject.is_none()
            && let Some(members) = shell.as_object_mut()
        {
            members.remove("subject");
        }
        let event = Event::parse(&serde_json::to_vec(&shell)?)?;
        let mut attachments = Vec::new();
        for path in &self.attachments {
            let parsed = serde_json::from_slice(&written::read(path)?);
            attachments.push(parsed.with_context(|| format!("{} is no attachment", path.display()))?);
        }
        let Event { issuer, subject, body, .. } = event;
        let (attachments, newcomers) = (Attaching::of(attachments), Vec::new());
        self.signing
            .publish(Statement { issuer, subject, body, attachments, newcomers, aside: Vec::new() })
            .await
    }
}
