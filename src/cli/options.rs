//! What a KOL can do, until when, by which command

use serde::Serialize;

use super::announced;
use super::grounds::{self, Filing};
use super::needed::Needed;
use super::output::say;
use super::own_keys;
use crate::api::views::{ClockView, ContestView, EventPage, SubjectView};
use crate::client::Client;
use crate::dsse::EventId;
use crate::engines::{Score, Standing};
use crate::event::{EventType, Grounds, PartyId, SubjectId, words};
use crate::limits;
use crate::state::{Awaited, Duty};
use crate::time::Date;

/// Something that the subject may do.
#[derive(Serialize)]
pub(super) struct Open {
    /// The last day.
    pub until: Option<Date>,
    /// What, in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
    /// By which command; none where it cannot be done now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What it can be done with, or cannot yet, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<String>,
}

impl Open {
    /// Something that may be done on any day.
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>, command: String) -> Self {
        Self { until: None, vi: vi.into(), en: en.into(), command: Some(command), list: Vec::new() }
    }
}

/// An entry about the subject.
pub(super) struct Entry {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub on: Date,
    /// What it is, in a few words.
    pub what: String,
    /// Whether data is attached that may be asked to be destroyed.
    pub holds: bool,
}

/// What is known of a subject.
pub(super) struct Seen<'a> {
    pub view: &'a SubjectView,
    pub score: &'a Score,
    pub clocks: &'a [ClockView],
    pub contests: &'a [ContestView],
    pub entries: &'a [Entry],
}

impl Seen<'_> {
    fn entry(&self, event: &EventId) -> Option<&Entry> {
        self.entries.iter().find(|one| one.event == *event)
    }
}

/// What a subject may do, what has a last day first.
pub(super) async fn of(client: &Client, seen: &Seen<'_>) -> anyhow::Result<Vec<Open>> {
    let view = seen.view;
    let subject = view.row.subject;
    let needed = Needed::of(client, view, seen.contests).await?;
    let erasure = erasure(seen, &needed);
    let receipt = Open::new(
        "lấy biên nhận của một mục",
        "fetch the receipt of an entry",
        "tinnhiem receipt SEQ --out entry.tlog-proof".to_owned(),
    );
    let proven = Open::new(
        "lấy điểm có chứng minh, mang đi đâu cũng kiểm được",
        "take the score away in one file that proves it",
        format!("tinnhiem score {subject} --receipt score.json"),
    );
    if view.row.figure.standing == Standing::Departed {
        let left = erasure.into_iter().chain([receipt, proven]).collect();
        return Ok(own_keys::waited_for(view, left));
    }
    let mut options = dated(subject, seen.clocks);
    for (open, clock) in options.iter_mut().zip(mine(subject, seen.clocks)) {
        if clock.what == Awaited::NoticeReply {
            let notice = clock.event.to_string();
            open.list.extend(announced::score(client, subject, &notice).await);
        }
    }
    options.extend(own_keys::open(view));
    options.extend(contestable(client, seen).await?);
    options.sort_by_key(|one| (one.until.is_none(), one.until));
    options.extend(seen.contests.iter().filter(|one| one.stage.is_open()).map(|one| given_up(one, seen)));
    options.extend(pledge(client, view).await?);
    options.push(Open::new(
        "bảo chứng cho người khác, công khai quan hệ",
        "endorse others, the tie disclosed",
        format!(
            "tinnhiem endorse --issuer {subject} --subject KOL --relation none --topic TOPIC --key KEY.pem"
        ),
    ));
    options.extend(erasure);
    options.extend([receipt, proven]);
    Ok(own_keys::waited_for(view, options))
}

/// What clocks run for; what may be contested is told of for each item, and what keys are brought in for each.
fn dated(subject: SubjectId, clocks: &[ClockView]) -> Vec<Open> {
    let open = |clock: &ClockView| {
        let seq = clock.seq;
        let case = "--statement '…' --key KEY.pem";
        let command = match clock.what {
            Awaited::NoticeReply => format!("tinnhiem reply --subject {subject} --notice {seq} {case}"),
            Awaited::ProposalReply => format!("tinnhiem reply --subject {subject} --proposal {seq} {case}"),
            Awaited::PanelChallenge => {
                format!(
                    "tinnhiem contest challenge --subject {subject} --contest {seq} --member MEMBER --key KEY.pem"
                )
            }
            Awaited::AppealFiling => {
                format!("tinnhiem contest appeal --subject {subject} --contest {seq} {case}")
            }
            _ => format!("tinnhiem show {seq}"),
        };
        let (vi, en) = (&clock.vi, &clock.en);
        let (vi, en) = (format!("{vi} (mục {seq})"), format!("{en} (entry {seq})"));
        Open { until: Some(clock.due), ..Open::new(vi, en, command) }
    };
    mine(subject, clocks).map(open).collect()
}

fn mine(subject: SubjectId, clocks: &[ClockView]) -> impl Iterator<Item = &ClockView> {
    let own = PartyId::from(subject);
    clocks.iter().filter(move |clock| {
        let contest = clock.what == Awaited::ContestFiling;
        let key = clock.what == Awaited::KeyRecovery;
        clock.duty != Duty::Will && clock.who.as_ref() == Some(&own) && !contest && !key
    })
}

/// Each item that may be contested, and on exactly which grounds.
async fn contestable(client: &Client, seen: &Seen<'_>) -> anyhow::Result<Vec<Open>> {
    let filing = Filing::of(client).await?;
    if let Some((open, most)) = filing.full(seen.contests) {
        let subject = seen.view.row.subject;
        return Ok(vec![Open::new(
            format!(
                "đã có {open} khiếu nại chờ quyết định, nhiều nhất {most}: chờ một quyết định, hoặc rút một"
            ),
            format!(
                "{open} contests wait for a decision, {most} at most: await one, or withdraw one, before another"
            ),
            format!("tinnhiem clocks --subject {subject} --duty must"),
        )]);
    }
    let assessments = seen.score.assessments.iter().map(|one| {
        (one.event, format!("đánh giá của {}", one.assessor), format!("{}'s assessment", one.assessor))
    });
    let sanctions = seen.score.sanctions.iter().map(|one| {
        let (severity, from) = (one.severity, one.starts_on);
        (one.event, format!("biện pháp xử lý {severity:?} từ {from}"), format!("the {severity:?} of {from}"))
    });
    // What does not count in the score may still be contested while its days run.
    let named = |clock: &ClockView| (clock.event, clock.vi.clone(), clock.en.clone());
    let running = seen.clocks.iter().filter(|clock| clock.what == Awaited::ContestFiling).map(named);
    let mut items: Vec<(EventId, String, String)> = assessments.chain(sanctions).collect();
    let beside: Vec<_> = running.filter(|one| items.iter().all(|item| item.0 != one.0)).collect();
    items.extend(beside);
    let open = items.into_iter().filter_map(|(event, vi, en)| {
        let entry = seen.entry(&event)?;
        let open = filing.open(&event.to_string(), entry.on, seen.view.as_of, seen.contests)?;
        Some(contest(seen.view.row.subject, entry.seq, (&vi, &en), &open))
    });
    Ok(open.collect())
}

fn contest(subject: SubjectId, seq: u64, (vi, en): (&str, &str), open: &grounds::Contestable) -> Open {
    let meant = |one: &Grounds| {
        let name = words::name_of(one);
        words::of_value(&name)
            .map_or((name.clone(), name), |words| (words.vi.to_owned(), words.en.to_owned()))
    };
    let (meant_vi, meant_en): (Vec<_>, Vec<_>) = open.grounds.iter().map(meant).unzip();
    let (vi_facts, en_facts) = match open.until {
        Some(_) => ("; sau ngày ấy chỉ còn vì sai sự thật", "; after that day for a factual error only"),
        None if open.grounds.iter().all(|one| *one == Grounds::FactualError) => {
            ("; hạn cho lý do khác đã hết", "; the days for other grounds are over")
        }
        None => {
            ("; chính sách lúc ghi không đặt hạn", "; the policy under which it was recorded set no last day")
        }
    };
    let names: Vec<String> = open.grounds.iter().map(words::name_of).collect();
    // Which of several holds is the KOL's to say.
    let ground = if let [only] = &names[..] { only.as_str() } else { "GROUNDS" };
    let command = format!(
        "tinnhiem contest file --subject {subject} --target {seq} --grounds {ground} --statement '…' --evidence FILE \
         --key KEY.pem --receipt contest-{seq}.tlog-proof"
    );
    Open {
        until: open.until,
        ..Open::new(
            format!("khiếu nại {vi} (mục {seq}), vì: {}{vi_facts}", meant_vi.join(", ")),
            format!(
                "contest {en} (entry {seq}), on: {} (--grounds {}){en_facts}",
                meant_en.join(", "),
                names.join(", ")
            ),
            command,
        )
    }
}

/// A contest that may be given up.
fn given_up(contest: &ContestView, seen: &Seen<'_>) -> Open {
    let target = seen.entry(&contest.target).map(|one| one.seq);
    let of = |label: &str| target.map_or(String::new(), |seq| format!(" {label} {seq}"));
    let command = format!("tinnhiem withdraw {} --reason '…' --key KEY.pem", contest.seq);
    match contest.stage.is_appeal() {
        true => Open::new(
            "rút khiếu nại lần hai: quyết định có giá trị cuối cùng",
            "withdraw the appeal: the decision then stands for good",
            command,
        ),
        false => Open::new(
            format!("rút khiếu nại{}", of("về mục")),
            format!("withdraw the contest{}", of("of entry")),
            command,
        ),
    }
}

/// The pledge to the newest code of conduct, where it is not given.
async fn pledge(client: &Client, view: &SubjectView) -> anyhow::Result<Option<Open>> {
    let page: EventPage =
        client.json(&format!("/v1/events?type={}&limit=1000", EventType::CodePublished)).await?;
    let newest = page.events.last().filter(|code| view.register.pledged != Some(code.id));
    Ok(newest.map(|code| {
        let (subject, seq) = (view.row.subject, code.seq);
        Open::new(
            "cam kết bộ quy tắc ứng xử mới nhất",
            "pledge to the newest code of conduct",
            format!("tinnhiem code pledge --subject {subject} --code {seq} --key KEY.pem"),
        )
    }))
}

/// Personal data that may be asked to be destroyed, and what may be later; none where there is none.
fn erasure(seen: &Seen<'_>, needed: &Needed) -> Vec<Open> {
    let subject = seen.view.row.subject;
    let line = |one: &Entry| format!("mục / entry {}: {}", one.seq, one.what);
    let needed_until = |one: &Entry| needed.until(&one.event);
    let (held, free): (Vec<&Entry>, Vec<&Entry>) =
        seen.entries.iter().filter(|one| one.holds).partition(|one| needed_until(one).is_some());
    let mut open = Vec::new();
    if let Some((request, last)) = &needed.waiting {
        let seq = seen.entry(request).map_or_else(|| request.to_string(), |one| one.seq.to_string());
        open.push(Open {
            until: Some(*last),
            ..Open::new(
                format!(
                    "yêu cầu xóa dữ liệu ở mục {seq} chờ trả lời đến {last}; trước đó chưa gửi được yêu cầu khác"
                ),
                format!(
                    "your request for erasure, entry {seq}, is to be answered by {last}; no other is taken before"
                ),
                format!("tinnhiem show {seq}"),
            )
        });
    } else if !free.is_empty() {
        let named = free.iter().take(limits::ERASURE_TARGETS).map(|one| format!("--target {}", one.seq));
        let targets: Vec<String> = named.collect();
        open.push(Open {
            list: free.iter().map(|one| line(one)).collect(),
            ..Open::new(
                "xin xóa dữ liệu cá nhân kèm theo các mục này; xin một lần cho tất cả, lặp lại --target: yêu cầu đang \
                 chờ thì chưa gửi được yêu cầu khác",
                "ask for the destruction of personal data attached to these entries; ask for all at once, repeat \
                 --target: while a request waits no other is taken",
                format!("tinnhiem erasure request --subject {subject} {} --key KEY.pem", targets.join(" ")),
            )
        });
    }
    if !held.is_empty() {
        let until = |one: &&Entry| {
            let (vi, en) = needed_until(one).unwrap_or_default();
            format!("{}; {vi} / {en}", line(one))
        };
        open.push(Open {
            command: None,
            list: held.iter().map(until).collect(),
            ..Open::new(
                "chưa xóa được dữ liệu của các mục này",
                "what is attached to these is still needed",
                String::new(),
            )
        });
    }
    open
}

/// Prints what may be done; a command stands on a line of its own, to be copied whole.
pub(super) fn print(options: &[Open]) {
    say!("\nTôi có thể làm gì, đến khi nào / What I can do, until when");
    for one in options {
        let until = match (one.until, &one.command) {
            (Some(until), _) => format!("đến / until {until}"),
            (None, Some(_)) => "luôn luôn / always".to_owned(),
            (None, None) => "sau này / later".to_owned(),
        };
        say!("{until}: {} / {}", one.vi, one.en);
        if let Some(command) = &one.command {
            say!("    {command}");
        }
        for line in &one.list {
            say!("      {line}");
        }
    }
}
