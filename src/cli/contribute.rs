//! What members and subjects publish: `enrol`, `assess`, `endorse`, `contest`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use zeroize::Zeroizing;

use super::signing::{Attaching, Signing, Statement};
use crate::client::random_subject;
use crate::clock::{Clock, Date};
use crate::dsse::EventId;
use crate::event::{
    AssessmentPublished, Commitment, ContestFiled, EndorsementPublished, Grounds, GroupId, IndicatorId,
    PartyId, Relation, SubjectEnrolled, SubjectId, TopicId, ValueBand,
};
use crate::vault::{Attachment, read_secret};

/// Reads a value of a closed list by the name it has in JSON.
pub fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).map_err(|error| error.to_string())
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem enrol --issuer vietreel --name 'Trần Bảo Ngân' --topic am-thuc --identity cccd.txt \\
    --identity-secret registrar.hex --consent consent.pdf --subject-key kol.pem --key vietreel.pem")]
pub struct Enrol {
    /// The registrar
    #[arg(long)]
    issuer: PartyId,
    /// The subject's id; a random one unless given
    #[arg(long)]
    subject: Option<SubjectId>,
    /// The public name
    #[arg(long)]
    name: String,
    /// A public handle; repeatable
    #[arg(long = "handle")]
    handles: Vec<String>,
    /// One to three fields; repeatable
    #[arg(long = "topic", required = true)]
    topics: Vec<TopicId>,
    /// Who controls the subject, such as an agency; the subject alone unless given
    #[arg(long)]
    group: Option<GroupId>,
    /// A file with the normalised identity number; it is never sent
    #[arg(long)]
    identity: PathBuf,
    /// A file with the registrar's 32-byte secret in hex, mode 0600; it keys the identity
    #[arg(long)]
    identity_secret: PathBuf,
    /// The signed consent; it stays with the registrar
    #[arg(long)]
    consent: PathBuf,
    /// The subject's private key, which signs too
    #[arg(long)]
    subject_key: PathBuf,
    #[command(flatten)]
    signing: Signing,
}

impl Enrol {
    pub async fn run(self) -> anyhow::Result<u8> {
        let subject = match self.subject {
            Some(subject) => subject,
            None => random_subject()?,
        };
        let key = read_secret(&self.subject_key)?;
        let secret = Zeroizing::new(std::fs::read_to_string(&self.identity_secret)?);
        let secret = blake3::Hash::from_hex(secret.trim())
            .map_err(|_| anyhow::anyhow!("{}: expected 64 hex digits", self.identity_secret.display()))?;
        let identity = Zeroizing::new(std::fs::read_to_string(&self.identity)?);
        let profile = serde_json::json!({"name": self.name, "handles": self.handles});
        let mut attaching = Attaching::default();
        let profile = attaching.push(Attachment {
            salt: crate::client::random_salt()?,
            media_type: "application/json".to_owned(),
            bytes: serde_json::to_vec(&profile)?,
        })?;
        let salt = crate::client::random_salt()?;
        let consent = Commitment::to(&salt, &std::fs::read(&self.consent)?);
        let body = SubjectEnrolled {
            identity: Commitment::to(secret.as_bytes(), identity.trim().as_bytes()),
            profile,
            consent,
            topics: self.topics,
            group: self.group.unwrap_or_else(|| GroupId::alone(&PartyId::from(subject))),
            key: key.public(),
        };
        eprintln!("{subject}; salt of the consent, to be kept with it: {}", hex(&salt));
        let statement = Statement::about(subject, self.issuer, body, attaching);
        self.signing.publish(Statement { newcomers: vec![key], ..statement }).await
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*bytes).to_hex().to_string()
}

/// `I4=2`, or `I4=-` for an indicator that does not apply.
#[derive(Debug, Clone)]
struct Grade(IndicatorId, Option<u16>);

impl FromStr for Grade {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (indicator, level) = text.split_once('=').ok_or("expected INDICATOR=LEVEL, such as I4=2")?;
        let level = match level {
            "-" => None,
            level => Some(level.parse().map_err(|_| format!("{level} is no level"))?),
        };
        Ok(Self(indicator.parse().map_err(|error| format!("{error}"))?, level))
    }
}

/// `I4=FILE`
#[derive(Debug, Clone)]
struct Evidence(IndicatorId, PathBuf);

impl FromStr for Evidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (indicator, path) = text.split_once('=').ok_or("expected INDICATOR=FILE")?;
        Ok(Self(indicator.parse().map_err(|error| format!("{error}"))?, path.into()))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem assess --issuer o1-minh-bach-so --subject kol-0123456789abc --policy 2 --grade I1=1 --grade I2=2 \\
    --evidence I2=capture.png --grade I3=- --observed-from 2026-10-01 --observed-until 2026-11-20 \\
    --valid-until 2027-06-01 --statement 'Xem ba video.' --key o1.pem")]
pub struct Assess {
    /// The assessor
    #[arg(long)]
    issuer: PartyId,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectId,
    /// The policy version in force
    #[arg(long)]
    policy: u32,
    /// INDICATOR=LEVEL, or INDICATOR=- where it does not apply; repeatable
    #[arg(long = "grade", required = true)]
    grades: Vec<Grade>,
    /// INDICATOR=FILE, attached; lowest and highest grades need one
    #[arg(long = "evidence")]
    evidence: Vec<Evidence>,
    /// First day of the conduct observed
    #[arg(long)]
    observed_from: Date,
    /// Last day of the conduct observed
    #[arg(long)]
    observed_until: Date,
    /// Last day on which it counts
    #[arg(long)]
    valid_until: Option<Date>,
    /// You have a conflict of interest: published, weighs nothing
    #[arg(long)]
    conflict: bool,
    /// You were paid by, or trade with, the subject or its group
    #[arg(long)]
    fee: bool,
    /// The reasoning
    #[arg(long)]
    statement: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Assess {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let mut evidence: BTreeMap<IndicatorId, Vec<Commitment>> = BTreeMap::new();
        for Evidence(indicator, path) in &self.evidence {
            evidence.entry(indicator.clone()).or_default().push(attaching.file(path)?);
        }
        let statement = self.statement.map(|text| attaching.text(&text)).transpose()?;
        let body = AssessmentPublished {
            policy: self.policy,
            grades: self.grades.into_iter().map(|Grade(indicator, level)| (indicator, level)).collect(),
            evidence,
            observed_from: self.observed_from,
            observed_until: self.observed_until,
            valid_until: self.valid_until,
            conflict: self.conflict,
            fee: self.fee,
            statement,
            notice: None,
        };
        self.signing.publish(Statement::about(self.subject, self.issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem endorse --issuer nhip-so --subject kol-0123456789abc --relation professional --topic giao-duc \\
    --statement 'Chúng tôi đã làm việc cùng.' --key nhip-so.pem")]
pub struct Endorse {
    /// The endorser
    #[arg(long)]
    issuer: PartyId,
    /// Whom it is about
    #[arg(long)]
    subject: SubjectId,
    /// The tie between the two: none, professional, commercial, family_owner
    #[arg(long, value_parser = named::<Relation>)]
    relation: Relation,
    /// What a commercial tie is worth a year, in đồng: under_10m, under_100m, under_1b, from_1b
    #[arg(long, value_parser = named::<ValueBand>)]
    value_band: Option<ValueBand>,
    /// The field it speaks of
    #[arg(long)]
    topic: TopicId,
    /// Last day on which it counts; a year from today unless given
    #[arg(long)]
    expires_on: Option<Date>,
    /// What you say
    #[arg(long)]
    statement: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Endorse {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let body = EndorsementPublished {
            relation: self.relation,
            value_band: self.value_band,
            topic: self.topic,
            expires_on: self.expires_on.unwrap_or_else(|| Clock::system().now().date_at(0).plus_days(365)),
            statement: self.statement.map(|text| attaching.text(&text)).transpose()?,
        };
        self.signing.publish(Statement::about(self.subject, self.issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest --subject kol-0123456789abc --target 5f…e2 --grounds factual_error \\
    --statement 'Video có ghi nhãn.' --key me.pem --receipt contest.tlog-proof")]
pub struct Contest {
    /// The subject: you
    #[arg(long)]
    subject: SubjectId,
    /// The event id of the assessment or sanction
    #[arg(long)]
    target: EventId,
    /// factual_error, procedure, conflict_of_interest, disproportionate
    #[arg(long, value_parser = named::<Grounds>)]
    grounds: Grounds,
    /// Your case
    #[arg(long)]
    statement: String,
    /// A file that your case rests on; repeatable
    #[arg(long = "evidence")]
    evidence: Vec<PathBuf>,
    #[command(flatten)]
    signing: Signing,
}

impl Contest {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let statement = attaching.text(&self.statement)?;
        let mut evidence = Vec::new();
        for path in &self.evidence {
            evidence.push(attaching.file(path)?);
        }
        let body = ContestFiled { target: self.target, grounds: self.grounds, statement, evidence };
        self.signing
            .publish(Statement::about(self.subject, PartyId::from(self.subject), body, attaching))
            .await
    }
}
