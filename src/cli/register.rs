//! What is registered beside scores: `code publish`, `code pledge`, `collaboration declare`, `collaboration end`,
//! `decision record`, `decision overturn`

use std::path::PathBuf;

use clap::Args;

use super::contribute::named;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::event::{
    CategoryId, ClauseId, CodePublished, CollaborationDeclared, DecisionOverturned, DecisionRecorded,
    OfficialAct, PartyId, PledgeSigned, ValueBand,
};
use crate::time::Date;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem code publish --version-number 1 --clause D1 --clause D2 \\
    --text quy-tac.pdf --key dieu-phoi-1.pem --key dieu-phoi-2.pem \\
    --key dieu-phoi-3.pem")]
pub(super) struct Code {
    /// One above the newest version
    #[arg(long)]
    version_number: u32,
    /// A clause's id; repeatable
    #[arg(long = "clause", required = true)]
    clauses: Vec<ClauseId>,
    /// A file with the whole text, attached
    #[arg(long)]
    text: PathBuf,
    #[command(flatten)]
    signing: Signing,
}

impl Code {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let text = attaching.file(&self.text)?;
        let body = CodePublished { version: self.version_number, clauses: self.clauses, text: text.into() };
        let statement = Statement::by_council(body);
        self.signing.publish(Statement { attachments: attaching, ..statement }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem code pledge --subject kol-0123456789abc --code 5f…e2 --key me.pem")]
pub(super) struct Pledge {
    /// The subject: you
    #[arg(long)]
    subject: SubjectName,
    /// The newest `code.published` event
    #[arg(long)]
    code: EventName,
    #[command(flatten)]
    signing: Signing,
}

impl Pledge {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let body = PledgeSigned { code: self.signing.event(&self.code).await? };
        let issuer = PartyId::from(subject);
        self.signing.publish(Statement::about(subject, issuer, body, Attaching::default())).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "A member of class business declares it, and the KOL signs too. From 720 days
before its first day to 720 days after its last, endorsements of the KOL by
the business or its group count only as commercial: earlier ones of another
relation become void. Example:
  tinnhiem collaboration declare --issuer sua-doi-xanh \\
    --subject kol-0123456789abc --campaign 'Sữa cho bé' --category sua-bot \\
    --starts-on 2026-11-20 --ends-on 2027-02-20 --value-band under_100m \\
    --paper cong-bo.pdf --key sua-doi-xanh.pem --out collaboration.json")]
pub(super) struct Collaborate {
    /// The business that pays
    #[arg(long)]
    issuer: PartyName,
    /// Who works for it, and signs too
    #[arg(long)]
    subject: SubjectName,
    /// The campaign's name
    #[arg(long)]
    campaign: String,
    /// What kind of product it is about
    #[arg(long)]
    category: CategoryId,
    /// First day
    #[arg(long)]
    starts_on: Date,
    /// Last day
    #[arg(long)]
    ends_on: Date,
    /// What it is worth a year, in đồng: under_10m, under_100m, under_1b, from_1b
    #[arg(long, value_parser = named::<ValueBand>)]
    value_band: ValueBand,
    /// A paper of product or advertiser that the KOL checked, attached; repeatable
    #[arg(long = "paper")]
    papers: Vec<PathBuf>,
    #[command(flatten)]
    signing: Signing,
}

impl Collaborate {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let papers: anyhow::Result<Vec<_>> = self.papers.iter().map(|path| attaching.file(path)).collect();
        let body = CollaborationDeclared {
            campaign: self.campaign,
            category: self.category,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            value_band: self.value_band,
            papers: papers?.into_iter().map(Into::into).collect(),
        };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

/// An official act.
#[derive(Debug, Args)]
pub struct Act {
    /// The authority that made it
    #[arg(long)]
    authority: String,
    /// Its number, as the authority writes it
    #[arg(long)]
    code: String,
    /// Its date
    #[arg(long)]
    date: Date,
}

impl From<Act> for OfficialAct {
    fn from(act: Act) -> Self {
        Self { authority: act.authority, code: act.code, date: act.date }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem decision record --issuer cuc-quang-cao-so \\
    --subject kol-0123456789abc --authority 'Sở Văn hóa tỉnh Vân Khê' \\
    --code 119/QĐ-XPHC --date 2026-11-20 --key cuc-quang-cao-so.pem")]
pub(super) struct RecordDecision {
    /// The state agency that records it
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    #[command(flatten)]
    act: Act,
    /// A file with its text, attached
    #[arg(long)]
    document: Option<PathBuf>,
    #[command(flatten)]
    signing: Signing,
}

impl RecordDecision {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let document = self.document.map(|path| attaching.file(&path)).transpose()?;
        let body = DecisionRecorded { act: self.act.into(), document: document.map(Into::into) };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem decision overturn --issuer cuc-quang-cao-so \\
    --subject kol-0123456789abc --target 5f…e2 \\
    --authority 'Tòa án tỉnh Vân Khê' --code 12/2026/HC-ST --date 2026-11-23 \\
    --key cuc-quang-cao-so.pem")]
pub(super) struct OverturnDecision {
    /// The state agency that records it
    #[arg(long)]
    issuer: PartyName,
    /// Whom the decision is about
    #[arg(long)]
    subject: SubjectName,
    /// The `decision.recorded` event
    #[arg(long)]
    target: EventName,
    #[command(flatten)]
    act: Act,
    #[command(flatten)]
    signing: Signing,
}

impl OverturnDecision {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let target = self.signing.event(&self.target).await?;
        let body = DecisionOverturned { target, act: self.act.into() };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, Attaching::default())).await
    }
}
