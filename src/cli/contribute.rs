//! What members and subjects publish: `subject enrol`, `endorse`, `contest file`

use std::path::PathBuf;

use clap::Args;

use super::announced;
use super::aside::{Aside, Salt};
use super::case::Case;
use super::coded::unknown;
use super::grounds;
use super::identity;
use super::key_name::KeyName;
use super::named::{EventName, PartyName, SubjectName};
use super::output::tell;
use super::read::figure;
use super::signing::{Attaching, Signing, Statement};
use super::{owner, policies, written};
use crate::api::folded;
use crate::client::{Client, ClientError, random_subject};
use crate::clock::Clock;
use crate::demo::UTC_OFFSET_MIN;
use crate::dsse::EventId;
use crate::engines::Score;
use crate::event::{
    Body, Commitment, ContestFiled, EndorsementPublished, EventType, Grounds, GroupId, IdentityKey, PartyId,
    Relation, SubjectEnrolled, SubjectId, SubjectResumed, TopicId, ValueBand, naming, words,
};
use crate::rules::Reason;
use crate::time::Date;
use crate::vault::Attachment;

/// Reads a value of a closed list by the name it has in JSON, or by what it is called in words.
pub(super) fn named<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, String> {
    let of = |name: &str| serde_json::from_value::<T>(serde_json::Value::String(name.to_owned()));
    let Err(error) = of(name) else { return of(name).map_err(|error| error.to_string()) };
    // The list says itself what it holds: the names stand between backquotes, the one given first.
    let error = error.to_string();
    let listed: Vec<&str> = error.split('`').skip(1).step_by(2).filter(|one| *one != name).collect();
    let called = |one: &&&str| {
        let words = words::of_value(one);
        words.is_some_and(|words| [words.vi, words.en].iter().any(|word| folded(word) == folded(name)))
    };
    match listed.iter().find(called) {
        Some(one) => of(one).map_err(|error| error.to_string()),
        None => Err(format!(
            "it is one of {}",
            listed.iter().map(|one| in_words(one)).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn in_words(value: &str) -> String {
    words::of_value(value).map_or_else(|| value.to_owned(), |words| format!("{value} ({words})"))
}

/// Reads a field of work by its id.
pub(super) fn topic(text: &str) -> Result<TopicId, String> {
    text.parse().map_err(|_| {
        let meant = folded(text).replace(' ', "-");
        let meant = meant.parse::<TopicId>().map_or(String::new(), |id| format!(", perhaps {id}"));
        format!("a field is named by its id{meant}: `tinnhiem policy show` lists them")
    })
}

#[derive(Debug, Args)]
#[command(after_help = "The KOL makes its key itself (`tinnhiem key new kol.pem`), and hands over the
public half only (`tinnhiem key public kol.pem --pem > kol.pub`). It reads and
signs what the registrar wrote (`tinnhiem sign enrolment.json --key kol.pem`),
and the registrar sends it (`tinnhiem submit enrolment.json`).

Example:
  tinnhiem subject enrol --issuer vietreel --name 'Trần Bảo Ngân' \\
    --topic am-thuc --identity cccd.txt --identity-secret identity.secret \\
    --consent consent.pdf --subject-key kol.pub --key vietreel.pem \\
    --out enrolment.json")]
pub(super) struct Enrol {
    /// The registrar
    #[arg(long)]
    issuer: PartyName,
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
    #[arg(long = "topic", required = true, value_parser = topic)]
    topics: Vec<TopicId>,
    /// Who controls the subject, such as an agency; the subject alone unless given
    #[arg(long)]
    group: Option<GroupId>,
    /// A file with the identity number, however it is spaced; it is never sent
    #[arg(long)]
    identity: PathBuf,
    /// The file of the secret that all registrars of this ledger share, mode 0600 (`tinnhiem subject identity-secret`); it
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
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = match self.subject {
            Some(subject) => subject,
            None => random_subject()?,
        };
        self.publish(subject, |body| body.into()).await
    }

    /// The same for a subject that departed and comes back.
    pub(super) async fn resume(self) -> anyhow::Result<u8> {
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
        if self.signing.asks() {
            let client = self.signing.at.client();
            identity::check(&client, &self.identity_secret, IdentityKey::of(&secret)).await?;
            check_topics(&client, &self.topics).await?;
        }
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
            profile: profile.into(),
            consent: consent.into(),
            topics: self.topics,
            group: self.group.unwrap_or_else(|| GroupId::alone(&PartyId::from(subject))),
            key: key.public(),
        };
        let aside = vec![Aside::Salt(Salt { of: self.consent, commitment: consent, salt })];
        let issuer = self.signing.party(&self.issuer).await?;
        let statement = Statement::about(subject, issuer, event(body), attaching);
        let published = self.signing.publish(Statement { newcomers: vec![key], aside, ..statement }).await;
        if published.is_ok() {
            tell!("mã / id: {subject}");
        }
        published
    }
}

/// Refuses topics that the policy in force does not have, before anything is signed.
async fn check_topics(client: &Client, topics: &[TopicId]) -> anyhow::Result<()> {
    let policy = policies::version(client, None).await?.policy;
    let Some(unknown) = topics.iter().find(|topic| !policy.topics.contains_key(topic)) else { return Ok(()) };
    let known: Vec<String> = policy.topics.keys().map(ToString::to_string).collect();
    let what = format!("{unknown} is no topic of the policy, which has {}", known.join(", "));
    Err(owner::refused(422, Reason::SubjectTopics, &what))
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem endorse --issuer nhip-so --subject kol-0123456789abc \\
    --relation professional --topic giao-duc \\
    --statement 'Chúng tôi đã làm việc cùng.' --key nhip-so.pem")]
pub(super) struct Endorse {
    /// The endorser: an id, or the whole name
    #[arg(long)]
    issuer: PartyName,
    /// Whom it is about: an id, or the whole name
    #[arg(long)]
    subject: SubjectName,
    /// The tie between the two: none, professional, commercial, family_owner
    #[arg(long, value_parser = named::<Relation>)]
    relation: Relation,
    /// What a commercial tie is worth a year, in đồng: under_10m, under_100m, under_1b, from_1b
    #[arg(long, value_parser = named::<ValueBand>)]
    value_band: Option<ValueBand>,
    /// The field it speaks of: one of the KOL's (`tinnhiem score KOL` shows them)
    #[arg(long, value_parser = topic)]
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
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let today = match self.signing.asks() {
            true => self.signing.today().await?,
            // Of a ledger that is not asked the calendar is not known.
            false => Clock::system().now().date_at(UTC_OFFSET_MIN),
        };
        let body = EndorsementPublished {
            relation: self.relation,
            value_band: self.value_band,
            topic: self.topic,
            expires_on: self.expires_on.unwrap_or(today.plus_days(365)),
            statement: attaching.optional(self.statement)?.map(Into::into),
        };
        let issuer = self.signing.party(&self.issuer).await?;
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = grounds::EXPLAINED.to_owned() + "

The item stays in the score until the contest is decided, is marked as
contested, and a second figure without it stands beside the first; where the
decision is late, the item is out of the score until it comes. What the score
would be is said before you sign. `tinnhiem withdraw SEQ` takes the contest
back, by its entry.

Example:
  tinnhiem contest file --subject kol-0123456789abc --target 5f…e2 \\
    --grounds factual_error --statement 'Video có ghi nhãn.' \\
    --evidence nhan.png --key me.pem --receipt contest.tlog-proof")]
pub(super) struct Contest {
    /// The subject: you
    #[arg(long)]
    subject: SubjectName,
    /// The assessment or sanction: its seq (`tinnhiem me SUBJECT` shows it), or its event id
    #[arg(long)]
    target: EventName,
    /// factual_error, procedure, conflict_of_interest or disproportionate, as explained below
    #[arg(long, value_parser = named::<Grounds>)]
    grounds: Grounds,
    #[command(flatten)]
    case: Case,
    #[command(flatten)]
    signing: Signing,
}

impl Contest {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let (statement, evidence) =
            self.case.attach(&self.signing.at.client(), subject, &mut attaching).await?;
        let target = match self.signing.asks() {
            true => contestable(&self.signing.at.client(), subject, &self.target).await?,
            false => self.signing.event(&self.target).await?,
        };
        let remarks = match self.signing.asks() {
            true => if_upheld(&self.signing.at.client(), subject, target).await?,
            false => Vec::new(),
        };
        let body = ContestFiled {
            target,
            grounds: self.grounds,
            statement: statement.into(),
            evidence: evidence.into_iter().map(Into::into).collect(),
        };
        let statement = Statement::about(subject, PartyId::from(subject), body, attaching);
        self.signing.publish_knowing(statement, &remarks).await
    }
}

/// Whether the ledger answered that it has no such entry.
fn is_missing(error: &anyhow::Error) -> bool {
    error.downcast_ref().is_some_and(ClientError::is_missing)
}

/// The id of an item that can be contested: assessments and sanctions can.
///
/// # Errors
/// `target.unknown` for an entry of another kind, with what is done about that kind.
async fn contestable(client: &Client, subject: SubjectId, name: &EventName) -> anyhow::Result<EventId> {
    // Of an id that it does not have, the ledger says so itself.
    let row = match (name, name.entry(client).await) {
        (EventName::Id(id), Err(error)) if is_missing(&error) => return Ok(*id),
        (_, entry) => entry?.row,
    };
    if let Some(instead) = announced::answered(&row, subject) {
        return Err(unknown(Reason::TargetUnknown.code(), instead).into());
    }
    let seq = row.seq;
    let instead = match row.event_type() {
        None | Some(EventType::AssessmentPublished | EventType::SanctionImposed) => return Ok(row.id),
        Some(EventType::EndorsementPublished) => {
            format!(
                "its issuer, {}, withdraws or corrects it; where it hides paid work, the business declares that (`tinnhiem \
                 collaboration declare`) and it is void; else tell the council or an auditor",
                row.issuer
            )
        }
        Some(EventType::ContestDecided) => "a decision is appealed: `tinnhiem contest appeal`".to_owned(),
        Some(_) => "`tinnhiem me` lists what can be contested".to_owned(),
    };
    let detail = format!(
        "entry {seq} is {}: assessments and sanctions are contested, by the KOL whom they are about; {instead}",
        row.type_name
    );
    Err(unknown(Reason::TargetUnknown.code(), detail).into())
}

/// What the score would be if a contest of an item were upheld, or not decided in time, and a warning where that
/// would be less: silence works for nobody whose item helps.
async fn if_upheld(client: &Client, subject: SubjectId, item: EventId) -> anyhow::Result<Vec<String>> {
    let path = format!("/v1/subjects/{subject}/score");
    let now: Score = client.json(&path).await?;
    let then: Score = match client.json(&format!("{path}?without={item}")).await {
        Ok(then) => then,
        // The ledger says itself what cannot be contested.
        Err(ClientError::Refused { .. }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let (now, then) = (&now.figure, &then.figure);
    let mut remarks = vec![format!(
        "nếu được chấp nhận, điểm khoảng / if upheld, the score is about {} (nay / now {})",
        figure(then),
        figure(now)
    )];
    if policies::version(client, None).await?.policy.windows.decide.is_some() {
        let late = match then.score {
            Some(_) => figure(then),
            None => "không hiện, ghi rõ ai quá hạn / not shown, and it is said who is late".to_owned(),
        };
        remarks.push(format!(
            "nếu quá hạn mà chưa ai quyết định, mục ra khỏi điểm cho đến khi có quyết định, điểm khoảng / if nobody \
             decides in time, the item is out of the score until it is decided, which is then about {late}"
        ));
    }
    match (now.score, then.score) {
        (Some(now), Some(then)) if then < now => remarks.push(
            "CẢNH BÁO: như vậy là thấp hơn hiện nay, mục này đang có lợi cho điểm: thắng hay quá hạn đều làm giảm điểm / \
             WARNING: that is lower than now, for the item helps the score: to win and silence both lower it"
                .to_owned(),
        ),
        (Some(_), None) => remarks.push(
            "CẢNH BÁO: khi ấy không còn đủ dữ liệu để có điểm / WARNING: too little would be left for a score"
                .to_owned(),
        ),
        _ => {}
    }
    Ok(remarks)
}
