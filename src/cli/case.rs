//! What several verbs take: a case with what it rests on, and an event that something becomes of.

use std::path::PathBuf;

use clap::Args;

use super::named::{EventName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::dsse::EventId;
use crate::event::{Body, Commitment, PartyId};

/// What a subject says, and what that rests on.
#[derive(Debug, Args)]
pub struct Case {
    /// Your case
    #[arg(long)]
    statement: String,
    /// A file that your case rests on, attached; repeatable
    #[arg(long = "evidence")]
    evidence: Vec<PathBuf>,
}

impl Case {
    /// Attaches it.
    pub fn attach(&self, attaching: &mut Attaching) -> anyhow::Result<(Commitment, Vec<Commitment>)> {
        let statement = attaching.text(&self.statement)?;
        let evidence: anyhow::Result<_> = self.evidence.iter().map(|path| attaching.file(path)).collect();
        Ok((statement, evidence?))
    }
}

/// An event about a subject, and why something becomes of what it made.
#[derive(Debug, Args)]
pub struct Target {
    /// Who says so
    #[arg(long)]
    issuer: PartyId,
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
    pub async fn run<B: Into<Body>>(
        self,
        body: impl FnOnce(EventId, Option<Commitment>) -> B,
    ) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let body = body(self.signing.event(&self.target).await?, reason);
        self.signing.publish(Statement::about(subject, self.issuer, body, attaching)).await
    }
}
