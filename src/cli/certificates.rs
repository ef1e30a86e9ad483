//! `certificate grant`, `certificate show`, and certificates in people's words

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::certified;
pub(super) use super::certified::{line, none, outlook, told};
use super::coded::{here, unknown};
use super::named::SubjectName;
use super::output::{self, say};
use super::read::names;
use super::signing::{At, Signing, Statement};
use super::written::Overwriting;
use crate::api::views::{LedgerView, MemberView};
use crate::clock::Clock;
use crate::engines::{CertificateStanding, Score};
use crate::event::{CertificateGranted, PartyId};
use crate::limits;
use crate::log::VerifierKey;
use crate::proof::{Credential, ScoreReceipt};
use crate::rules::Reason;
use crate::time::Date;
use crate::vault::read_secret;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem certificate grant --subject kol-0123456789abc --key seat-1.pem \\
    --key seat-2.pem --key seat-3.pem
      states the score of today; other seats sign with `tinnhiem sign`")]
pub(super) struct Certify {
    /// The KOL
    #[arg(long)]
    subject: SubjectName,
    /// The day that the score is read on, at most 7 days back; today unless given
    #[arg(long)]
    as_of: Option<Date>,
    /// The last day; twelve months ahead unless given
    #[arg(long)]
    valid_until: Option<Date>,
    #[command(flatten)]
    signing: Signing,
}

impl Certify {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.signing.at.client();
        let subject = self.signing.subject(&self.subject).await?;
        let today = client.json::<LedgerView>("/v1/ledger").await?.today;
        let as_of = self.as_of.unwrap_or(today);
        let score: Score = client.json(&format!("/v1/subjects/{subject}/score?as_of={as_of}")).await?;
        let (Some(stated), Some(band)) = (score.figure.score, score.figure.band) else {
            anyhow::bail!("no score of {subject} is shown on {as_of}: a certificate states one");
        };
        let body = CertificateGranted {
            policy: score.policy,
            band,
            score: stated,
            as_of,
            valid_until: self.valid_until.unwrap_or(today.plus_days(limits::CERTIFICATE_DAYS)),
        };
        let remarks = score
            .certificate
            .as_ref()
            .map(|one| format!("thay chứng nhận đang có / replaces the one that stands: {}", told(one)));
        let statement = Statement::about(subject, PartyId::council(), body, Default::default());
        self.signing.publish_knowing(statement, remarks.as_slice()).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Anyone may look at it; the council grants it with `tinnhiem certificate grant`.

Examples:
  tinnhiem certificate show kol-0123456789abc
  tinnhiem certificate show kol-0123456789abc --out certificate.json \\
    --key operator.pem
      a W3C Verifiable Credential, which the operator signs")]
pub(super) struct Certificate {
    /// The KOL: an id, or a name
    subject: SubjectName,
    /// Write it here as a Verifiable Credential, with the receipt of the score as its evidence; the operator signs it
    #[arg(long)]
    out: Option<PathBuf>,
    /// The operator's private key
    #[arg(long, requires = "out")]
    key: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Certificate {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let subject = self.subject.id(&client).await?;
        let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await?;
        let Some(certified) = &score.certificate else {
            let why = certified::why_none(&client, subject).await?;
            let next = certified::next(&client).await?;
            let met = certified::conditions(&client, &score).await?;
            let met = met.map_or(String::new(), |met| format!(". {met}"));
            anyhow::bail!(unknown(
                "certificate.unknown",
                format!("{subject} has no certificate: {why}. {next}{met}")
            ));
        };
        let Some(out) = self.out.as_deref() else {
            if self.json {
                output::json(certified)?;
            } else {
                let name = names(&client, [subject]).await.remove(&subject).unwrap_or_default();
                say!("{subject}  {name}");
                line(&score);
                for line in outlook(&client, Some(certified)).await? {
                    say!("  {line}");
                }
            }
            return Ok(0);
        };
        let Some(key) = self.key.as_deref() else {
            let ledger: LedgerView = client.json("/v1/ledger").await?;
            let detail = format!(
                "a credential is signed by the operator of the ledger, {operator}: ask it for one (it runs `tinnhiem \
                 certificate {subject} --out certificate.json --key ITS-KEY.pem`). What proves the certificate and the \
                 score without it you take yourself: `tinnhiem score {subject} --receipt score.json`",
                operator = ledger.operator
            );
            anyhow::bail!(here(Reason::SignatureMissing.code(), detail));
        };
        anyhow::ensure!(
            certified.standing == CertificateStanding::Valid,
            "the certificate does not stand: {}",
            told(certified)
        );
        let out = self.overwriting.file(out)?;
        let key = read_secret(key)?;
        let ledger: LedgerView = client.json("/v1/ledger").await?;
        let operator: MemberView = client.json(&format!("/v1/members/{}", ledger.operator)).await?;
        anyhow::ensure!(
            operator.keys.iter().any(|one| one.live && one.key == key.public()),
            "that key is not the operator's: {} signs credentials with a live key of its own",
            ledger.operator
        );
        let receipt =
            client.bytes(&format!("/v1/subjects/{subject}/receipt"), limits::SCORE_RECEIPT_BYTES).await?;
        // A commitment from before a rotation is proven under the key of then; read after it, none is missing.
        let keys: LedgerView = client.json("/v1/ledger").await?;
        let keys = keys.former_vkeys.iter().map(|one| &one.vkey).chain([&keys.log_vkey]);
        let keys: Vec<VerifierKey> = keys.filter_map(|key| key.parse().ok()).collect();
        let parsed = ScoreReceipt::parse(&receipt)?;
        let proven = keys.iter().rev().map(|key| parsed.verify(key, None)).reduce(Result::or);
        let proven = proven.context("the ledger names no key of its log")??;
        let proves = proven.score.certificate.as_ref().is_some_and(|one| one.event == certified.event);
        anyhow::ensure!(
            proves,
            "the newest commitment, of {}, is older than the certificate: ask again after the next, or \
             `tinnhiem state commit` makes one",
            proven.committed.date
        );
        let credential = Credential {
            origin: &ledger.origin,
            utc_offset_min: ledger.utc_offset_min,
            subject,
            certified,
            receipt: &receipt,
            at: Clock::system().now(),
        };
        let path = out.path();
        out.write(credential.signed(&key))?;
        say!("written to {}: {}", path.display(), told(certified));
        Ok(0)
    }
}
