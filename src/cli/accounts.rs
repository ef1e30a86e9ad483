//! A subject's own accounts on platforms: `subject link`

use clap::Args;

use super::named::{PartyName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use crate::event::{AccountLinked, PlatformId};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem subject link --issuer vietreel --subject kol-0123456789abc \\
    --platform vietreel --account @bao-ngan --key vietreel.pem --key kol.pem")]
pub(super) struct Link {
    /// The registrar, who checked it
    #[arg(long)]
    issuer: PartyName,
    /// Whose account it is, and who signs too
    #[arg(long)]
    subject: SubjectName,
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
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let account = attaching.text(&self.account)?;
        let body = AccountLinked { platform: self.platform, account: account.into() };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}
