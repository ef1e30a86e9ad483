//! Who belongs to the alliance, assesses and runs the ledger: `member update`, `member accredit`, `member suspend`, `member reinstate`,
//! `member remove`, `council reseat`, `council hand-over`

use clap::Args;

use super::contribute::{named, topic};
use super::key_name::MemberKey;
use super::named::PartyName;
use super::signing::{Attaching, Signing, Statement};
use crate::api::views::{MemberList, MemberView};
use crate::event::{
    AccreditationGranted, Body, ClassId, Commitment, CouncilChanged, GroupId, MemberClass, MemberUpdated,
    Operator, OperatorChanged, PartyId, Role, Seat, TopicId,
};
use crate::time::Date;
use crate::vault::NamedKey;

#[derive(Debug, Args)]
#[command(after_help = "Example (`member reinstate` and `member remove` take the same):
  tinnhiem member suspend --member bao-moi --reason 'Chưa nộp báo cáo.' \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct Membership {
    /// The member
    #[arg(long)]
    member: PartyName,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Membership {
    /// Publishes what becomes of the member.
    pub(super) async fn run(
        self,
        body: impl FnOnce(PartyId, Option<Commitment>) -> Body,
    ) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let member = self.signing.party(&self.member).await?;
        let statement = Statement::by_council(body(member, reason));
        self.signing.publish(Statement { attachments: attaching, ..statement }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Every seat is named, those that stay by the public key they have. An event
carries 8 signatures: change a large council in steps. Example:
  tinnhiem council reseat --seat bo-van-hoa=3f…9a \\
    --seat hoi-nha-bao=hoi-nha-bao.pem --threshold 2 --key bo-van-hoa.pem \\
    --out council.json")]
pub(super) struct Reseat {
    /// A seat, MEMBER=KEY, repeatable, numbered in order; a new key by its private file, which signs too, or its
    /// public file or hex, to sign later
    #[arg(long = "seat", required = true)]
    seats: Vec<MemberKey>,
    /// How many seats of distinct controller groups must sign
    #[arg(long)]
    threshold: u8,
    #[command(flatten)]
    signing: Signing,
}

impl Reseat {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let (mut council, mut newcomers) = (Vec::new(), Vec::new());
        for (seat, named) in (1..).zip(&self.seats) {
            let key = named.read()?;
            council.push(Seat { seat, member: named.member.clone(), key: key.public() });
            newcomers.push(key);
        }
        if self.signing.asks() {
            let list: MemberList = self.signing.at.client().json("/v1/members").await?;
            let sits = |key: &NamedKey| list.council.iter().any(|seat| seat.key == key.public());
            newcomers.retain(|key| matches!(key, NamedKey::Secret(_)) || !sits(key));
        }
        let body = CouncilChanged { council, threshold: self.threshold };
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem council hand-over --operator van-hanh-moi=van-hanh-moi.pem \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct HandOver {
    /// Who runs the ledger from now on, MEMBER=KEY; the key is a new one and signs too: give its private file, or its
    /// public file or hex, to sign later
    #[arg(long)]
    operator: MemberKey,
    #[command(flatten)]
    signing: Signing,
}

impl HandOver {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let key = self.operator.read()?;
        let operator = Operator { member: self.operator.member, key: key.public() };
        let (body, newcomers) = (OperatorChanged { operator }, vec![key]);
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member accredit --assessor o6-moi --topic am-thuc --topic my-pham \\
    --class independent --valid-until 2027-12-31 --key seat-1.pem \\
    --key seat-2.pem --key seat-3.pem")]
pub(super) struct Accredit {
    /// The member that may assess
    #[arg(long)]
    assessor: PartyName,
    /// A field (`tinnhiem policy show` lists them); repeatable
    #[arg(long = "topic", required = true, value_parser = topic)]
    topics: Vec<TopicId>,
    /// The class whose weight the policy sets, such as independent
    #[arg(long)]
    class: ClassId,
    /// The last day on which it may publish assessments; until withdrawn unless given
    #[arg(long)]
    valid_until: Option<Date>,
    #[command(flatten)]
    signing: Signing,
}

impl Accredit {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let assessor = self.signing.party(&self.assessor).await?;
        let mut remarks = Vec::new();
        if self.signing.asks() {
            let view: MemberView = self.signing.at.client().json(&format!("/v1/members/{assessor}")).await?;
            remarks.extend(view.accreditations.iter().filter(|one| one.stands).map(|one| {
                let topics: Vec<String> = one.topics.iter().map(ToString::to_string).collect();
                let (topics, class) = (topics.join(", "), &one.class);
                format!("thay công nhận đang có / replaces the one that stands: {topics} ({class})")
            }));
        }
        let Self { topics, class, valid_until, signing, .. } = self;
        let body = AccreditationGranted { assessor, topics, class, valid_until };
        signing.publish_knowing(Statement::by_council(body), &remarks).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member update --member bao-moi --name 'Báo Mới' \\
    --group tap-doan-moi --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub(super) struct Update {
    /// The member
    #[arg(long)]
    member: PartyName,
    /// Its new kind: state_agency, platform, business, press, assessor, auditor
    #[arg(long, value_parser = named::<MemberClass>)]
    class: Option<MemberClass>,
    /// Who controls it now
    #[arg(long)]
    group: Option<GroupId>,
    /// Its new name
    #[arg(long)]
    name: Option<String>,
    /// Its duties from now on: registrar, or nothing for none
    #[arg(long, num_args = 0.., value_parser = named::<Role>)]
    roles: Option<Vec<Role>>,
    #[command(flatten)]
    signing: Signing,
}

impl Update {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let member = self.signing.party(&self.member).await?;
        let Self { class, group, name, roles, signing, .. } = self;
        signing.publish(Statement::by_council(MemberUpdated { member, class, group, name, roles })).await
    }
}
