//! `me`: what a KOL asks first, in one answer

use clap::Args;
use serde::Serialize;

use super::certificates;
use super::course;
use super::disputed;
use super::erased;
use super::fates;
use super::gist::Gists;
use super::named::SubjectName;
use super::options::{self, Entry, Seen};
use super::output::{self, points, say};
use super::own_keys;
use super::read::{bare, events, figure};
use super::show;
use super::signing::At;
use super::steps;
use crate::api::views::{ClockPage, ClockView, ContestPage, ContestView, EventView, SubjectView};
use crate::client::{Client, ClientError, Pages};
use crate::dsse::EventId;
use crate::engines::{Change, Figure, Outlook, Score};
use crate::event::{Contesting, PartyId, SubjectId, words};
use crate::state::{Awaited, Duty};
use crate::time::Date;

/// How many of the newest rows tell what was said.
const TOLD: usize = 200;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem me kol-0123456789abc    what was said, what it did, what you can do
  tinnhiem me kol-0123456789abc --words
      the same, with statements, reasons, evidence, replies and decisions")]
pub(super) struct Me {
    /// You: your id (`tinnhiem top` shows it), or your name
    subject: SubjectName,
    /// Show the words of every entry in place of a table: statements, reasons, evidence, replies, decisions
    #[arg(long)]
    words: bool,
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
    /// What it says.
    content: String,
    /// All that it says, line by line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<(String, String)>,
    /// Why it does not count, or what became of it; absent where it is in force or made no item.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    before: Option<Figure>,
    after: Option<Figure>,
    #[serde(skip)]
    event: Option<EventId>,
    /// Whether data is attached that may be asked to be destroyed.
    #[serde(skip)]
    holds: bool,
}

impl Me {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let subject = self.subject.id(&client).await?;
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        let mut said = said(&client, subject).await?;
        if self.words {
            read_out(&client, &mut said).await?;
        }
        let clocks = running(&client, subject).await?;
        let contests = contests(&client, subject).await?;
        let (size, as_of) = (view.size, view.as_of);
        let score: Score =
            client.json(&format!("/v1/subjects/{subject}/score?size={size}&as_of={as_of}")).await?;
        let next: Outlook =
            client.json(&format!("/v1/subjects/{subject}/next?size={size}&as_of={as_of}")).await?;
        let entries: Vec<Entry> = said.iter().filter_map(Said::entry).collect();
        let seen =
            Seen { view: &view, score: &score, clocks: &clocks, contests: &contests, entries: &entries };
        let options = options::of(&client, &seen).await?;
        let mut courses = Vec::new();
        for contest in contests.iter().rev().filter(|one| runs(one, as_of)) {
            courses.push((contest, course::of(&client, contest).await?));
        }
        if self.json {
            output::json(&serde_json::json!({
                "me": view.row, "size": size, "as_of": as_of, "without_contested": score.without_contested,
                "said": said, "can": options, "contests": contests,
                "clocks": clocks, "next": next.next, "keys": view.keys,
            }))?;
            return Ok(0);
        }
        say!("{}  {subject}", view.row.name.as_deref().unwrap_or("–"));
        say!("điểm tín nhiệm / score: {}", figure(&view.row.figure));
        say!("tính đến ngày {as_of}, {size} mục / as of {as_of}, {size} entries");
        certificates::line(&score);
        for line in certificates::outlook(&client, score.certificate.as_ref()).await? {
            say!("  {line}");
        }
        for line in certificates::none(&client, &score).await? {
            say!("{line}");
        }
        if let Some(without) = &score.without_contested {
            say!("không tính mục đang bị khiếu nại / without the contested items: {}", figure(without));
        }
        for (seq, without) in one_by_one(&client, subject, &contests).await? {
            say!("  chỉ không tính mục / without entry {seq} alone: {}", figure(&without.figure));
        }
        match self.words {
            true => print_words(&said),
            false => print_said(&said),
        }
        if !courses.is_empty() {
            say!("\nKhiếu nại của tôi đến đâu, rồi sao nữa / Where my contests stand, and what follows");
        }
        for (contest, course) in &courses {
            course::print(contest, course);
        }
        own_keys::print(&client, &view).await?;
        options::print(&options);
        print_owed(&clocks, &contests);
        print_next(next.next.as_ref());
        Ok(0)
    }
}

impl Said {
    /// What may be done about it is told by its seq, its day and a few words.
    fn entry(&self) -> Option<Entry> {
        let (event, seq) = (self.event?, self.seq?);
        let by = self.by.as_ref().map_or(String::new(), |by| format!(", {by}"));
        let what = format!("{}{by}: {} / {}", self.on, self.vi, self.en);
        Some(Entry { event, seq, on: self.on, what, holds: self.holds })
    }
}

/// The score without each contested item, by its seq, where there are several.
async fn one_by_one(
    client: &Client,
    subject: SubjectId,
    contests: &[ContestView],
) -> anyhow::Result<Vec<(u64, Score)>> {
    let open: Vec<&ContestView> = contests.iter().filter(|one| one.stage.is_open()).collect();
    let mut without = Vec::new();
    for contest in open.iter().rev().filter(|_| open.len() > 1) {
        let item: EventView = client.json(&format!("/v1/events/{}", contest.target)).await?;
        let path = format!("/v1/subjects/{subject}/score?without={}", contest.target);
        match client.json(&path).await {
            Ok(score) => without.push((item.row.seq, score)),
            // What no longer counts has no figure without it.
            Err(ClientError::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(without)
}

/// Whether a contest still goes on, or its decision may be appealed.
fn runs(contest: &ContestView, today: Date) -> bool {
    let appealable = contest.stage == Contesting::Decided && contest.appeal_by >= Some(today);
    contest.stage.is_open() || appealable
}

/// Every event about the subject, and every other event or day that moved the score, oldest first:
/// each begins with the figure that the one before it led to.
async fn said(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<Said>> {
    let mut all: Vec<Said> = Vec::new();
    for row in events(client, subject).await? {
        let (seq, by, event) = (row.event.seq, row.event.issuer, row.event.id);
        all.push(Said {
            on: row.on,
            before: row.before,
            after: row.after,
            ..happened(&row.event.type_name, seq, by, event)
        });
    }
    let own: Vec<u64> = all.iter().filter_map(|one| one.seq).collect();
    for step in steps::all(client, subject).await? {
        let said = match step.event {
            Some(event) if own.binary_search(&event.seq).is_ok() => continue,
            Some(event) => happened(&event.type_name, event.seq, event.issuer, event.id),
            None => {
                let (vi, en) = steps::passed(&step.causes);
                let (content, words, on) = (String::new(), Vec::new(), step.on);
                let (before, after) = (None, None);
                Said {
                    on,
                    seq: None,
                    by: None,
                    vi,
                    en,
                    content,
                    words,
                    state: None,
                    before,
                    after,
                    event: None,
                    holds: false,
                }
            }
        };
        all.push(Said { on: step.on, before: step.before, after: Some(step.after), ..said });
    }
    // A day does what it does before anything is recorded on it.
    all.sort_by_key(|one| (one.on, one.seq));
    let newest = all.iter().rev().filter_map(|one| one.event).take(TOLD);
    let gists = Gists::fetch(client, newest).await;
    let mut fates = fates::of(client, &own[own.len().saturating_sub(TOLD)..]).await?;
    for one in &mut all {
        one.content = one.event.as_ref().map(|event| gists.of(event)).unwrap_or_default();
        // Only data about the subject is the subject's to ask about.
        let own = one.seq.is_some_and(|seq| own.binary_search(&seq).is_ok());
        one.holds = own && one.event.as_ref().is_some_and(|event| gists.holds(event));
        let fate = one.seq.and_then(|seq| fates.remove(&seq));
        let executed = fate.as_ref().filter(|fate| fate.stage == "executed").and_then(|fate| fate.by.last());
        let left = match executed {
            Some(executed) => erased::left(&erased::left_by(client, executed.seq).await?),
            None => None,
        };
        one.state = fate.filter(|fate| !fates::is_in_force(fate)).map(|fate| fates::cell(&fate));
        if let (Some(state), Some(left)) = (&mut one.state, left) {
            *state += &format!("; {left}");
        }
    }
    Ok(all)
}

/// An event that was recorded, without its day and what it did.
fn happened(type_name: &str, seq: u64, by: PartyId, event: EventId) -> Said {
    let what = words::of_type(type_name);
    Said {
        on: Date::default(),
        seq: Some(seq),
        by: Some(by),
        vi: what.map_or(type_name, |words| words.vi).to_owned(),
        en: what.map_or(type_name.to_owned(), |words| words.past()),
        content: String::new(),
        words: Vec::new(),
        state: None,
        before: None,
        after: None,
        event: Some(event),
        holds: false,
    }
}

/// Every contest of the subject, page by page, the newest first.
pub(super) async fn contests(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<ContestView>> {
    let (mut contests, mut pages) =
        (Vec::new(), Pages::of(format!("/v1/contests?subject={subject}"), "before"));
    while let Some(page) = pages.next::<ContestPage>(client).await? {
        contests.extend(page.contests);
    }
    Ok(contests)
}

/// Every clock about the subject, page by page.
pub(super) async fn running(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<ClockView>> {
    let (mut clocks, mut pages) = (Vec::new(), Pages::of(format!("/v1/clocks?subject={subject}"), "after"));
    while let Some(page) = pages.next::<ClockPage>(client).await? {
        clocks.extend(page.clocks);
    }
    Ok(clocks)
}

/// Reads out the words of every event, several at once.
async fn read_out(client: &Client, said: &mut [Said]) -> anyhow::Result<()> {
    const AT_ONCE: usize = 16;
    for some in said.chunks_mut(AT_ONCE) {
        let asked = some.iter().map(async |one| match &one.event {
            Some(event) => show::words(client, event).await,
            None => Ok(Vec::new()),
        });
        let words = futures_util::future::join_all(asked).await;
        for (one, words) in some.iter_mut().zip(words) {
            one.words = words?;
        }
    }
    Ok(())
}

const SAID: &str = "\nĐã có gì về tôi, và điểm thay đổi ra sao / What was said about me, and what it did";

fn print_words(said: &[Said]) {
    say!("{SAID}");
    for one in said {
        let (before, after) = (one.before.as_ref(), one.after.as_ref());
        let seq = one.seq.map_or(String::new(), |seq| format!(", mục / entry {seq}"));
        let by = one.by.as_ref().map_or(String::new(), |by| format!(", {by}"));
        say!("\n{}{seq}{by}: {} / {}", one.on, one.vi, one.en);
        say!("  điểm / score: {} → {} ({})", bare(before), bare(after), moved(before, after));
        for (label, value) in &one.words {
            say!("  {label}: {value}");
        }
        if let Some(state) = &one.state {
            say!("  tình trạng / state: {state}");
        }
    }
}

fn print_said(said: &[Said]) {
    say!("{SAID}");
    let row = |one: &Said| {
        vec![
            one.on.to_string(),
            one.seq.map_or("–".to_owned(), |seq| seq.to_string()),
            one.by.as_ref().map_or("–".to_owned(), ToString::to_string),
            format!("{} → {}", bare(one.before.as_ref()), bare(one.after.as_ref())),
            moved(one.before.as_ref(), one.after.as_ref()),
            format!("{} / {}", one.vi, one.en),
            [Some(one.content.clone()).filter(|text| !text.is_empty()), one.state.clone()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
        ]
    };
    let rows: Vec<Vec<String>> = said.iter().map(row).collect();
    let head =
        ["ngày / on", "mục / seq", "ai / who", "điểm / score", "+/-", "việc / what", "nội dung / content"];
    output::table(&head, &rows);
    say!(
        "`tinnhiem show SEQ` đọc cả mục, `--words` đọc cả các mục trên / `show` reads a whole entry, `--words` all of these"
    );
}

/// By how much a score moved; one that comes or goes is no number.
fn moved(before: Option<&Figure>, after: Option<&Figure>) -> String {
    let score = |figure: Option<&Figure>| figure.and_then(|figure| figure.score).map(i64::from);
    match (score(before), score(after)) {
        (Some(before), Some(after)) if after > before => format!("+{}", points(after - before)),
        (Some(before), Some(after)) => points(after - before),
        (None, Some(_)) => "có điểm / rated".to_owned(),
        (Some(_), None) => "hết điểm / no longer rated".to_owned(),
        (None, None) => "–".to_owned(),
    }
}

fn print_owed(clocks: &[ClockView], contests: &[ContestView]) {
    let mut owed = due_of(clocks, |clock| clock.duty == Duty::Must);
    owed.extend(disputed::foreseen(contests, clocks));
    owed.extend(disputed::drawn_before(contests, clocks));
    if !owed.is_empty() {
        say!("\nNgười khác phải làm cho tôi / What others owe me\n{}", owed.join("\n"));
    }
    let announced = due_of(clocks, |clock| matches!(clock.what, Awaited::NoticeUse | Awaited::ProposalUse));
    if !announced.is_empty() {
        say!(
            "\nĐã báo trước, người khác còn có thể làm / Announced, and still open to others\n{}",
            announced.join("\n")
        );
    }
}

/// The days of some clocks that run for somebody, line by line.
fn due_of(clocks: &[ClockView], some: impl Fn(&ClockView) -> bool) -> Vec<String> {
    let others = clocks.iter().filter(|clock| clock.who.is_some() && some(clock));
    others
        .map(|clock| {
            let who = clock.who.as_ref().map(ToString::to_string).unwrap_or_default();
            let missed = if clock.missed { " (quá hạn / overdue)" } else { "" };
            let (due, vi, en, seq) = (clock.due, &clock.vi, &clock.en, clock.seq);
            format!("{due}{missed}: {who}: {vi} / {en} (mục / entry {seq})")
        })
        .collect()
}

fn print_next(next: Option<&Change>) {
    say!("\nThay đổi đã biết tiếp theo / The next known change");
    match next {
        Some(change) => say!("{}\n{}", steps::sentence_vi(change), steps::sentence(change)),
        None => say!("chưa có / none"),
    }
}
