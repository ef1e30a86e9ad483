//! How a contest goes on from where it stands: by whom, until when, and what follows if nobody acts.

use super::output::say;
use super::policies;
use crate::api::views::ContestView;
use crate::client::Client;
use crate::event::{Contesting, Outcome, words};

/// The course of a contest, line by line in both languages.
pub(super) struct Course {
    /// Where it stands.
    pub stage: String,
    /// What follows.
    pub lines: Vec<String>,
}

/// The contest that an entry files or appeals, and how it goes on.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn of(client: &Client, contest: &ContestView) -> anyhow::Result<Course> {
    let windows = policies::version(client, None).await?.policy.windows;
    Ok(Course { stage: stage(contest.stage), lines: lines(contest, windows.appeal) })
}

/// Prints the course of a contest under a heading.
pub(super) fn print(contest: &ContestView, course: &Course) {
    say!("khiếu nại, mục / contest, entry {}: {}", contest.seq, course.stage);
    for line in &course.lines {
        say!("  {line}");
    }
}

fn stage(stage: Contesting) -> String {
    let (vi, en) = match stage {
        Contesting::Filed => ("đã nộp, chờ thụ lý", "filed, waits to be admitted"),
        Contesting::Admitted => ("đã thụ lý, chờ lập hội đồng", "admitted, waits for its panel"),
        Contesting::Seated => ("hội đồng đang xem xét", "its panel is to decide"),
        Contesting::Overdue => ("quá hạn quyết định", "overdue"),
        Contesting::Decided => ("đã quyết định", "decided"),
        Contesting::Appealed => ("khiếu nại lần hai, chờ lập hội đồng", "appealed, waits for its panel"),
        Contesting::AppealSeated => ("hội đồng lần hai đang xem xét", "the appeal's panel is to decide"),
        Contesting::AppealOverdue => ("khiếu nại lần hai quá hạn quyết định", "the appeal is overdue"),
        Contesting::Final => ("quyết định cuối cùng", "decided for good"),
        Contesting::Declined => ("không thụ lý", "declined"),
        Contesting::Withdrawn => ("đã rút", "withdrawn"),
    };
    format!("{vi} / {en}")
}

fn lines(contest: &ContestView, appeal_days: Option<u16>) -> Vec<String> {
    let stage = contest.stage;
    let mut lines = Vec::new();
    let mut tell = |vi: String, en: String| lines.push(format!("{vi} / {en}"));
    if let Some(last) = contest.admit_by.filter(|_| stage == Contesting::Filed) {
        tell(
            format!("thụ lý hay không: Ban điều phối, chậm nhất {last}; im lặng là thụ lý"),
            format!("admitted or declined by the council until {last}; silence admits it"),
        );
    }
    let waits_for_panel = contest.panel.is_none() && stage.is_open();
    if let Some(draw) = contest.draw.as_ref().filter(|_| waits_for_panel) {
        let last = draw.reveal_by;
        tell(
            format!("hội đồng được rút thăm sau ngày {last}, hoặc khi hai giá trị đã mở"),
            format!("the panel is drawn once both values are revealed, or after {last}"),
        );
    }
    if let Some(panel) = &contest.panel {
        let members: Vec<String> = panel.members.iter().map(ToString::to_string).collect();
        let members = members.join(", ");
        tell(format!("hội đồng: {members}"), format!("the panel: {members}"));
        if let Some(last) = panel.challenge_by.filter(|_| stage.is_open()) {
            tell(
                format!("tôi có thể từ chối một thành viên đến {last}"),
                format!("you may challenge one member until {last}"),
            );
        }
    }
    let overdue = matches!(stage, Contesting::Overdue | Contesting::AppealOverdue);
    match contest.decide_by.filter(|_| stage.is_open()) {
        Some(last) if overdue => {
            tell(
                format!(
                    "hạn quyết định {last} đã qua: mục bị khiếu nại ra khỏi điểm cho đến khi có quyết định"
                ),
                format!("it was to be decided by {last}: the item is out of the score until it is decided"),
            );
            tell(
                "tôi không phải làm gì; rút khiếu nại thì mục ấy lại tính vào điểm".to_owned(),
                "you need do nothing; if you withdraw, the item counts in the score again".to_owned(),
            );
        }
        Some(last) => {
            let put_off = contest.extend_to;
            let (vi, en) = (
                put_off.map_or(String::new(), |day| format!(" (hoãn một lần, đến {day})")),
                put_off.map_or(String::new(), |day| format!(" (put off once, {day})")),
            );
            tell(
                format!("quyết định chậm nhất {last}{vi}; quá hạn thì mục bị khiếu nại ra khỏi điểm"),
                format!(
                    "decided by {last} at the latest{en}; if not, the item is out of the score until it is"
                ),
            );
        }
        None if stage.is_open() => {
            tell("không có hạn quyết định".to_owned(), "no day is set for the decision".to_owned());
        }
        None => {}
    }
    if stage.is_open() && !stage.is_appeal() {
        match appeal_days {
            Some(days) => tell(
                format!("không được chấp nhận thì khiếu nại lần hai trong {days} ngày sau quyết định"),
                format!("if it is not upheld, an appeal may be filed within {days} days of the decision"),
            ),
            None => {
                tell("không có khiếu nại lần hai".to_owned(), "the decision cannot be appealed".to_owned())
            }
        }
    }
    if let Some(outcome) = contest.outcome {
        lines.push(format!("kết quả / outcome: {}", words::meant(&outcome)));
    }
    if let Some(last) = contest.appeal_by.filter(|_| stage == Contesting::Decided) {
        lines.push(format!("khiếu nại lần hai đến / it may be appealed until {last}:"));
        let (subject, seq) = (contest.subject, contest.seq);
        lines.push(format!(
            "tinnhiem contest appeal --subject {subject} --contest {seq} --statement '…' --key KEY.pem"
        ));
    } else if stage == Contesting::Decided && contest.outcome != Some(Outcome::Upheld) {
        lines.push("không khiếu nại lần hai được nữa / it cannot be appealed any more".to_owned());
    }
    if stage == Contesting::Declined {
        lines.push(
            "mục ấy vẫn tính; còn khiếu nại được vì lý do khác (`tinnhiem me`) / the item stands, and may be contested \
             on another ground (`tinnhiem me`)"
                .to_owned(),
        );
    }
    lines
}
