//! `withdraw`: taking back what one has said, and lifting a sanction

use clap::Args;

use super::named::EventName;
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{ContestView, EventView};
use crate::event::{
    AccreditationWithdrawn, AssessmentWithdrawn, Body, ContestWithdrawn, Contesting, EndorsementWithdrawn,
    SanctionLifted,
};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem withdraw 334 --reason 'Không còn làm việc cùng.' --key nhip-so.pem")]
pub struct Withdraw {
    /// The assessment, endorsement, contest, appeal, accreditation or sanction: its seq or event id (see `log`)
    event: EventName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Withdraw {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.signing.at.client();
        let EventView { row, payload, .. } = self.event.entry(&client).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let target = row.id;
        let mut remarks = Vec::new();
        let body: Body = match row.type_name.as_str() {
            "assessment.published" => {
                remarks.push(
                    "sau đó bên ký không còn đánh giá nào về KOL này / after this the issuer has none in force \
                     about this KOL: one that it replaced does not come back"
                        .to_owned(),
                );
                AssessmentWithdrawn { target, reason }.into()
            }
            "endorsement.published" => EndorsementWithdrawn { target, reason }.into(),
            "contest.filed" | "appeal.filed" => {
                let contest = match row.type_name.as_str() {
                    "appeal.filed" => serde_json::from_value(payload["body"]["contest"].clone())?,
                    _ => target,
                };
                let view: ContestView = client.json(&format!("/v1/contests/{contest}")).await?;
                remarks.extend(self.signing.asks().then(|| outcome(&view)).flatten());
                ContestWithdrawn { contest, reason }.into()
            }
            "accreditation.granted" => AccreditationWithdrawn { target, reason }.into(),
            "sanction.imposed" => SanctionLifted { target, reason }.into(),
            other => anyhow::bail!(
                "entry {} is {other}, which is not withdrawn: an assessment, endorsement, contest, appeal, \
                 accreditation or sanction is; `unlink`, `end-collaboration` and `correct` end other things",
                row.seq
            ),
        };
        let (subject, issuer) = (row.subject, row.issuer);
        let attachments = attaching.0;
        let statement = Statement { issuer, subject, body, attachments, newcomers: Vec::new() };
        self.signing.publish_knowing(statement, &remarks).await
    }
}

/// What comes of giving up a contest.
fn outcome(contest: &ContestView) -> Option<String> {
    let stands = "the decision then stands for good";
    match contest.stage {
        Contesting::AppealOverdue => Some(format!(
            "rút khiếu nại lần hai: quyết định có giá trị cuối cùng, và mục này lại tính vào điểm / \
             withdraws the appeal: {stands}, and what it left counts in the score again"
        )),
        stage if stage.is_appeal() => Some(format!(
            "rút khiếu nại lần hai: quyết định có giá trị cuối cùng / withdraws the appeal: {stands}"
        )),
        Contesting::Overdue => Some(
            "mục này lại tính vào điểm / the item, out of the score while the decision is overdue, counts again"
                .to_owned(),
        ),
        _ => None,
    }
}
