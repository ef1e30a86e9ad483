//! Who belongs to the alliance and runs the ledger: `suspend`, `reinstate`, `remove`, `reseat`, `hand-over`

use clap::Args;

use super::govern::MemberKey;
use super::signing::{Attaching, Signing, Statement};
use crate::event::{Body, Commitment, CouncilChanged, Operator, OperatorChanged, PartyId, Seat};

#[derive(Debug, Args)]
#[command(after_help = "Example (`reinstate` and `remove` take the same):
  tinnhiem suspend --member bao-moi --reason 'Chưa nộp báo cáo.' --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub struct Membership {
    /// The member
    #[arg(long)]
    member: PartyId,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

impl Membership {
    /// Publishes what becomes of the member.
    pub async fn run(self, body: impl FnOnce(PartyId, Option<Commitment>) -> Body) -> anyhow::Result<u8> {
        let mut attaching = Attaching::default();
        let reason = attaching.optional(self.reason)?;
        let statement = Statement::by_council(body(self.member, reason));
        self.signing.publish(Statement { attachments: attaching.0, ..statement }).await
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Every seat is named, those that stay by the public key they have. An event carries 8 signatures:
change a large council in steps. Example:
  tinnhiem reseat --seat bo-van-hoa=3f…9a --seat hoi-nha-bao=hoi-nha-bao.pem --threshold 2 \\
    --key bo-van-hoa.pem --out council.json"
)]
pub struct Reseat {
    /// A seat, MEMBER=KEYFILE for a new key, which signs too, or MEMBER=PUBLIC-KEY-HEX; repeatable, numbered in order
    #[arg(long = "seat", required = true)]
    seats: Vec<MemberKey>,
    /// How many seats of distinct controller groups must sign
    #[arg(long)]
    threshold: u8,
    #[command(flatten)]
    signing: Signing,
}

impl Reseat {
    pub async fn run(self) -> anyhow::Result<u8> {
        let (mut council, mut newcomers) = (Vec::new(), Vec::new());
        for (seat, named) in (1..).zip(&self.seats) {
            let (key, secret) = named.read()?;
            council.push(Seat { seat, member: named.member.clone(), key });
            newcomers.extend(secret);
        }
        let body = CouncilChanged { council, threshold: self.threshold };
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem hand-over --operator van-hanh-moi=van-hanh-moi.pem --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
pub struct HandOver {
    /// Who runs the ledger from now on, MEMBER=KEYFILE or MEMBER=PUBLIC-KEY-HEX; the key is a new one and signs too
    #[arg(long)]
    operator: MemberKey,
    #[command(flatten)]
    signing: Signing,
}

impl HandOver {
    pub async fn run(self) -> anyhow::Result<u8> {
        let (key, secret) = self.operator.read()?;
        let body = OperatorChanged { operator: Operator { member: self.operator.member, key } };
        let newcomers = secret.into_iter().collect();
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}
