//! What a KOL can do, until when, by which command

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::output::say;
use crate::api::views::{
    ClockView, ContestPage, ContestView, EventPage, PolicyList, PolicyView, SubjectView,
};
use crate::client::Client;
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{Contesting, PartyId, SubjectId};
use crate::score::{Score, Standing};
use crate::state::{Awaited, Duty};

/// What a contest may rest on, where its days are not over.
const GROUNDS: &str = " (--grounds factual_error, procedure, conflict_of_interest, disproportionate)";

/// Something that the subject may do.
#[derive(Serialize)]
pub struct Open {
    until: Option<Date>,
    vi: String,
    en: String,
    command: String,
}

impl Open {
    fn always(vi: impl Into<String>, en: impl Into<String>, command: String) -> Self {
        Self { until: None, vi: vi.into(), en: en.into(), command }
    }
}

/// What a subject may do, what has a last day first; `seqs` tells where events stand in the log, and
/// `holding` which of them carry data that may be destroyed.
pub async fn of(
    client: &Client,
    view: &SubjectView,
    clocks: &[ClockView],
    seqs: &BTreeMap<String, u64>,
    holding: &[u64],
) -> anyhow::Result<Vec<Open>> {
    let subject = view.row.subject;
    let erasure = erasure(subject, holding);
    let receipt = Open::always(
        "lấy biên nhận của một mục",
        "fetch the receipt of an entry",
        "tinnhiem receipt SEQ --out entry.tlog-proof".to_owned(),
    );
    let proven = Open::always(
        "lấy điểm có chứng minh, mang đi đâu cũng kiểm được",
        "take the score away in one file that proves it",
        format!("tinnhiem score {subject} --receipt score.json"),
    );
    if view.row.figure.standing == Standing::Departed {
        return Ok(vec![erasure, receipt, proven]);
    }
    let contests: ContestPage = client.json(&format!("/v1/contests?limit=1000&subject={subject}")).await?;
    let mut options = dated(subject, clocks);
    options.extend(contestable(client, view, clocks, &contests.contests, seqs).await?);
    options.extend(contests.contests.iter().filter(|one| one.stage.is_open()).map(|one| given_up(one, seqs)));
    options.extend(pledge(client, view).await?);
    options.push(Open::always(
        "bảo chứng cho người khác, công khai quan hệ",
        "endorse others, the tie disclosed",
        format!(
            "tinnhiem endorse --issuer {subject} --subject KOL --relation none --topic TOPIC --key KEY.pem"
        ),
    ));
    options.extend([erasure, receipt, proven]);
    Ok(options)
}

/// What clocks run for.
fn dated(subject: SubjectId, clocks: &[ClockView]) -> Vec<Open> {
    let own = PartyId::from(subject);
    let mine = clocks.iter().filter(|clock| clock.duty != Duty::Will && clock.who.as_ref() == Some(&own));
    let open = |clock: &ClockView| {
        let seq = clock.seq;
        let case = "--statement '…' --key KEY.pem";
        let mut grounds = "";
        let command = match clock.what {
            Awaited::ContestFiling => {
                grounds = GROUNDS;
                format!("tinnhiem contest --subject {subject} --target {seq} --grounds procedure {case}")
            }
            Awaited::NoticeReply => format!("tinnhiem reply --subject {subject} --notice {seq} {case}"),
            Awaited::ProposalReply => format!("tinnhiem reply --subject {subject} --proposal {seq} {case}"),
            Awaited::PanelChallenge => {
                format!(
                    "tinnhiem challenge --subject {subject} --contest {seq} --member MEMBER --key KEY.pem"
                )
            }
            Awaited::AppealFiling => format!("tinnhiem appeal --subject {subject} --contest {seq} {case}"),
            _ => format!("tinnhiem show {seq}"),
        };
        let (vi, en) = (&clock.vi, &clock.en);
        let (vi, en) = (format!("{vi} (mục {seq})"), format!("{en} (entry {seq}){grounds}"));
        Open { until: Some(clock.due), vi, en, command }
    };
    mine.map(open).collect()
}

/// Items in the score that no contest is or was about, but for one that was withdrawn: a factual error
/// in them may be contested at any time, and where no policy ever set a last day, anything else too.
async fn contestable(
    client: &Client,
    view: &SubjectView,
    clocks: &[ClockView],
    contests: &[ContestView],
    seqs: &BTreeMap<String, u64>,
) -> anyhow::Result<Vec<Open>> {
    let (subject, size, as_of) = (view.row.subject, view.size, view.as_of);
    let score: Score =
        client.json(&format!("/v1/subjects/{subject}/score?size={size}&as_of={as_of}")).await?;
    let about = contests.iter().filter(|contest| contest.stage != Contesting::Withdrawn);
    let mut past: BTreeSet<EventId> = about.map(|contest| contest.target).collect();
    // Those with a last day to be contested on any ground are told of by their clock.
    past.extend(clocks.iter().filter(|clock| clock.what == Awaited::ContestFiling).map(|clock| clock.event));
    let assessments = score.assessments.into_iter().map(|one| {
        let (vi, en) = (format!("đánh giá của {}", one.assessor), format!("{}'s assessment", one.assessor));
        (one.event, vi, en)
    });
    let sanctions = score.sanctions.into_iter().map(|one| {
        let (severity, from) = (one.severity, one.starts_on);
        (one.event, format!("biện pháp xử lý {severity:?} từ {from}"), format!("the {severity:?} of {from}"))
    });
    let items = assessments.chain(sanctions).filter(|(event, ..)| !past.contains(event));
    let (vi_what, en_what, grounds) = match sets_a_last_day(client).await? {
        true => ("khiếu nại điều sai sự thật", "contest a factual error", "factual_error"),
        false => ("khiếu nại, lý do nào cũng được", "contest on any ground", "procedure"),
    };
    let list = if grounds == "factual_error" { "" } else { GROUNDS };
    let open = items.map(|(event, vi, en)| {
        let event = event.to_string();
        let name = seqs.get(&event).map_or(event, ToString::to_string);
        Open::always(
            format!("{vi_what}: {vi}"),
            format!("{en_what}: {en}{list}"),
            format!(
                "tinnhiem contest --subject {subject} --target {name} --grounds {grounds} --statement '…' --key KEY.pem"
            ),
        )
    });
    Ok(open.collect())
}

/// Whether any policy version gives days after which only a factual error is contested.
async fn sets_a_last_day(client: &Client) -> anyhow::Result<bool> {
    let list: PolicyList = client.json("/v1/policies").await?;
    for row in list.policies {
        let one: PolicyView = client.json(&format!("/v1/policies/{}", row.version)).await?;
        if one.policy.windows.file.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A contest that may be given up.
fn given_up(contest: &ContestView, seqs: &BTreeMap<String, u64>) -> Open {
    let of =
        seqs.get(&contest.target.to_string()).map_or(String::new(), |seq| format!(" (mục / entry {seq})"));
    let command = format!("tinnhiem withdraw {} --key KEY.pem", contest.seq);
    match contest.stage.is_appeal() {
        true => Open::always(
            "rút khiếu nại lần hai: quyết định có giá trị cuối cùng",
            "withdraw the appeal: the decision then stands for good",
            command,
        ),
        false => Open::always(format!("rút khiếu nại{of}"), "withdraw the contest", command),
    }
}

/// The pledge to the newest code of conduct, where it is not given.
async fn pledge(client: &Client, view: &SubjectView) -> anyhow::Result<Option<Open>> {
    let page: EventPage = client.json("/v1/events?type=code.published&limit=1000").await?;
    let newest = page.events.last().filter(|code| view.register.pledged != Some(code.id));
    Ok(newest.map(|code| {
        let (subject, seq) = (view.row.subject, code.seq);
        Open::always(
            "cam kết bộ quy tắc ứng xử mới nhất",
            "pledge to the newest code of conduct",
            format!("tinnhiem pledge --subject {subject} --code {seq} --key KEY.pem"),
        )
    }))
}

fn erasure(subject: SubjectId, holding: &[u64]) -> Open {
    let seqs: Vec<String> = holding.iter().map(u64::to_string).collect();
    let seqs = if seqs.is_empty() { "–".to_owned() } else { seqs.join(", ") };
    Open::always(
        format!(
            "xin xóa dữ liệu cá nhân kèm theo các mục {seqs} (mục đang bị khiếu nại thì giữ đến khi xong)"
        ),
        format!(
            "ask for the destruction of personal data attached to entries {seqs} (kept while a contest needs it)"
        ),
        format!("tinnhiem request-erasure --subject {subject} --target SEQ --key KEY.pem"),
    )
}

/// Prints what may be done; a command stands on a line of its own, to be copied whole.
pub fn print(options: &[Open]) {
    say!("\nTôi có thể làm gì, đến khi nào / What I can do, until when");
    for one in options {
        let until =
            one.until.map_or("luôn luôn / always".to_owned(), |until| format!("đến / until {until}"));
        say!("{until}: {} / {}\n    {}", one.vi, one.en, one.command);
    }
}
