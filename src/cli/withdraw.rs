//! `withdraw`: taking back what one has said, lifting a sanction, withdrawing a certificate

use anyhow::Context;
use clap::Args;

use super::me;
use super::named::EventName;
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{ContestView, SubjectView};
use crate::client::{Client, ClientError};
use crate::dsse::EventId;
use crate::event::{
    AccreditationWithdrawn, AssessmentWithdrawn, Body, CertificateWithdrawn, ContestWithdrawn, Contesting,
    EndorsementWithdrawn, EventType, SanctionLifted, SubjectId,
};
use crate::rules::Reason;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem withdraw 334 --reason 'Không còn làm việc cùng.' --key nhip-so.pem")]
pub(super) struct Withdraw {
    /// The assessment, endorsement, contest, appeal, accreditation, certificate or sanction: its seq or event id (see `log`)
    event: EventName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Withdraw {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.signing.at.client();
        let view = self.event.entry(&client).await?;
        let row = &view.row;
        if let Some(subject) = row.subject {
            self.check(&client, subject, &row.id).await?;
        }
        let mut attaching = Attaching::default();
        let mut remarks = Vec::new();
        if self.reason.is_none() {
            remarks.push(unexplained(row.event_type(), row.seq));
        }
        let reason = attaching.optional(self.reason)?;
        let target = row.id;
        let body: Body = match row.event_type() {
            Some(EventType::AssessmentPublished) => {
                remarks.push(
                    "sau đó bên ký không còn đánh giá nào về KOL này / after this the issuer has none in force \
                     about this KOL: one that it replaced does not come back"
                        .to_owned(),
                );
                AssessmentWithdrawn { target, reason: reason.map(Into::into) }.into()
            }
            Some(EventType::EndorsementPublished) => {
                EndorsementWithdrawn { target, reason: reason.map(Into::into) }.into()
            }
            Some(EventType::ContestFiled | EventType::AppealFiled) => {
                let contest = match view.event()?.body {
                    Body::AppealFiled(body) => body.contest,
                    _ => target,
                };
                let view: ContestView = client.json(&format!("/v1/contests/{contest}")).await?;
                remarks.extend(outcome(&client, &view).await?);
                ContestWithdrawn { contest, reason: reason.map(Into::into) }.into()
            }
            Some(EventType::AccreditationGranted) => {
                AccreditationWithdrawn { target, reason: reason.map(Into::into) }.into()
            }
            Some(EventType::CertificateGranted) => {
                let reason =
                    reason.context("--reason is needed: a certificate is withdrawn with its reasons")?;
                CertificateWithdrawn { target, reason: reason.into() }.into()
            }
            Some(EventType::SanctionImposed) => {
                SanctionLifted { target, reason: reason.map(Into::into) }.into()
            }
            Some(
                of @ (EventType::AssessmentWithdrawn
                | EventType::EndorsementWithdrawn
                | EventType::ContestWithdrawn
                | EventType::AccreditationWithdrawn
                | EventType::CertificateWithdrawn
                | EventType::SanctionLifted),
            ) => anyhow::bail!(
                "entry {} ({of}) takes something back itself, and is not taken back: say it anew, as a new entry",
                row.seq
            ),
            _ => anyhow::bail!(
                "entry {} is {}, which is not withdrawn: an assessment, endorsement, contest, appeal, \
                 accreditation, certificate or sanction is; `subject unlink`, `collaboration end` and `correct` end other things",
                row.seq,
                row.type_name
            ),
        };
        let (subject, issuer, seq) = (row.subject, row.issuer.clone(), row.seq);
        let whose = issuer.clone();
        let attachments = attaching;
        let statement =
            Statement { issuer, subject, body, attachments, newcomers: Vec::new(), aside: Vec::new() };
        let published = self.signing.publish_knowing(statement, &remarks).await;
        published.map_err(|error| match error.downcast() {
            Ok(ClientError::Refused { status, code, .. }) if code == Reason::KeyOtherOwner.code() => {
                let detail =
                    format!("entry {seq} is of {whose}, who alone takes it back: sign with a key of theirs");
                ClientError::Refused { status, code, detail }.into()
            }
            Ok(other) => other.into(),
            Err(error) => error,
        })
    }
}

impl Withdraw {
    /// A KOL takes back its contest of an item, not the item.
    async fn check(&self, client: &Client, subject: SubjectId, item: &EventId) -> anyhow::Result<()> {
        let contests = me::contests(client, subject).await?;
        let open = contests.iter().find(|one| one.target == *item && one.stage.is_open());
        let Some(contest) = open else { return Ok(()) };
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        let keys = self.signing.public_keys()?;
        let key = *keys.first().context("give a key with --key")?;
        anyhow::ensure!(
            view.keys.iter().all(|one| one.key != key),
            "that item is not yours to take back; your contest of it is: `tinnhiem withdraw {} --key KEY.pem`",
            contest.seq
        );
        Ok(())
    }
}

/// That no reason is given, and whether one can be added afterwards.
fn unexplained(of: Option<EventType>, seq: u64) -> String {
    let later = match of {
        Some(
            EventType::AssessmentPublished | EventType::EndorsementPublished | EventType::SanctionImposed,
        ) => format!(
            "sau này chỉ ghi chú thêm được / later only a note is added to it (`correct --action annotate --target {seq}`)"
        ),
        _ => "sau này không thêm được / none is added later".to_owned(),
    };
    format!("không nêu lý do / no reason is given, --reason gives one; {later}")
}

/// What comes of giving up a contest.
async fn outcome(client: &Client, contest: &ContestView) -> anyhow::Result<Option<String>> {
    let decided = match contest.decided_by.filter(|_| contest.stage.is_appeal()) {
        Some(decision) => EventName::Id(decision).entry(client).await?.row.seq,
        None if contest.stage == Contesting::Overdue => {
            let (vi, en) =
                ("mục này lại tính vào điểm", "the item, out of the score as overdue, counts again");
            return Ok(Some(format!("{vi} / {en}")));
        }
        None => return Ok(None),
    };
    let vi = format!("rút khiếu nại lần hai: quyết định ở mục {decided} có giá trị cuối cùng");
    let en = format!("withdraws the appeal: the decision, entry {decided}, then stands for good");
    Ok(Some(match contest.stage {
        Contesting::AppealOverdue => {
            format!(
                "{vi}, phần nó để lại lại tính vào điểm / {en}, and what it left counts in the score again"
            )
        }
        _ => format!("{vi} / {en}"),
    }))
}
