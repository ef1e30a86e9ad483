//! Who belongs to the alliance: `suspend`, `reinstate`, `remove`

use clap::Args;

use super::signing::{Attaching, Signing, Statement};
use crate::event::{Body, Commitment, PartyId};

#[derive(Debug, Args)]
#[command(after_help = "Example (`reinstate` and `remove` take the same):
  tinnhiem suspend --member bao-moi --reason 'Chưa nộp báo cáo.' --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub struct Membership {
    /// The member
    #[arg(long)]
    member: PartyId,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Membership {
    /// Publishes what becomes of the member.
    pub async fn run(self, body: impl FnOnce(PartyId, Option<Commitment>) -> Body) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let reason = self.reason.map(|text| attaching.text(&text)).transpose()?;
        let statement = Statement::by_council(body(self.member, reason));
        self.signing.publish(Statement { attachments: attaching.0, ..statement }).await
    }
}
