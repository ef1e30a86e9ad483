//! Putting right, taking back, leaving: `correct`, `subject depart`, `erasure request`, `erasure execute`, `erasure refuse`,
//! `report-finding`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::assess::{Evidence, by_indicator};
use super::attaching::Large;
use super::contribute::named;
use super::erased;
use super::me;
use super::named::{EventName, PartyName, SubjectName};
use super::needed::Needed;
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::SubjectView;
use crate::event::{
    AuditFinding, CorrectionAction, CorrectionIssued, ErasureExecuted, ErasureRefused, ErasureRequested,
    FindingKind, IndicatorId, LegalGround, PartyId, Regrading, SubjectDeparted,
};

/// What becomes of a corrected item.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Action {
    /// It stays, and the statement stands beside it.
    Annotate,
    /// It ends.
    Retract,
    /// Grades of an assessment become higher.
    Replace,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem correct --issuer o4-hai-van --subject kol-0123456789abc \\
    --target 5f…e2 --action annotate \\
    --statement 'Video được xem ngày 4, không phải ngày 3.' \\
    --key o4-hai-van.pem
  tinnhiem correct --issuer o4-hai-van --subject kol-0123456789abc \\
    --target 5f…e2 --action replace --grade I4=2 --evidence I4=nhan.png \\
    --statement 'Nhãn có ở giây đầu.' --key o4-hai-van.pem")]
pub(super) struct Correct {
    /// Who issued the item; `council` for a sanction
    #[arg(long)]
    issuer: PartyName,
    /// Whom the item is about
    #[arg(long)]
    subject: SubjectName,
    /// The assessment, endorsement, sanction or decision
    #[arg(long)]
    target: EventName,
    /// What becomes of it
    #[arg(long)]
    action: Action,
    /// A higher grade, INDICATOR=LEVEL; repeatable
    #[arg(long = "grade", value_parser = graded)]
    grades: Vec<(IndicatorId, u16)>,
    /// A file with evidence of a new grade, INDICATOR=FILE, attached; repeatable
    #[arg(long = "evidence")]
    evidence: Vec<Evidence>,
    /// What was wrong, attached
    #[arg(long)]
    statement: String,
    #[command(flatten)]
    signing: Signing,
}

fn graded(text: &str) -> Result<(IndicatorId, u16), String> {
    let (indicator, level) = text.split_once('=').ok_or("expected INDICATOR=LEVEL, such as I4=2")?;
    let level = level.parse().map_err(|_| format!("{level} is no level"))?;
    Ok((indicator.parse().map_err(|error| format!("{error}"))?, level))
}

impl Correct {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let statement = attaching.text(&self.statement)?;
        attaching.large = Large::Cited;
        let evidence = by_indicator(&self.evidence, &mut attaching)?;
        let action = match self.action {
            Action::Annotate => CorrectionAction::Annotate,
            Action::Retract => CorrectionAction::Retract,
            Action::Replace => {
                CorrectionAction::Replace(Regrading { grades: self.grades.into_iter().collect(), evidence })
            }
        };
        let body = CorrectionIssued {
            target: self.signing.event(&self.target).await?,
            action,
            statement: statement.into(),
        };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem subject depart --subject kol-0123456789abc \\
    --reason 'Tôi nghỉ làm nội dung.' --key me.pem")]
pub(super) struct Depart {
    /// The subject: you
    #[arg(long)]
    subject: SubjectName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Depart {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let body = SubjectDeparted { reason: attaching.optional(self.reason)?.map(Into::into) };
        let issuer = PartyId::from(subject);
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "`tinnhiem me` lists what may be asked for, and what an open contest, a notice or
evidence still needs. Ask for all at once: while a request waits for its answer
no other is taken. Example:
  tinnhiem erasure request --subject kol-0123456789abc --target 5f…e2 \\
    --target 5f…e2 --key me.pem")]
pub(super) struct RequestErasure {
    /// The subject: you
    #[arg(long)]
    subject: SubjectName,
    /// An event about you whose attachments are to be destroyed; repeatable
    #[arg(long = "target", required = true)]
    targets: Vec<EventName>,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl RequestErasure {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let targets = self.signing.events(&self.targets).await?;
        let mut remarks = Vec::new();
        if self.signing.asks() {
            let client = self.signing.at.client();
            let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
            let contests = me::contests(&client, subject).await?;
            let needed = Needed::of(&client, &view, &contests).await?;
            needed.check(&client, &targets).await?;
            remarks = needed.remarks(&client, &targets).await?;
        }
        let body = ErasureRequested { targets, reason: reason.map(Into::into) };
        let issuer = PartyId::from(subject);
        let statement = Statement::about(subject, issuer, body, attaching);
        self.signing.publish_knowing(statement, &remarks).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem erasure execute --issuer van-hanh --subject kol-0123456789abc \\
    --request 5f…e2 --target 5f…e2 --key van-hanh.pem")]
pub(super) struct ExecuteErasure {
    /// The operator
    #[arg(long)]
    issuer: PartyName,
    /// Who asked
    #[arg(long)]
    subject: SubjectName,
    /// The `erasure.requested` event
    #[arg(long)]
    request: EventName,
    /// An event of the request whose attachments are destroyed; repeatable
    #[arg(long = "target", required = true)]
    targets: Vec<EventName>,
    #[command(flatten)]
    signing: Signing,
}

impl ExecuteErasure {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let request = self.signing.event(&self.request).await?;
        let body = ErasureExecuted { request, targets: self.signing.events(&self.targets).await? };
        let mut remarks = Vec::new();
        if self.signing.asks() {
            let left = erased::not_named(&self.signing.at.client(), &request, &body.targets).await?;
            remarks.extend(erased::left(&left));
        }
        let issuer = self.signing.party(&self.issuer).await?;
        let statement = Statement::about(subject, issuer, body, Attaching::default());
        self.signing.publish_knowing(statement, &remarks).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem erasure refuse --issuer van-hanh --subject kol-0123456789abc \\
    --request 5f…e2 --ground legal_claim --reason 'Vụ kiện 12/2026 đang mở.' \\
    --key van-hanh.pem")]
pub(super) struct RefuseErasure {
    /// The operator
    #[arg(long)]
    issuer: PartyName,
    /// Who asked
    #[arg(long)]
    subject: SubjectName,
    /// The `erasure.requested` event
    #[arg(long)]
    request: EventName,
    /// On what ground: open_clock, legal_duty, legal_claim, public_interest
    #[arg(long, value_parser = named::<LegalGround>)]
    ground: LegalGround,
    /// The reason
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl RefuseErasure {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let request = self.signing.event(&self.request).await?;
        let body = ErasureRefused { request, ground: self.ground, reason: reason.map(Into::into) };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem report-finding --issuer bach-tin --kind clock --position 120 \\
    --position 131 --text bao-cao.pdf --key bach-tin.pem")]
pub(super) struct ReportFinding {
    /// The auditor
    #[arg(long)]
    issuer: PartyName,
    /// What it concerns: log, rule, clock, score, evidence
    #[arg(long, value_parser = named::<FindingKind>)]
    kind: FindingKind,
    /// A place in the log, ascending; repeatable
    #[arg(long = "position")]
    positions: Vec<u64>,
    /// A file with the finding, attached
    #[arg(long)]
    text: PathBuf,
    #[command(flatten)]
    signing: Signing,
}

impl ReportFinding {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let text = attaching.file(&self.text)?;
        let body = AuditFinding { kind: self.kind, text: text.into(), positions: self.positions }.into();
        let (issuer, attachments) = (self.signing.party(&self.issuer).await?, attaching);
        let newcomers = Vec::new();
        self.signing
            .publish(Statement { issuer, subject: None, body, attachments, newcomers, aside: Vec::new() })
            .await
    }
}
