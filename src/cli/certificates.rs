//! `certify`, `certificate`, and certificates in people's words

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::coded::unknown;
use super::named::SubjectName;
use super::output::{self, say};
use super::signing::{At, Signing, Statement};
use super::written::Overwriting;
use crate::api::views::{LedgerView, MemberView};
use crate::clock::Clock;
use crate::engines::{CertificateStanding, Certified, Score};
use crate::event::{CertificateGranted, PartyId};
use crate::limits;
use crate::log::VerifierKey;
use crate::proof::{Credential, ScoreReceipt};
use crate::time::Date;
use crate::vault::read_secret;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem certify --subject kol-0123456789abc --key seat-1.pem \\
    --key seat-2.pem --key seat-3.pem
      states the score of today; other seats sign with `tinnhiem sign`")]
pub struct Certify {
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
    pub async fn run(self) -> anyhow::Result<u8> {
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
#[command(after_help = "Anyone may look at it; the council grants it with `tinnhiem certify`.

Examples:
  tinnhiem certificate kol-0123456789abc
  tinnhiem certificate kol-0123456789abc --out certificate.json \\
    --key operator.pem
      a W3C Verifiable Credential, which the operator signs")]
pub struct Certificate {
    /// The KOL: an id, or a name
    subject: SubjectName,
    /// Write it here as a Verifiable Credential, with the receipt of the score as its evidence
    #[arg(long, requires = "key")]
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
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let subject = self.subject.id(&client).await?;
        let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await?;
        let Some(certified) = &score.certificate else {
            let detail = format!("{subject} has no certificate: none was granted, or it was withdrawn");
            anyhow::bail!(unknown("certificate.unknown", detail));
        };
        let Some((out, key)) = self.out.as_deref().zip(self.key.as_deref()) else {
            if self.json {
                output::json(certified)?;
            } else {
                say!("{subject}");
                line(Some(certified));
            }
            return Ok(0);
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
             `tinnhiem commit-state` makes one",
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

/// How a certificate stands, for people.
pub fn told(one: &Certified) -> String {
    let (band, granted, last) = (one.band, one.granted_on, one.valid_until);
    let (vi, en) = match &one.standing {
        CertificateStanding::Valid => {
            (format!("hạng {band}, đến {last}"), format!("band {band}, until {last}"))
        }
        CertificateStanding::Suspended { until: Some(until), .. } => (
            format!("hạng {band}, tạm đình chỉ đến {until}"),
            format!("band {band}, suspended by a sanction until {until}"),
        ),
        CertificateStanding::Suspended { until: None, .. } => {
            (format!("hạng {band}, tạm đình chỉ"), format!("band {band}, suspended by a sanction"))
        }
        CertificateStanding::Ended { .. } => {
            ("mất hiệu lực do bị thu hồi tín nhiệm (S5)".to_owned(), "ended by a sanction S5".to_owned())
        }
        CertificateStanding::Lapsed => {
            (format!("hết hiệu lực từ sau {last}"), format!("lapsed after {last}"))
        }
    };
    format!("{vi}, cấp ngày {granted} / {en}, granted on {granted}")
}

/// The same as a line of its own, where there is one.
pub fn line(certificate: Option<&Certified>) {
    if let Some(one) = certificate {
        say!("chứng nhận tín nhiệm / certificate: {}", told(one));
    }
}
