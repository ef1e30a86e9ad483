//! `member`: a member, and how what it said has fared

use clap::Args;

use super::output;
use super::signing::At;
use crate::api::views::{MemberRecord, MemberView};
use crate::event::PartyId;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member o5-tam-diem    its overturn rate, agreement and workload")]
pub struct Member {
    /// The member's slug
    member: PartyId,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Member {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let view: MemberView = client.json(&format!("/v1/members/{}", self.member)).await?;
        let record: MemberRecord = client.json(&format!("/v1/members/{}/record", self.member)).await?;
        if self.json {
            let mut shown = serde_json::to_value(&view)?;
            shown["record"] = serde_json::to_value(&record)?;
            output::json(&shown)?;
            return Ok(0);
        }
        let class = serde_json::to_value(view.member.class)?;
        println!("{}  {}  {}", view.member.member, view.member.name, class.as_str().unwrap_or_default());
        println!("as of {} at size {}", record.as_of, record.size);
        print(&record);
        Ok(0)
    }
}

fn print(record: &MemberRecord) {
    let share = |permille: Option<u64>| {
        permille.map_or("–".to_owned(), |permille| format!("{}.{} %", permille / 10, permille % 10))
    };
    let (said, endorsed) = (&record.assessments, &record.endorsements);
    if said.published > 0 {
        println!(
            "assessments: {} of {} subjects, {} in the last 30 days; {} in force, {} expired, {} replaced, {} withdrawn, {} struck",
            said.published,
            said.subjects,
            said.last_30_days,
            said.in_force,
            said.expired,
            said.replaced,
            said.withdrawn,
            said.struck
        );
        if said.notified > 0 {
            println!("notified beforehand: {}, replied to {}", said.notified, said.replied);
        }
        println!(
            "contests: {} open, {} upheld, {} in part, {} rejected; overturn rate {}",
            said.contests_open,
            said.upheld,
            said.partial,
            said.rejected,
            share(said.overturn_permille)
        );
        println!(
            "agrees with the median in {} of {} grades: {}",
            said.agreeing,
            said.grades,
            share(said.agreement_permille)
        );
    }
    if endorsed.published > 0 {
        println!(
            "endorsements: {}; {} in force, {} expired, {} withdrawn, {} voided",
            endorsed.published, endorsed.in_force, endorsed.expired, endorsed.withdrawn, endorsed.voided
        );
    }
}
