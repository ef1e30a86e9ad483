//! Keys of parties and of the log: `key add`, `key rotate`, `key revoke`, `key rotate-log`

use anyhow::Context;
use clap::Args;

use super::coded::{here, unknown};
use super::contribute::named;
use super::key_name::{self, KeyName};
use super::key_state;
use super::moment;
use super::named::PartyName;
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::KeyStanding;
use crate::client::Client;
use crate::dsse::PublicKey;
use crate::event::{Body, KeyAdded, KeyRevoked, KeyRotated, LedgerKeyRotated, PartyId, RevocationCause};
use crate::rules::Reason;
use crate::time::Timestamp;

fn statement(issuer: PartyId, body: impl Into<Body>) -> Statement {
    let body = body.into();
    Statement {
        issuer,
        subject: None,
        body,
        attachments: Attaching::default(),
        newcomers: Vec::new(),
        aside: Vec::new(),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem key add --issuer vietreel --new second.pem --key vietreel.pem
Your key is lost, and no other of yours acts:
  1. make a new one, and say to the council, by another way, that it is yours
     (tinnhiem key new new.pem, then tinnhiem key public new.pem)
  2. the council brings it in with --owner (below) and --out FILE; you add your
     signature by the new key (tinnhiem sign), and it is sent (tinnhiem submit)
  3. it acts 14 days later; its first 30 days it does nothing that is final
  4. then the council ends the lost one: key revoke --cause lost; one that
     somebody may find it ends before step 2, at once, as compromised
Only key revoke --cause cancelled cancels it before, signed by a key of yours
that acts; nothing else that such a key signs does.
The council recovers a lost key:
  tinnhiem key add --issuer council --owner kol-0123456789abc --new new.pem \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct AddKey {
    /// Whose key it becomes; `council` to recover another's
    #[arg(long)]
    issuer: PartyName,
    /// Who lost its keys; for the council only
    #[arg(long)]
    owner: Option<PartyName>,
    /// The new key: its private file, which signs too; or its public file or hex, to sign later
    #[arg(long)]
    new: KeyName,
    #[command(flatten)]
    signing: Signing,
}

impl AddKey {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let new = self.new.read()?;
        let issuer = self.signing.party(&self.issuer).await?;
        let owner = match &self.owner {
            Some(owner) => Some(self.signing.party(owner).await?),
            None => None,
        };
        let body = KeyAdded { key: new.public(), owner };
        self.signing.publish(Statement { newcomers: vec![new], ..statement(issuer, body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem key rotate --issuer vietreel --new new.pem --key vietreel.pem")]
pub(super) struct RotateKey {
    /// Whose keys they are
    #[arg(long)]
    issuer: PartyName,
    /// The key that takes the place of the one given by --key: its private file, which signs too; or its public
    /// file or hex, to sign later
    #[arg(long)]
    new: KeyName,
    /// The key that ends, in hex or by its file; the one given by --key unless given
    #[arg(long, value_parser = key_name::public)]
    old: Option<PublicKey>,
    #[command(flatten)]
    signing: Signing,
}

impl RotateKey {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let new = self.new.read()?;
        let first = |keys: Vec<PublicKey>| keys.first().copied().context("give a key with --key");
        let old = self.old.map_or_else(|| first(self.signing.public_keys()?), Ok)?;
        let issuer = self.signing.party(&self.issuer).await?;
        if self.signing.asks() {
            not_both(&self.signing.at.client(), &issuer, &old, &new.public()).await?;
        }
        let body = KeyRotated { old, new: new.public() };
        self.signing.publish(Statement { newcomers: vec![new], ..statement(issuer, body) }).await
    }
}

/// Refuses to put a key that acts already in the place of another of its owner's: the other is ended instead.
async fn not_both(client: &Client, issuer: &PartyId, old: &PublicKey, new: &PublicKey) -> anyhow::Result<()> {
    let keys = key_state::all(client, issuer).await.unwrap_or_default();
    if keys.iter().any(|one| one.key == *new && one.live) {
        let detail = format!(
            "{new} is a key of {issuer} already, and stays one: end the other by itself, `tinnhiem key revoke --issuer {issuer} \
             --target {old} --cause retired --key OLD.pem`"
        );
        return Err(unknown(Reason::KeyTaken.code(), detail).into());
    }
    Ok(())
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
A key ends itself:
  tinnhiem key revoke --issuer vietreel --target 3f…9a --cause retired \\
    --key vietreel.pem
A live key ends a recovery that its owner did not ask for:
  tinnhiem key revoke --issuer vietreel --target 3f…9a --cause cancelled \\
    --key vietreel.pem
The council says since when a key was in other hands:
  tinnhiem key revoke --issuer council --target 3f…9a --cause compromised \\
    --invalid-from 2026-11-01T00:00:00.000Z --key seat-1.pem --key seat-2.pem \\
    --key seat-3.pem")]
pub(super) struct RevokeKey {
    /// Its owner, or `council`
    #[arg(long)]
    issuer: PartyName,
    /// The key that ends, in hex or by its file
    #[arg(long, value_parser = key_name::public)]
    target: PublicKey,
    /// What became of it: retired, lost, compromised, cancelled
    #[arg(long, value_parser = named::<RevocationCause>)]
    cause: RevocationCause,
    /// From when it was in other hands, such as 2026-11-28T18:00+07:00; for the council only, at most 90 days back
    #[arg(long, value_parser = moment::parse)]
    invalid_from: Option<Timestamp>,
    #[command(flatten)]
    signing: Signing,
}

impl RevokeKey {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let issuer = self.signing.party(&self.issuer).await?;
        if !issuer.is_council() && !self.is_cancelled(&issuer).await {
            self.by_itself(&issuer)?;
        }
        let body = KeyRevoked { key: self.target, cause: self.cause, invalid_from: self.invalid_from };
        let last = match self.signing.asks() && !issuer.is_council() {
            true => key_state::last(&self.signing.at.client(), &issuer, &self.target).await,
            false => None,
        };
        self.signing.publish_knowing(statement(issuer, body), last.as_slice()).await
    }
}

impl RevokeKey {
    /// Whether it is a recovery that waits, which any live key of its owner cancels; or may be one, where
    /// nobody tells.
    async fn is_cancelled(&self, issuer: &PartyId) -> bool {
        let keys = match self.cause == RevocationCause::Cancelled && self.signing.asks() {
            true => key_state::all(&self.signing.at.client(), issuer).await,
            false => return self.cause == RevocationCause::Cancelled,
        };
        let of = keys.and_then(|keys| keys.into_iter().find(|one| one.key == self.target));
        of.is_none_or(|one| one.state == KeyStanding::Waiting)
    }

    /// Another key of the owner's ends none: whoever stole it would end all the others.
    fn by_itself(&self, issuer: &PartyId) -> anyhow::Result<()> {
        let Some(other) = self.signing.public_keys()?.into_iter().find(|key| *key != self.target) else {
            return Ok(());
        };
        let detail = format!(
            "a key is ended by itself, by no other key of {issuer}: give its own private file with --key; where that is gone \
             or in other hands, it is ended by the council (`key revoke --issuer council`), to which you say since when: \
             `tinnhiem guide keys`. The key that was given is {other}"
        );
        Err(here(Reason::SignatureUnneeded.code(), detail).into())
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Put the new key into next-log-key.pem beside log-key.pem and start the ledger
anew first; it signs with it from this entry on. Later, while the ledger is
stopped, rename log-key.pem to log-key-former.pem, which backups from before
still need, and next-log-key.pem to log-key.pem. Example:
  tinnhiem key new my-ledger/next-log-key.pem
  tinnhiem key rotate-log --old my-ledger/log-key.pem \\
    --new my-ledger/next-log-key.pem --key seat-1.pem --key seat-2.pem \\
    --key seat-3.pem")]
pub(super) struct RotateLogKey {
    /// The log's present key: its private file, which signs too; or its public file or hex, to sign later
    #[arg(long)]
    old: KeyName,
    /// Its next key, likewise
    #[arg(long)]
    new: KeyName,
    #[command(flatten)]
    signing: Signing,
}

impl RotateLogKey {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (old, new) = (self.old.read()?, self.new.read()?);
        let body = LedgerKeyRotated { old: old.public(), new: new.public() };
        let newcomers = vec![old, new];
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}
