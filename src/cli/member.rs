//! `member`, `members`: who belongs to the alliance, and how what they said has fared

use clap::Args;

use super::output::{self, say};
use super::signing::At;
use crate::api::views::{MemberList, MemberRecord, MemberView};
use crate::event::{Membership, PartyId, words};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member o5-tam-diem    how it stands, its overturn rate, agreement and workload")]
pub struct Member {
    /// The member's slug (`tinnhiem members` lists them)
    member: PartyId,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem members")]
pub struct Members {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Members {
    pub async fn run(self) -> anyhow::Result<u8> {
        let list: MemberList = self.at.client().json("/v1/members").await?;
        if self.json {
            output::json(&list)?;
            return Ok(0);
        }
        let rows = list.members.iter().map(|one| {
            let duties: Vec<String> = one.roles.iter().map(meant).collect();
            vec![
                one.member.to_string(),
                one.name.clone(),
                meant(&one.class),
                membership(one.membership).to_owned(),
                one.group.to_string(),
                duties.join(", "),
            ]
        });
        let head = [
            "mã / id",
            "tên / name",
            "loại / class",
            "tư cách / standing",
            "nhóm / group",
            "nhiệm vụ / duties",
        ];
        output::table(&head, &rows.collect::<Vec<_>>());
        let seats = list.council.iter().map(|seat| format!("{} {}", seat.seat, seat.member));
        let (seats, threshold) = (seats.collect::<Vec<_>>().join(", "), list.threshold);
        say!("Ban điều phối, cần {threshold} ghế ký / council, {threshold} seats sign: {seats}");
        Ok(0)
    }
}

/// A name of a closed list in words.
fn meant(value: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(value).unwrap_or_default();
    let name = name.as_str().unwrap_or_default();
    words::of_value(name).map_or(name.to_owned(), |words| words.to_string())
}

fn membership(membership: Membership) -> &'static str {
    match membership {
        Membership::Active => "hoạt động / active",
        Membership::Suspended => "bị đình chỉ / suspended",
        Membership::Removed => "đã bị loại / removed",
    }
}

impl Member {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        if self.member.is_council() {
            anyhow::bail!("the council is no member: `tinnhiem members` lists who holds its seats");
        }
        let view: MemberView = client.json(&format!("/v1/members/{}", self.member)).await?;
        let record: MemberRecord = client.json(&format!("/v1/members/{}/record", self.member)).await?;
        if self.json {
            let mut shown = serde_json::to_value(&view)?;
            shown["record"] = serde_json::to_value(&record)?;
            output::json(&shown)?;
            return Ok(0);
        }
        print_standing(&view);
        say!(
            "tính đến ngày {}, {} mục / as of {}, {} entries",
            record.as_of,
            record.size,
            record.as_of,
            record.size
        );
        print(&record);
        Ok(0)
    }
}

fn print_standing(view: &MemberView) {
    let member = &view.member;
    say!("{}  {}", member.member, member.name);
    say!("{}; {}", meant(&member.class), membership(member.membership));
    say!("nhóm kiểm soát / controller group: {}", member.group);
    for one in view.keys.iter().filter(|one| one.live && !one.seat) {
        say!("khóa / key: {}", one.key);
    }
    for role in &member.roles {
        say!("nhiệm vụ / role: {}", meant(role));
    }
    for one in view.accreditations.iter().filter(|one| one.stands) {
        let topics: Vec<String> = one.topics.iter().map(ToString::to_string).collect();
        let until = one.valid_until.map_or(String::new(), |last| format!(", đến / until {last}"));
        say!("công nhận / accredited: {} ({}){until}", topics.join(", "), one.class);
    }
    if member.class == crate::event::MemberClass::Assessor
        && !view.accreditations.iter().any(|one| one.stands)
    {
        say!("không còn công nhận nào / no accreditation stands");
    }
}

fn print(record: &MemberRecord) {
    let share = |permille: u64| format!("{}.{} %", permille / 10, permille % 10);
    let (said, endorsed) = (&record.assessments, &record.endorsements);
    if said.published > 0 {
        say!(
            "đánh giá / assessments: {} of {} subjects, {} in the last 30 days; {} in force, {} expired, {} replaced, {} withdrawn, {} struck",
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
            say!("báo trước / notified beforehand: {}, replied to {}", said.notified, said.replied);
        }
        let decided = said.upheld + said.partial + said.rejected;
        let overturned = match said.overturn_permille {
            Some(permille) => {
                format!("tỷ lệ bị hủy / overturn rate {} of {decided} ({})", said.upheld, share(permille))
            }
            None => "chưa khiếu nại nào được quyết định / no contest decided yet".to_owned(),
        };
        say!(
            "khiếu nại / contests: {} open, {} upheld, {} in part, {} rejected; {overturned}",
            said.contests_open,
            said.upheld,
            said.partial,
            said.rejected
        );
        let agreeing = said.agreement_permille.map_or("no grade counts".to_owned(), share);
        say!(
            "khớp trung vị / agrees with the median in {} of {} grades: {agreeing}",
            said.agreeing,
            said.grades
        );
    }
    if endorsed.published > 0 {
        say!(
            "bảo chứng / endorsements: {}; {} in force, {} expired, {} withdrawn, {} voided",
            endorsed.published,
            endorsed.in_force,
            endorsed.expired,
            endorsed.withdrawn,
            endorsed.voided
        );
    }
}
