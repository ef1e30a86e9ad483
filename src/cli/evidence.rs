//! Keeping evidence: `evidence commit`, `evidence disclose`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::aside::{Aside, Salt};
use super::attaching::media_type;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use super::written;
use crate::client::random_salt;
use crate::event::{Commitment, EvidenceCommitted, EvidenceDisclosed};
use crate::time::Date;

#[derive(Debug, Args)]
#[command(after_help = "The file stays where it is; its salt is written to FILE.salt, to be kept with
it. A member does the same for a KOL, who cites its entry:
`tinnhiem contest file … --evidence-event SEQ`. Example:
  tinnhiem evidence commit --issuer o4-hai-van --subject kol-0123456789abc \\
    --file video.mp4 --retain-until 2028-12-31 --key o4-hai-van.pem")]
pub(super) struct CommitEvidence {
    /// The member that has it
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    /// The evidence
    #[arg(long, conflicts_with = "commitment")]
    file: Option<PathBuf>,
    /// Its commitment, where one was made before
    #[arg(long, required_unless_present = "file")]
    commitment: Option<Commitment>,
    /// What kind of bytes, such as video/mp4; by the file's name unless given
    #[arg(long, required_unless_present = "file")]
    media_type: Option<String>,
    /// The member that keeps it and signs too; the issuer unless given
    #[arg(long)]
    custodian: Option<PartyName>,
    /// The last day on which it must be kept
    #[arg(long)]
    retain_until: Date,
    #[command(flatten)]
    signing: Signing,
}

impl CommitEvidence {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let issuer = self.signing.party(&self.issuer).await?;
        anyhow::ensure!(
            issuer.as_subject().is_none(),
            "a KOL's evidence is kept by a member of its choice, which commits to it: give it the file, and cite its \
             entry with --evidence-event in `tinnhiem contest file`, `reply` or `contest appeal`"
        );
        let subject = self.signing.subject(&self.subject).await?;
        let named = self.file.as_deref().map(|file| media_type(file).to_owned());
        let mut aside = Vec::new();
        let commitment = match (&self.file, self.commitment) {
            (Some(file), _) => {
                let (salt, bytes) = (random_salt()?, written::read(file)?);
                let commitment = Commitment::to(&salt, &bytes);
                aside.push(Aside::Salt(Salt { of: file.clone(), commitment, salt }));
                commitment
            }
            (None, Some(commitment)) => commitment,
            (None, None) => anyhow::bail!("give --file or --commitment"),
        };
        let custodian = match &self.custodian {
            Some(custodian) => self.signing.party(custodian).await?,
            None => issuer.clone(),
        };
        let body = EvidenceCommitted {
            commitment: commitment.into(),
            media_type: self.media_type.or(named).context("give --media-type")?,
            custodian,
            retain_until: self.retain_until,
        };
        let statement = Statement::about(subject, issuer, body, Attaching::default());
        self.signing.publish(Statement { aside, ..statement }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem evidence disclose --issuer o4-hai-van --subject kol-0123456789abc \\
    --target 5f…e2 --to bach-tin --key o4-hai-van.pem")]
pub(super) struct DiscloseEvidence {
    /// Its custodian
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    /// The `evidence.committed` event
    #[arg(long)]
    target: EventName,
    /// Whom it was shown to: a member, a subject or `council`
    #[arg(long)]
    to: PartyName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl DiscloseEvidence {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let target = self.signing.event(&self.target).await?;
        let body = EvidenceDisclosed {
            target,
            to: self.signing.party(&self.to).await?,
            reason: reason.map(Into::into),
        };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}
