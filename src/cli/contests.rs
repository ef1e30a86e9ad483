//! A contest on its way: `contest admit`, `contest decline`, `contest seat`, `contest challenge`, `contest extend`, `contest appeal`

use clap::Args;

use super::case::Case;
use super::contribute::named;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::DrawnView;
use crate::client::Client;
use crate::dsse::EventId;
use crate::event::{
    AppealFiled, ContestAdmitted, ContestDeclined, ContestExtended, DeclineCode, PanelSeated, PartyId,
    SubjectId,
};

/// Which contest.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The subject that contests
    #[arg(long)]
    subject: SubjectName,
    /// The `contest.filed` event: its seq, or its id
    #[arg(long)]
    contest: EventName,
}

impl Which {
    /// The subject, and the contest's id.
    async fn known(&self, signing: &Signing) -> anyhow::Result<(SubjectId, EventId)> {
        Ok((signing.subject(&self.subject).await?, signing.event(&self.contest).await?))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest admit --subject kol-0123456789abc --contest 5f…e2 \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct AdmitContest {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: Signing,
}

impl AdmitContest {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let body = ContestAdmitted { contest };
        let statement = Statement::about(subject, PartyId::council(), body, Attaching::default());
        self.signing.publish(statement).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest decline --subject kol-0123456789abc --contest 5f…e2 \\
    --code settled_facts --reason 'Đã xem xét ngày 3 tháng 5.' \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct DeclineContest {
    #[command(flatten)]
    which: Which,
    /// settled_facts, out_of_scope, no_case
    #[arg(long, value_parser = named::<DeclineCode>)]
    code: DeclineCode,
    /// The reasoning
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    signing: Signing,
}

impl DeclineContest {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let mut attaching = Attaching::default();
        let body = ContestDeclined { contest, code: self.code, reason: attaching.text(&self.reason)?.into() };
        self.signing.publish(Statement::about(subject, PartyId::council(), body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "The members are those that the ledger draws: `tinnhiem draw repeat` checks them.
Example:
  tinnhiem contest seat --subject kol-0123456789abc --contest 5f…e2 \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct Seat {
    #[command(flatten)]
    which: Which,
    /// Where too few could be drawn: a member to sit beside them; repeatable
    #[arg(long = "appoint")]
    appointed: Vec<PartyName>,
    #[command(flatten)]
    signing: Signing,
}

impl Seat {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let mut members = drawn(&self.signing.at.client(), contest).await?.sit;
        for one in &self.appointed {
            members.push(self.signing.party(one).await?);
        }
        let body = PanelSeated { contest, members, challenged: None };
        let statement = Statement::about(subject, PartyId::council(), body, Attaching::default());
        self.signing.publish(statement).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest challenge --subject kol-0123456789abc --contest 5f…e2 \\
    --member nhip-so --key kol.pem")]
pub(super) struct Challenge {
    #[command(flatten)]
    which: Which,
    /// The member of the panel that is to be replaced by the next in the order of the draw; where there is
    /// none, the council seats another
    #[arg(long)]
    member: PartyName,
    #[command(flatten)]
    signing: Signing,
}

impl Challenge {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let drawn = drawn(&self.signing.at.client(), contest).await?;
        let challenged = self.signing.party(&self.member).await?;
        let others = drawn.order.into_iter().filter(|name| *name != challenged);
        let mut members: Vec<PartyId> = others.take(usize::from(drawn.seats)).collect();
        // Those appointed stay.
        for name in drawn.sit.into_iter().filter(|name| *name != challenged) {
            if !members.contains(&name) && members.len() < usize::from(drawn.seats) {
                members.push(name);
            }
        }
        let body = PanelSeated { contest, members, challenged: Some(challenged) };
        let statement = Statement::about(subject, PartyId::from(subject), body, Attaching::default());
        self.signing.publish(statement).await
    }
}

/// The panel of a contest as the ledger draws it.
pub(super) async fn drawn(client: &Client, contest: EventId) -> anyhow::Result<DrawnView> {
    let drawn: DrawnView = client.json(&format!("/v1/contests/{contest}/draw")).await?;
    if drawn.seed.is_none() {
        anyhow::bail!(
            "a value is due until {}: operator and auditor use `tinnhiem draw reveal`",
            drawn.draw.reveal_by
        );
    }
    Ok(drawn)
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest extend --subject kol-0123456789abc --contest 5f…e2 \\
    --issuer nhip-so --reason 'Chờ giám định.' --key nhip-so.pem \\
    --key vietreel.pem")]
pub(super) struct Extend {
    #[command(flatten)]
    which: Which,
    /// A member of the panel; `council` before it is seated
    #[arg(long)]
    issuer: PartyName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Extend {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let body = ContestExtended { contest, reason: reason.map(Into::into) };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest appeal --subject kol-0123456789abc --contest 5f…e2 \\
    --statement 'Hội đồng chưa xem video gốc.' --key kol.pem")]
pub(super) struct Appeal {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    case: Case,
    #[command(flatten)]
    signing: Signing,
}

impl Appeal {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (subject, contest) = self.which.known(&self.signing).await?;
        let mut attaching = Attaching::default();
        let (statement, evidence) =
            self.case.attach(&self.signing.at.client(), subject, &mut attaching).await?;
        let body = AppealFiled {
            contest,
            statement: statement.into(),
            evidence: evidence.into_iter().map(Into::into).collect(),
        };
        self.signing.publish(Statement::about(subject, PartyId::from(subject), body, attaching)).await
    }
}
