//! `me`: what a KOL asks first, in one answer

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use super::output::{self, points};
use super::read::{bare, events, figure};
use super::signing::At;
use super::steps;
use crate::api::views::{ClockPage, ClockView, ContestPage, SubjectView};
use crate::client::Client;
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{Contesting, PartyId, SubjectId, words};
use crate::score::{Change, Figure, Outlook, Score, Standing};
use crate::state::{Awaited, Duty};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem me kol-0123456789abc")]
pub struct Me {
    /// The subject: you
    subject: SubjectId,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// What happened, and what it did to the score.
#[derive(Serialize)]
struct Said {
    on: Date,
    seq: Option<u64>,
    by: Option<PartyId>,
    vi: String,
    en: String,
    before: Option<Figure>,
    after: Option<Figure>,
}

/// Something that the subject may do.
#[derive(Serialize)]
struct Open {
    until: Option<Date>,
    vi: String,
    en: String,
    command: String,
}

impl Me {
    pub async fn run(self) -> anyhow::Result<u8> {
        let (client, subject) = (self.at.client(), self.subject);
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        let said = said(&client, subject).await?;
        let clocks = running(&client, subject).await?;
        let (size, as_of) = (view.size, view.as_of);
        let next: Outlook =
            client.json(&format!("/v1/subjects/{subject}/next?size={size}&as_of={as_of}")).await?;
        let items = uncontested(&client, subject, (size, as_of)).await?;
        let options = match view.row.figure.standing {
            Standing::Departed => after_departure(subject),
            _ => options(subject, &clocks, items),
        };
        if self.json {
            output::json(&serde_json::json!({
                "me": view.row, "size": size, "as_of": as_of, "said": said, "can": options,
                "clocks": clocks, "next": next.next,
            }))?;
            return Ok(0);
        }
        println!("{}  {subject}", view.row.name.as_deref().unwrap_or("–"));
        println!("điểm tín nhiệm / score: {}", figure(&view.row.figure));
        println!("tính đến ngày {as_of}, {size} mục / as of {as_of}, {size} entries");
        print_said(&said);
        print_options(&options, &clocks);
        print_next(next.next.as_ref());
        Ok(0)
    }
}

/// Every event, and every day that moved the score by itself, oldest first.
async fn said(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<Said>> {
    let events = events(client, subject).await?.into_iter().map(|row| {
        let what = words::of_type(&row.event.type_name);
        Said {
            on: row.on,
            seq: Some(row.event.seq),
            by: Some(row.event.issuer),
            vi: what.map_or(row.event.type_name.as_str(), |words| words.vi).to_owned(),
            en: what.map_or(row.event.type_name.as_str(), |words| words.en).to_owned(),
            before: row.before,
            after: row.after,
        }
    });
    let mut all: Vec<Said> = events.collect();
    for step in steps::all(client, subject).await?.into_iter().filter(|step| step.event.is_none()) {
        let (vi, en): (Vec<_>, Vec<_>) = step.causes.iter().map(steps::passing).unzip();
        all.push(Said {
            on: step.on,
            seq: None,
            by: None,
            vi: vi.join(", "),
            en: en.join(", "),
            before: step.before,
            after: Some(step.after),
        });
    }
    // A day does what it does before anything is recorded on it.
    all.sort_by_key(|one| (one.on, one.seq));
    Ok(all)
}

/// Every clock about the subject, page by page.
async fn running(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<ClockView>> {
    let mut clocks = Vec::new();
    let mut from = String::new();
    loop {
        let page: ClockPage = client.json(&format!("/v1/clocks?limit=1000&subject={subject}{from}")).await?;
        clocks.extend(page.clocks);
        let Some(next) = page.next else { return Ok(clocks) };
        from = format!("&after={next}");
    }
}

/// An item in the score that no contest is or was about, but for one that was withdrawn.
struct Uncontested {
    event: EventId,
    vi: String,
    en: String,
}

async fn uncontested(
    client: &Client,
    subject: SubjectId,
    (size, as_of): (u64, Date),
) -> anyhow::Result<Vec<Uncontested>> {
    let score: Score =
        client.json(&format!("/v1/subjects/{subject}/score?size={size}&as_of={as_of}")).await?;
    let contests: ContestPage = client.json(&format!("/v1/contests?limit=1000&subject={subject}")).await?;
    let assessments = score.assessments.into_iter().map(|one| Uncontested {
        event: one.event,
        vi: format!("đánh giá của {}", one.assessor),
        en: format!("{}'s assessment", one.assessor),
    });
    let sanctions = score.sanctions.into_iter().map(|one| Uncontested {
        event: one.event,
        vi: format!("biện pháp xử lý {:?} từ {}", one.severity, one.starts_on),
        en: format!("the {:?} of {}", one.severity, one.starts_on),
    });
    let about = contests.contests.iter().filter(|contest| contest.stage != Contesting::Withdrawn);
    let contested: BTreeSet<EventId> = about.map(|contest| contest.target).collect();
    Ok(assessments.chain(sanctions).filter(|item| !contested.contains(&item.event)).collect())
}

/// What may be done, what has a last day first.
fn options(subject: SubjectId, clocks: &[ClockView], items: Vec<Uncontested>) -> Vec<Open> {
    let own = PartyId::from(subject);
    let mine = clocks.iter().filter(|clock| clock.duty != Duty::Will && clock.who.as_ref() == Some(&own));
    let dated = mine.map(|clock| {
        let command = match clock.what {
            Awaited::ContestFiling => {
                format!("tinnhiem contest --subject {subject} --target {} …", clock.event)
            }
            Awaited::NoticeReply => {
                format!("tinnhiem reply --subject {subject} --notice {} …", clock.event)
            }
            Awaited::ProposalReply => {
                format!("tinnhiem reply --subject {subject} --proposal {} …", clock.event)
            }
            Awaited::PanelChallenge => {
                format!("tinnhiem challenge --subject {subject} --contest {} --member …", clock.event)
            }
            Awaited::AppealFiling => {
                format!("tinnhiem appeal --subject {subject} --contest {} …", clock.event)
            }
            _ => format!("tinnhiem show {}", clock.seq),
        };
        let (vi, en) = (clock.vi.clone(), clock.en.clone());
        Open { until: Some(clock.due), vi: format!("{vi} (mục {})", clock.seq), en, command }
    });
    // Those with a last day to be contested on any ground stand above.
    let dated_items: BTreeSet<EventId> =
        clocks.iter().filter(|clock| clock.what == Awaited::ContestFiling).map(|clock| clock.event).collect();
    let items = items.into_iter().filter(|item| !dated_items.contains(&item.event));
    let contests = items.map(|item| Open {
        until: None,
        vi: format!("khiếu nại điều sai sự thật: {}", item.vi),
        en: format!("contest a factual error: {}", item.en),
        command: format!(
            "tinnhiem contest --subject {subject} --grounds factual_error --target {} …",
            item.event
        ),
    });
    let always = [
        (
            "bảo chứng cho người khác, công khai quan hệ",
            "endorse others, the tie disclosed",
            format!("tinnhiem endorse --issuer {subject} …"),
        ),
        (
            "cam kết bộ quy tắc ứng xử mới nhất",
            "pledge to the newest code of conduct",
            format!("tinnhiem pledge --subject {subject} …"),
        ),
    ];
    let always = always.map(|(vi, en, command)| {
        let (vi, en) = (vi.to_owned(), en.to_owned());
        Open { until: None, vi, en, command }
    });
    dated.chain(contests).chain(always).collect()
}

/// What is left to who has departed.
fn after_departure(subject: SubjectId) -> Vec<Open> {
    let vi = "xin xóa dữ liệu cá nhân".to_owned();
    let en = "ask for the destruction of personal data".to_owned();
    let command = format!("tinnhiem request-erasure --subject {subject} …");
    vec![Open { until: None, vi, en, command }]
}

fn print_said(said: &[Said]) {
    println!("\nĐã có gì về tôi, và điểm thay đổi ra sao / What was said about me, and what it did");
    let score = |figure: Option<&Figure>| figure.and_then(|figure| figure.score).map_or(0, i64::from);
    let row = |one: &Said| {
        let moved = score(one.after.as_ref()) - score(one.before.as_ref());
        vec![
            one.on.to_string(),
            one.by.as_ref().map_or("–".to_owned(), ToString::to_string),
            format!("{} / {}", one.vi, one.en),
            format!("{} → {}", bare(one.before.as_ref()), bare(one.after.as_ref())),
            if moved > 0 { format!("+{}", points(moved)) } else { points(moved) },
        ]
    };
    let rows: Vec<Vec<String>> = said.iter().map(row).collect();
    output::table(&["ngày / on", "ai / who", "việc / what", "điểm / score", "+/-"], &rows);
}

fn print_options(options: &[Open], clocks: &[ClockView]) {
    println!("\nTôi có thể làm gì, đến khi nào / What I can do, until when");
    let row = |one: &Open| {
        let until = one.until.map_or("luôn luôn / always".to_owned(), |until| until.to_string());
        vec![until, format!("{} / {}", one.vi, one.en), one.command.clone()]
    };
    let rows: Vec<Vec<String>> = options.iter().map(row).collect();
    output::table(&["đến / until", "việc / what", "lệnh / command"], &rows);
    let others = clocks.iter().filter(|clock| clock.duty == Duty::Must && clock.who.is_some());
    let owed: Vec<String> = others
        .map(|clock| {
            let who = clock.who.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{}: {who}: {} / {} (mục {})", clock.due, clock.vi, clock.en, clock.seq)
        })
        .collect();
    if !owed.is_empty() {
        println!("\nNgười khác phải làm cho tôi / What others owe me\n{}", owed.join("\n"));
    }
}

fn print_next(next: Option<&Change>) {
    println!("\nThay đổi đã biết tiếp theo / The next known change");
    match next {
        Some(change) => println!("{}\n{}", steps::sentence_vi(change), steps::sentence(change)),
        None => println!("chưa có / none"),
    }
}
