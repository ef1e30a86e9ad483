//! A subject's own accounts on platforms: `link`, `unlink`

use clap::Args;

use super::signing::{Attaching, Signing, Statement};
use crate::dsse::EventId;
use crate::event::{AccountLinked, AccountUnlinked, PartyId, PlatformId, SubjectId};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem link --issuer vietreel --subject kol-0123456789abc --platform vietreel --account @bao-ngan \\
    --key vietreel.pem --key kol.pem")]
pub struct Link {
    /// The registrar, who checked it
    #[arg(long)]
    issuer: PartyId,
    /// Whose account it is, and who signs too
    #[arg(long)]
    subject: SubjectId,
    /// The platform
    #[arg(long)]
    platform: PlatformId,
    /// The account's handle or address; attached, and so erasable
    #[arg(long)]
    account: String,
    #[command(flatten)]
    signing: Signing,
}

impl Link {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let account = attaching.text(&self.account)?;
        let body = AccountLinked { platform: self.platform, account };
        self.signing.publish(Statement::about(self.subject, self.issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem unlink --issuer vietreel --subject kol-0123456789abc --target 5f…e2 --key vietreel.pem --key kol.pem")]
pub struct Unlink {
    /// A registrar
    #[arg(long)]
    issuer: PartyId,
    /// Whose account it was, and who signs too
    #[arg(long)]
    subject: SubjectId,
    /// The `account.linked` event
    #[arg(long)]
    target: EventId,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Unlink {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let reason = self.reason.map(|text| attaching.text(&text)).transpose()?;
        let body = AccountUnlinked { target: self.target, reason };
        self.signing.publish(Statement::about(self.subject, self.issuer, body, attaching)).await
    }
}
