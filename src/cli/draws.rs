//! Drawing panels: `draw commit`, `draw reveal`, `draw repeat`

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::aside::Aside;
use super::named::{EventName, PartyName};
use super::output::{self, say};
use super::signing::{At, Attaching, Signing, Statement};
use crate::api::draws;
use crate::api::views::{BroughtView, Chains, DrawnView, EventView};
use crate::client::chain_value;
use crate::clock::Clock;
use crate::dsse::SecretKey;
use crate::event::{DrawCommitted, DrawRevealed, words};
use crate::ledger::{Ledger, Setup};
use crate::limits;
use crate::vault::{KeyFileError, read_secret};

#[derive(Debug, Args)]
#[command(after_help = "The secret is a new key file, needed for every contest to come: keep it as you
keep a key. Example:
  tinnhiem draw commit --issuer bach-tin --secret draw.pem --length 10000 \\
    --key bach-tin.pem")]
pub(super) struct CommitDraw {
    /// The operator, or an auditor
    #[arg(long)]
    issuer: PartyName,
    /// Where to write the secret from which the chain is made; the file must not exist
    #[arg(long)]
    secret: PathBuf,
    /// For how many contests and appeals it serves
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::DRAW_LENGTH)))]
    length: u32,
    #[command(flatten)]
    signing: Signing,
}

impl CommitDraw {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let issuer = self.signing.party(&self.issuer).await?;
        if self.secret.exists() {
            return Err(KeyFileError::Exists(self.secret).into());
        }
        let secret = SecretKey::generate()?;
        let body = DrawCommitted { tip: chain_value(&secret, self.length), length: self.length };
        let aside = vec![Aside::Secret(self.secret, secret)];
        self.signing.publish(Statement { issuer, aside, ..Statement::by_council(body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Reveals for the first filing that waits for a value of the issuer. Example:
  tinnhiem draw reveal --issuer bach-tin --secret draw.pem --key bach-tin.pem")]
pub(super) struct RevealDraw {
    /// The operator, or the auditor
    #[arg(long)]
    issuer: PartyName,
    /// The secret that `draw commit` wrote
    #[arg(long)]
    secret: PathBuf,
    /// The `contest.filed` or `appeal.filed` event; the one whose turn it is unless given
    #[arg(long)]
    filing: Option<EventName>,
    #[command(flatten)]
    signing: Signing,
}

impl RevealDraw {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let secret = read_secret(&self.secret)?;
        let client = self.signing.at.client();
        let issuer = self.signing.party(&self.issuer).await?;
        let chains: Chains = client.json("/v1/draws").await?;
        let own = [chains.operator, chains.auditor].into_iter().flatten().find(|one| one.holder == issuer);
        let own = own.with_context(|| format!("{} has committed to no chain", issuer))?;
        let filing = match &self.filing {
            Some(filing) => Some(self.signing.event(filing).await?),
            None => own.due_for,
        };
        let filing = filing.context("no contest waits for a value")?;
        let left = own.left.checked_sub(1).context("the chain is at its end: use `tinnhiem draw commit`")?;
        let value = chain_value(&secret, left);
        if value.next() != own.last {
            anyhow::bail!("{} is not the secret of this chain", self.secret.display());
        }
        let filed: EventView = client.json(&format!("/v1/events/{filing}")).await?;
        let subject = filed.row.subject.context("this event is about nobody")?;
        let body = DrawRevealed { filing, value };
        self.signing.publish(Statement::about(subject, issuer, body, Attaching::default())).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem draw repeat 5f…e2
  tinnhiem draw repeat 5f…e2 --data my-copy
      draws again from a data directory, believing nobody")]
pub(super) struct Draw {
    /// The `contest.filed` event: its seq, or its id
    contest: EventName,
    /// Draw in this data directory, which no server runs on
    #[arg(long)]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Draw {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let drawn = match &self.data {
            Some(data) => self.in_directory(data)?,
            None => {
                let client = self.at.client();
                client.json(&format!("/v1/contests/{}/draw", self.contest.id(&client).await?)).await?
            }
        };
        if self.json {
            output::json(&drawn)?;
            return Ok(0);
        }
        say!("draw of {}, pool at size {}", drawn.draw.filing, drawn.draw.size);
        say!("operator: {}", brought(&drawn.draw.operator));
        say!("auditor:  {}", brought(&drawn.draw.auditor));
        let Some(seed) = &drawn.seed else {
            say!("nothing is drawn before both values are there, or {} has passed", drawn.draw.reveal_by);
            return Ok(0);
        };
        say!("seed:     {seed}\n");
        for (place, name) in (1..).zip(&drawn.order) {
            let note = match () {
                () if drawn.sit.contains(name) => "  sits",
                () if drawn.challenged.as_ref() == Some(name) => "  challenged",
                () => "",
            };
            say!("{place:>4}  {name}{note}");
        }
        if drawn.sit.len() < usize::from(drawn.seats) {
            say!("the council appoints {} more", usize::from(drawn.seats) - drawn.sit.len());
        }
        Ok(0)
    }

    fn in_directory(&self, data: &Path) -> anyhow::Result<DrawnView> {
        let ledger = Ledger::open(Setup::at(data, Clock::system())?)?;
        let state = &ledger.snapshot().state;
        let today = ledger.today().max(state.date_of(state.last_at()));
        let seq = match &self.contest {
            EventName::Id(id) => state.index().seq(id),
            EventName::Seq(seq) => Some(*seq),
            EventName::Start(_) => None,
        };
        let drawn = seq.and_then(|seq| draws::drawn(state, seq, today));
        ledger.close();
        drawn.context("there is no such contest here, or it has no panel to draw")
    }
}

fn brought(view: &BroughtView) -> String {
    let value = view.value.map_or(String::new(), |value| format!("{value}  "));
    format!("{value}{}", words::name_of(&view.status))
}
