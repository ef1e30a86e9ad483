//! What several verbs take: a case with what it rests on, and an event that something becomes of.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::attaching::Large;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{EventView, SubjectView};
use crate::client::Client;
use crate::dsse::EventId;
use crate::event::{Body, Commitment, EvidenceStage, SubjectId};

/// What a subject says, and what that rests on.
#[derive(Debug, Args)]
pub(super) struct Case {
    /// Your case
    #[arg(long)]
    statement: String,
    /// A file that your case rests on, attached: up to 256 KiB each, repeatable; a larger one is kept by a
    /// member and cited by --evidence-event
    #[arg(long = "evidence", value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Evidence of any size that a member keeps for you, by its entry (`tinnhiem evidence commit`): its seq, or its
    /// event id; repeatable
    #[arg(long = "evidence-event", value_name = "SEQ")]
    kept: Vec<EventName>,
}

impl Case {
    /// Attaches it, and cites what is kept elsewhere.
    pub(super) async fn attach(
        &self,
        client: &Client,
        subject: SubjectId,
        attaching: &mut Attaching,
    ) -> anyhow::Result<(Commitment, Vec<Commitment>)> {
        let statement = attaching.text(&self.statement)?;
        attaching.large = Large::InCustody;
        let mut evidence = Vec::new();
        for path in &self.evidence {
            evidence.push(attaching.file(path)?);
        }
        for name in &self.kept {
            let commitment = kept(client, subject, name).await?;
            if !evidence.contains(&commitment) {
                evidence.push(commitment);
            }
        }
        Ok((statement, evidence))
    }
}

/// What a member keeps as evidence about a subject.
async fn kept(client: &Client, subject: SubjectId, name: &EventName) -> anyhow::Result<Commitment> {
    let EventView { row, .. } = name.entry(client).await?;
    let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
    let found = view.register.evidence.iter().find(|one| one.evidence == row.id);
    let one = found.with_context(|| {
        format!(
            "--evidence-event: entry {} is {}, not evidence about you: the member that keeps it commits to it first, \
             `tinnhiem evidence commit --issuer MEMBER --subject {subject} --file FILE --retain-until DAY`",
            row.seq, row.type_name
        )
    })?;
    anyhow::ensure!(
        one.stage == EvidenceStage::Held,
        "--evidence-event: {} has destroyed the evidence of entry {}",
        one.custodian,
        row.seq
    );
    Ok(one.commitment)
}

/// An event about a subject, and why something becomes of what it made.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// Who says so
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    /// The event that made it: its seq, or its id
    #[arg(long)]
    target: EventName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Target {
    /// Publishes what becomes of it.
    pub(super) async fn run<B: Into<Body>>(
        self,
        body: impl FnOnce(EventId, Option<Commitment>) -> B,
    ) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let body = body(self.signing.event(&self.target).await?, reason);
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}
