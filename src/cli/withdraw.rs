//! `withdraw`: taking back what one has said, and lifting a sanction

use clap::Args;

use super::signing::{Attaching, Signing, Statement};
use crate::api::views::EventView;
use crate::event::{
    AccreditationWithdrawn, AssessmentWithdrawn, Body, ContestWithdrawn, EndorsementWithdrawn, SanctionLifted,
};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem withdraw 334 --reason 'Không còn làm việc cùng.' --key nhip-so.pem")]
pub struct Withdraw {
    /// The assessment, endorsement, contest, accreditation or sanction: its seq or event id (see `log`)
    event: String,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Withdraw {
    pub async fn run(self) -> anyhow::Result<u8> {
        let EventView { row, .. } =
            self.signing.at.client().json(&format!("/v1/events/{}", self.event)).await?;
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let target = row.id;
        let body: Body = match row.type_name.as_str() {
            "assessment.published" => AssessmentWithdrawn { target, reason }.into(),
            "endorsement.published" => EndorsementWithdrawn { target, reason }.into(),
            "contest.filed" => ContestWithdrawn { contest: target, reason }.into(),
            "accreditation.granted" => AccreditationWithdrawn { target, reason }.into(),
            "sanction.imposed" => SanctionLifted { target, reason }.into(),
            other => anyhow::bail!(
                "entry {} is {other}, which is not withdrawn: an assessment, endorsement, contest, accreditation \
                 or sanction is; `unlink`, `end-collaboration` and `correct` end other things",
                row.seq
            ),
        };
        let (subject, issuer) = (row.subject, row.issuer);
        let attachments = attaching.0;
        self.signing.publish(Statement { issuer, subject, body, attachments, newcomers: Vec::new() }).await
    }
}
