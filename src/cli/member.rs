//! `member show`, `member list`: who belongs to the alliance, and how what they said has fared

use clap::Args;

use super::fates;
use super::gist::Gists;
use super::key_state;
use super::log::Listed;
use super::named::PartyName;
use super::output::{self, say};
use super::read::names;
use super::signing::At;
use super::withheld;
use crate::api::views::{EventRow, LedgerView, MemberList, MemberRecord, MemberView};
use crate::client::Client;
use crate::event::{EventType, MemberClass, Membership, words};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member show o5-tam-diem
      how it stands, its overturn rate, agreement and workload
  tinnhiem member show 'Báo Nhịp Số'
      and what it said: what is in force, until when, and what is not")]
pub(super) struct Member {
    /// The member: its id, or its name (`tinnhiem member list` lists them)
    member: PartyName,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member list")]
pub(super) struct Members {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Members {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let list: MemberList = self.at.client().json("/v1/members").await?;
        if self.json {
            output::json(&list)?;
            return Ok(0);
        }
        let rows = list.members.iter().map(|one| {
            let duties: Vec<String> = one.roles.iter().map(words::meant).collect();
            vec![
                one.member.to_string(),
                one.name.clone(),
                words::meant(&one.class),
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

fn membership(membership: Membership) -> &'static str {
    match membership {
        Membership::Active => "hoạt động / active",
        Membership::Suspended => "bị đình chỉ / suspended",
        Membership::Removed => "đã bị loại / removed",
    }
}

impl Member {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let member = self.member.id(&client).await?;
        if let Some(subject) = member.as_subject() {
            anyhow::bail!("{subject} is a KOL, no member: `tinnhiem me {subject}` shows it, and its keys");
        }
        if member.is_council() {
            anyhow::bail!("the council is no member: `tinnhiem member list` lists who holds its seats");
        }
        let view: MemberView = client.json(&format!("/v1/members/{member}")).await?;
        let record: MemberRecord = client.json(&format!("/v1/members/{member}/record")).await?;
        let said = said(&client, &view, &record).await?;
        if self.json {
            let mut shown = serde_json::to_value(&view)?;
            shown["record"] = serde_json::to_value(&record)?;
            shown["said"] = serde_json::to_value(&said)?;
            output::json(&shown)?;
            return Ok(0);
        }
        let ledger: LedgerView = client.json("/v1/ledger").await?;
        print_standing(&client, &view, &ledger).await;
        say!(
            "tính đến ngày {}, {} mục / as of {}, {} entries",
            record.as_of,
            record.size,
            record.as_of,
            record.size
        );
        print(&record);
        print_said(&client, &said).await;
        Ok(0)
    }
}

/// How many of the newest of each kind are listed.
const LISTED: usize = 20;

/// The newest that a member said, of each kind that it says, with what became of it.
async fn said(client: &Client, view: &MemberView, record: &MemberRecord) -> anyhow::Result<Vec<EventRow>> {
    let kinds = [
        (EventType::EndorsementPublished, record.endorsements.published > 0),
        (EventType::AssessmentPublished, record.assessments.published > 0),
        (EventType::CollaborationDeclared, view.member.class == MemberClass::Business),
        (EventType::DecisionRecorded, view.member.class == MemberClass::StateAgency),
    ];
    let mut said = Vec::new();
    for (of, _) in kinds.into_iter().filter(|(_, says)| *says) {
        let (issuer, type_name) = (Some(view.member.member.clone()), Some(of.name().to_owned()));
        let listed = Listed { subject: None, issuer, type_name };
        let mut rows = listed.newest(client, LISTED).await?.events;
        let mut fates = fates::of(client, &rows.iter().map(|row| row.seq).collect::<Vec<_>>()).await?;
        rows.iter_mut().for_each(|row| row.fate = fates.remove(&row.seq));
        // What is in force comes first, the newest before others.
        rows.sort_by_key(|row| {
            (!row.fate.as_ref().is_some_and(fates::is_in_force), std::cmp::Reverse(row.seq))
        });
        said.append(&mut rows);
    }
    Ok(said)
}

/// Prints what was said, kind by kind: about whom, what, until when, and how it stands.
async fn print_said(client: &Client, said: &[EventRow]) {
    let about = names(client, said.iter().filter_map(|row| row.subject)).await;
    let gists = Gists::fetch(client, said.iter().map(|row| row.id)).await;
    let stolen = withheld::marks(client, gists.entries()).await;
    for kind in said.chunk_by(|one, next| one.type_name == next.type_name) {
        let what = kind.first().map(|row| row.type_name.as_str()).unwrap_or_default();
        let what = words::of_type(what).map_or(what.to_owned(), |words| words.done());
        let newest = if kind.len() == LISTED {
            format!(" ({LISTED} mục mới nhất / the newest)")
        } else {
            String::new()
        };
        say!("\n{what}{newest}");
        let row = |row: &EventRow| {
            let subject = row.subject.map(|subject| subject.to_string()).unwrap_or_default();
            let name = row.subject.and_then(|subject| about.get(&subject).cloned()).unwrap_or_default();
            vec![
                row.seq.to_string(),
                subject,
                name,
                gists.of(&row.id),
                gists.until(&row.id).map_or("–".to_owned(), |day| day.to_string()),
                row.fate
                    .as_ref()
                    .map(fates::cell)
                    .into_iter()
                    .chain(stolen.get(&row.seq).cloned())
                    .collect::<Vec<_>>()
                    .join("; "),
            ]
        };
        let head = [
            "mục / seq",
            "về / about",
            "tên / name",
            "nội dung / content",
            "đến / until",
            "tình trạng / state",
        ];
        output::table(&head, &kind.iter().map(row).collect::<Vec<_>>());
    }
}

async fn print_standing(client: &Client, view: &MemberView, ledger: &LedgerView) {
    let member = &view.member;
    say!("{}  {}", member.member, member.name);
    say!("{}; {}", words::meant(&member.class), membership(member.membership));
    say!("nhóm kiểm soát / controller group: {}", member.group);
    let (live, ended): (Vec<_>, Vec<_>) = view.keys.iter().filter(|one| !one.seat).partition(|one| one.live);
    for one in live.into_iter().chain(ended) {
        say!("khóa / key: {}, {}", one.key, key_state::told(client, one, ledger).await);
    }
    if member.membership != Membership::Removed
        && let Some(none) = key_state::none_left(&member.member, &view.keys)
    {
        say!("{none}");
    }
    for role in &member.roles {
        say!("nhiệm vụ / role: {}", words::meant(role));
    }
    for one in view.accreditations.iter().filter(|one| one.stands) {
        let topics: Vec<String> = one.topics.iter().map(ToString::to_string).collect();
        let until = one.valid_until.map_or(String::new(), |last| format!(", đến / until {last}"));
        say!("công nhận / accredited: {} ({}){until}", topics.join(", "), one.class);
    }
    if member.class == MemberClass::Assessor && !view.accreditations.iter().any(|one| one.stands) {
        say!("không còn công nhận nào / no accreditation stands");
    }
}

fn print(record: &MemberRecord) {
    let share = |permille: u64| format!("{}.{} %", permille / 10, permille % 10);
    let (said, endorsed) = (&record.assessments, &record.endorsements);
    if said.published > 0 {
        say!(
            "đánh giá / assessments: {} of {} subjects, {} in the last 30 days; {} in force, {} not counted, {} expired, {} replaced, {} withdrawn, {} struck",
            said.published,
            said.subjects,
            said.last_30_days,
            said.in_force,
            said.excluded,
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
                format!(
                    "tỷ lệ bị hủy, của các khiếu nại đã quyết định / overturn rate, of contests decided, {} of {decided} ({})",
                    said.upheld,
                    share(permille)
                )
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
        if said.upheld > 0 {
            say!(
                "  kinh nghiệm thì đếm khác: đánh giá đầu tiên của nhóm về mỗi KOL đã bị hủy trước khi công bố mục ấy / \
                 experience counts another thing: its group's first assessments of a KOL that were overturned before the \
                 item at hand was published (`experience.overturned` in `score --json`)"
            );
        }
        let agreeing = said.agreement_permille.map_or("no grade counts".to_owned(), share);
        say!(
            "khớp trung vị / agrees with the median in {} of {} grades: {agreeing}",
            said.agreeing,
            said.grades
        );
    }
    if endorsed.published > 0 {
        say!(
            "bảo chứng / endorsements: {}; {} in force, {} not counted, {} expired, {} withdrawn, {} voided",
            endorsed.published,
            endorsed.in_force,
            endorsed.excluded,
            endorsed.expired,
            endorsed.withdrawn,
            endorsed.voided
        );
    }
}
