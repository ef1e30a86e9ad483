//! What members and subjects publish: `enrol`, `endorse`, `contest`

use std::path::PathBuf;

use clap::Args;

use super::case::Case;
use super::identity;
use super::key_name::KeyName;
use super::named::{EventName, SubjectName};
use super::signing::{Attaching, Signing, Statement};
use super::written;
use crate::client::random_subject;
use crate::clock::{Clock, Date};
use crate::event::{
    Body, Commitment, ContestFiled, EndorsementPublished, Grounds, GroupId, IdentityKey, PartyId, Relation,
    SubjectEnrolled, SubjectId, SubjectResumed, TopicId, ValueBand, naming,
};
use crate::vault::Attachment;

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
    /// A file with the identity number, however it is spaced; it is never sent
    #[arg(long)]
    identity: PathBuf,
    /// The file of the secret that all registrars of this ledger share, mode 0600 (`tinnhiem identity-secret`); it
    /// keys the identity
    #[arg(long)]
    identity_secret: PathBuf,
    /// The signed consent; it stays with the registrar
    #[arg(long)]
    consent: PathBuf,
    /// The subject's key: its public file or hex, to sign later; or its private file, which signs too
    #[arg(long)]
    subject_key: KeyName,
    #[command(flatten)]
    signing: Signing,
}

impl Enrol {
    pub async fn run(self) -> anyhow::Result<u8> {
        let subject = match self.subject {
            Some(subject) => subject,
            None => random_subject()?,
        };
        self.publish(subject, |body| body.into()).await
    }

    /// The same for a subject that departed and comes back.
    pub async fn resume(self) -> anyhow::Result<u8> {
        let subject = self.subject.ok_or_else(|| anyhow::anyhow!("name with --subject who comes back"))?;
        let resumed = |body: SubjectEnrolled| {
            let SubjectEnrolled { identity, identity_key, profile, consent, topics, group, .. } = body;
            SubjectResumed { identity, identity_key, profile, consent, topics, group }.into()
        };
        self.publish(subject, resumed).await
    }

    async fn publish(
        self,
        subject: SubjectId,
        event: impl FnOnce(SubjectEnrolled) -> Body,
    ) -> anyhow::Result<u8> {
        let name = naming::check(&self.name);
        name.map_err(|unfit| anyhow::anyhow!("--name: {unfit}: give a name of 1 to 200 visible characters"))?;
        let key = self.subject_key.read()?;
        let secret = identity::secret(&self.identity_secret)?;
        let number = identity::number(&self.identity)?;
        let profile = serde_json::json!({"name": self.name, "handles": self.handles});
        let mut attaching = Attaching::default();
        let profile = attaching.push(Attachment {
            salt: crate::client::random_salt()?,
            media_type: "application/json".to_owned(),
            bytes: serde_json::to_vec(&profile)?,
        })?;
        let salt = crate::client::random_salt()?;
        let consent = Commitment::to(&salt, &written::read(&self.consent)?);
        let body = SubjectEnrolled {
            identity: Commitment::to(&secret, number.as_bytes()),
            identity_key: Some(IdentityKey::of(&secret)),
            profile,
            consent,
            topics: self.topics,
            group: self.group.unwrap_or_else(|| GroupId::alone(&PartyId::from(subject))),
            key: key.public(),
        };
        eprintln!("{subject}; salt of the consent, to be kept with it: {}", hex(&salt));
        let statement = Statement::about(subject, self.issuer, event(body), attaching);
        self.signing.publish(Statement { newcomers: vec![key], ..statement }).await
    }
}

fn hex(bytes: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*bytes).to_hex().to_string()
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
    subject: SubjectName,
    /// The tie between the two: none, professional, commercial, family_owner
    #[arg(long, value_parser = named::<Relation>)]
    relation: Relation,
    /// What a commercial tie is worth a year, in đồng: under_10m, under_100m, under_1b, from_1b
    #[arg(long, value_parser = named::<ValueBand>)]
    value_band: Option<ValueBand>,
    /// The field it speaks of: one of the subject's (`/v1/subjects/SUBJECT` lists them)
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
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let body = EndorsementPublished {
            relation: self.relation,
            value_band: self.value_band,
            topic: self.topic,
            expires_on: self.expires_on.unwrap_or_else(|| Clock::system().now().date_at(0).plus_days(365)),
            statement: attaching.optional(self.statement)?,
        };
        self.signing.publish(Statement::about(subject, self.issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem contest --subject kol-0123456789abc --target 5f…e2 --grounds factual_error \\
    --statement 'Video có ghi nhãn.' --key me.pem --receipt contest.tlog-proof")]
pub struct Contest {
    /// The subject: you
    #[arg(long)]
    subject: SubjectName,
    /// The assessment or sanction: its seq (`tinnhiem me SUBJECT` shows it), or its event id
    #[arg(long)]
    target: EventName,
    /// factual_error, procedure, conflict_of_interest, disproportionate
    #[arg(long, value_parser = named::<Grounds>)]
    grounds: Grounds,
    #[command(flatten)]
    case: Case,
    #[command(flatten)]
    signing: Signing,
}

impl Contest {
    pub async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let (statement, evidence) = self.case.attach(&mut attaching)?;
        let target = self.signing.event(&self.target).await?;
        let body = ContestFiled { target, grounds: self.grounds, statement, evidence };
        self.signing.publish(Statement::about(subject, PartyId::from(subject), body, attaching)).await
    }
}
