//! Measures against a subject, and what it says to them: `sanction propose`, `sanction impose`, `reply`

use anyhow::Context;
use clap::Args;

use super::case::Case;
use super::contribute::named;
use super::me;
use super::named::{EventName, PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{EventPage, EventView};
use crate::event::{
    AssessmentReplied, Basis, Body, ClauseBasis, ClauseId, EventType, IndicatorId, PartyId, SanctionImposed,
    SanctionProposed, SanctionReplied, Severity, SubjectId,
};
use crate::time::Date;

/// The terms of a sanction.
#[derive(Debug, Args)]
struct Terms {
    /// S1 to S5
    #[arg(long, value_parser = named::<Severity>)]
    severity: Option<Severity>,
    /// The indicator of the policy that describes the conduct
    #[arg(long, conflicts_with_all = ["clause", "decision"])]
    conduct: Option<IndicatorId>,
    /// The clause of the code of conduct that was broken
    #[arg(long, requires_all = ["code", "broken_on"], conflicts_with = "decision")]
    clause: Option<ClauseId>,
    /// The `code.published` event of that clause
    #[arg(long, requires = "clause")]
    code: Option<EventName>,
    /// A day on which it was broken
    #[arg(long, requires = "clause")]
    broken_on: Option<Date>,
    /// The `decision.recorded` event: the only basis for "broke the law"
    #[arg(long)]
    decision: Option<EventName>,
    /// First day
    #[arg(long)]
    starts_on: Option<Date>,
    /// Last day; absent only where the policy sets no term
    #[arg(long)]
    ends_on: Option<Date>,
    /// The reasoning; what was proposed is imposed with its own
    #[arg(long)]
    reason: Option<String>,
}

impl Terms {
    async fn basis(&self, signing: &Signing) -> anyhow::Result<Option<Basis>> {
        if let Some(decision) = &self.decision {
            return Ok(Some(Basis::Decision(signing.event(decision).await?)));
        }
        let clause = self.clause.clone().zip(self.code.as_ref()).zip(self.broken_on);
        Ok(match clause {
            Some(((clause, code), broken_on)) => {
                let code = signing.event(code).await?;
                Some(Basis::Clause(ClauseBasis { code, clause, broken_on }))
            }
            None => self.conduct.clone().map(Basis::Conduct),
        })
    }

    /// The terms given, whole.
    async fn whole(self, signing: &Signing, attaching: &mut Attaching) -> anyhow::Result<SanctionProposed> {
        Ok(SanctionProposed {
            basis: self.basis(signing).await?.context("name --conduct, --clause or --decision")?,
            severity: self.severity.context("--severity is needed")?,
            starts_on: self.starts_on.context("--starts-on is needed")?,
            ends_on: self.ends_on,
            reason: attaching.text(&self.reason.context("--reason is needed")?)?.into(),
        })
    }

    /// The terms given, over those proposed; begun later, a sanction is as long as it was proposed.
    async fn over(
        self,
        proposed: SanctionProposed,
        signing: &Signing,
        today: Date,
    ) -> anyhow::Result<SanctionProposed> {
        anyhow::ensure!(self.reason.is_none(), "the reason proposed is the sanction's: leave --reason out");
        let starts_on = self.starts_on.unwrap_or(proposed.starts_on.max(today));
        let shifted = proposed.ends_on.map(|last| last.plus_days(starts_on.days_since(proposed.starts_on)));
        Ok(SanctionProposed {
            basis: self.basis(signing).await?.unwrap_or(proposed.basis),
            severity: self.severity.unwrap_or(proposed.severity),
            starts_on,
            ends_on: self.ends_on.or(shifted),
            reason: proposed.reason,
        })
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem sanction propose --issuer nhip-so --subject kol-0123456789abc \\
    --severity S2 --conduct I1 --reason 'Không ghi nhãn.' \\
    --starts-on 2026-12-02 --ends-on 2027-05-23 --key nhip-so.pem")]
pub(super) struct Propose {
    /// The member that proposes it; a seat of its controller group has no say in it
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    signing: Signing,
}

impl Propose {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let body = self.terms.whole(&self.signing, &mut attaching).await?;
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem sanction impose --subject kol-0123456789abc --severity S2 \\
    --code 5f…e2 --clause D1 --broken-on 2026-11-20 --reason 'Không ghi nhãn.' \\
    --starts-on 2026-11-24 --ends-on 2027-05-23 --key seat-1.pem \\
    --out sanction.json

    What was proposed, once the subject replied or its days are over; it may be
      milder, never harsher:
  tinnhiem sanction impose --subject kol-0123456789abc --proposal 5f…e2 \\
    --severity S1 --key seat-1.pem --out sanction.json")]
pub(super) struct Sanction {
    /// Whom it is about
    #[arg(long)]
    subject: SubjectName,
    /// The `sanction.proposed` event; its terms are imposed, but for those given here
    #[arg(long, conflicts_with = "urgent")]
    proposal: Option<EventName>,
    #[command(flatten)]
    terms: Terms,
    /// An S4 of at most 14 days that cannot wait for a reply
    #[arg(long)]
    urgent: bool,
    #[command(flatten)]
    signing: Signing,
}

impl Sanction {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let signing = &self.signing;
        let (proposal, terms) = match &self.proposal {
            Some(name) => {
                let proposal = signing.event(name).await?;
                let proposed = signing.body_of(&proposal, EventType::SanctionProposed).await?;
                let today = signing.today().await?;
                (Some(proposal), self.terms.over(proposed, signing, today).await?)
            }
            None => (None, self.terms.whole(signing, &mut attaching).await?),
        };
        let body = SanctionImposed {
            severity: terms.severity,
            basis: terms.basis,
            starts_on: terms.starts_on,
            ends_on: terms.ends_on,
            reason: terms.reason,
            proposal,
            urgent: self.urgent,
        };
        self.signing.publish(Statement::about(subject, PartyId::council(), body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem reply --subject kol-0123456789abc --notice 5f…e2 \\
    --statement 'Nhãn ở giây 2.' --key kol.pem
  tinnhiem reply --subject kol-0123456789abc --proposal 5f…e2 \\
    --statement 'Đã gỡ video.' --key kol.pem")]
pub(super) struct Reply {
    /// The KOL that replies
    #[arg(long)]
    subject: SubjectName,
    /// The `assessment.notified` event
    #[arg(long, conflicts_with = "proposal")]
    notice: Option<EventName>,
    /// The `sanction.proposed` event
    #[arg(long)]
    proposal: Option<EventName>,
    #[command(flatten)]
    case: Case,
    #[command(flatten)]
    signing: Signing,
}

impl Reply {
    /// Says what to do instead, where that is no announcement that may be replied to.
    async fn check(&self, subject: SubjectId) -> anyhow::Result<()> {
        let client = self.signing.at.client();
        let Some(name) = self.notice.as_ref().or(self.proposal.as_ref()) else { return Ok(()) };
        let EventView { row, .. } = name.entry(&client).await?;
        let (seq, option) = (row.seq, if self.notice.is_some() { "--notice" } else { "--proposal" });
        if row.subject != Some(subject) {
            let about = row.subject.map_or(String::new(), |other| format!(", but about {other}"));
            anyhow::bail!(
                "mục {seq} không báo trước điều gì về bạn / entry {seq} announces nothing about you{about}: `tinnhiem me \
                 {subject}` lists what waits for your reply, by entry"
            );
        }
        let done = match (row.event_type(), option) {
            (Some(EventType::SanctionProposed), "--notice") => {
                anyhow::bail!("entry {seq} proposes a sanction: reply with --proposal {seq}")
            }
            (Some(EventType::AssessmentNotified), "--proposal") => {
                anyhow::bail!("entry {seq} notifies an assessment: reply with --notice {seq}")
            }
            (Some(EventType::AssessmentNotified), _) => EventType::AssessmentPublished,
            (Some(EventType::SanctionProposed), _) => EventType::SanctionImposed,
            (Some(EventType::AssessmentPublished | EventType::SanctionImposed), _) => {
                let contests = me::contests(&client, subject).await?;
                if let Some(open) = contests.iter().find(|one| one.target == row.id && one.stage.is_open()) {
                    anyhow::bail!(
                        "mục {seq} đã công bố, và đang bị khiếu nại / entry {seq} is recorded, and contested already by entry \
                         {contest}: `tinnhiem show {contest}` tells how that goes on",
                        contest = open.seq
                    );
                }
                anyhow::bail!(
                    "entry {seq} is recorded already, and is contested: `tinnhiem contest file --subject {subject} --target \
                     {seq} --grounds GROUNDS --statement …`"
                )
            }
            _ => anyhow::bail!(
                "entry {seq} is {}, to which nobody replies: {option} takes the entry that announced something; `tinnhiem \
                 me {subject}` lists what waits for your reply, by entry",
                row.type_name
            ),
        };
        let path = format!("/v1/events?subject={subject}&type={done}&after={seq}&limit=1000");
        let later: EventPage = client.json(&path).await?;
        for one in later.events {
            let entry: EventView = client.json(&format!("/v1/events/{}", one.seq)).await?;
            let carries_out = match entry.event()?.body {
                Body::AssessmentPublished(body) => body.notice,
                Body::SanctionImposed(body) => body.proposal,
                _ => None,
            };
            if carries_out == Some(row.id) {
                anyhow::bail!(
                    "what entry {seq} announced is done, as entry {}: contest that, `tinnhiem contest file --subject \
                     {subject} --target {} --grounds GROUNDS --statement …`",
                    one.seq,
                    one.seq
                );
            }
        }
        Ok(())
    }

    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        if self.signing.asks() {
            self.check(subject).await?;
        }
        let mut attaching = Attaching::default();
        let (statement, evidence) =
            self.case.attach(&self.signing.at.client(), subject, &mut attaching).await?;
        let body: Body = match (&self.notice, &self.proposal) {
            (Some(notice), _) => AssessmentReplied {
                notice: self.signing.event(notice).await?,
                statement: statement.into(),
                evidence: evidence.into_iter().map(Into::into).collect(),
            }
            .into(),
            (None, Some(proposal)) => SanctionReplied {
                proposal: self.signing.event(proposal).await?,
                statement: statement.into(),
                evidence: evidence.into_iter().map(Into::into).collect(),
            }
            .into(),
            (None, None) => anyhow::bail!("name what you reply to: --notice or --proposal"),
        };
        let issuer = PartyId::from(subject);
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}
