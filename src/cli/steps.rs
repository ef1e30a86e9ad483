//! What moves a score, in words: `history --steps`, and the change that comes next

use super::me;
use super::output::{self, points};
use super::read::figure;
use crate::api::views::{Step, StepPage};
use crate::client::{Client, Pages};
use crate::engines::{self, Cause, Change, Outlook, Passing};
use crate::event::{SubjectId, words};

/// The next change of a score that is known already.
pub(super) async fn outlook(client: &Client, score: &engines::Score) -> anyhow::Result<Outlook> {
    let (subject, size, as_of) = (score.subject, score.size, score.as_of);
    Ok(client.json(&format!("/v1/subjects/{subject}/next?size={size}&as_of={as_of}")).await?)
}

/// A score under the version that comes into force next, on its first day.
pub(super) async fn shadow(
    client: &Client,
    score: &engines::Score,
) -> anyhow::Result<Option<engines::Score>> {
    let Some(coming) = score.shadow else { return Ok(None) };
    let path = format!("/v1/subjects/{}/score/{}/{}", score.subject, score.size, coming.as_of);
    Ok(Some(client.json(&path).await?))
}

/// What the figure under a coming version takes for granted, and the present version's, line by line.
pub(super) async fn supposed(
    client: &Client,
    score: &engines::Score,
    shadow: &engines::Score,
) -> anyhow::Result<Vec<String>> {
    let (subject, from) = (score.subject, shadow.as_of);
    let mut lines = Vec::new();
    for contest in me::contests(client, subject).await? {
        let Some(due) = contest.decide_by.filter(|due| contest.stage.is_open() && *due < from) else {
            continue;
        };
        lines.push(format!(
            "nếu đến khi ấy khiếu nại ở mục {seq}, hạn {due}, vẫn chưa có quyết định / if the contest of entry {seq}, due on \
             {due}, is still not decided then",
            seq = contest.seq
        ));
    }
    let eve = from.plus_days(-1);
    if eve >= score.as_of {
        let path = format!("/v1/subjects/{subject}/score/{}/{eve}", score.size);
        let present: engines::Score = client.json(&path).await?;
        lines.push(format!(
            "hôm trước, {eve}, theo chính sách {policy} / on the day before, {eve}, by policy {policy}: {}",
            figure(&present.figure),
            policy = present.policy
        ));
    }
    Ok(lines)
}

/// The next change in one sentence.
pub(super) fn sentence(change: &Change) -> String {
    let moves = match change.points {
        Some(points_up @ 1..) => format!("rises by {}", points(points_up)),
        Some(0) => "stays, and its band changes".to_owned(),
        Some(down) => format!("falls by {}", points(-down)),
        None => "changes its standing".to_owned(),
    };
    format!(
        "on {} the score {moves}: {}, because {}{}",
        change.on,
        figure(&change.after),
        passed(&change.causes).1,
        unless_decided(change).map_or("", |(_, en)| en)
    )
}

/// What keeps a change from coming that somebody's silence brings.
fn unless_decided(change: &Change) -> Option<(&'static str, &'static str)> {
    let missed = change.causes.iter().any(|cause| cause.what == Passing::ClockMissed);
    // Without points there is no telling, unless too little is left: where a suspension falls a score comes back.
    let too_little = matches!(change.after.standing, engines::Standing::WithheldClock { .. });
    let lowers = change.points.map_or(too_little, |moved| moved < 0);
    missed.then_some(match lowers {
        true => (
            ", nếu đến khi ấy vẫn chưa có quyết định; mục bị khiếu nại đang có lợi cho điểm, rút khiếu nại thì điểm giữ nguyên",
            ", if it is not decided before; the contested item helps the score: withdrawn, the contest lowers nothing",
        ),
        false => (", nếu đến khi ấy vẫn chưa có quyết định", ", if it is not decided before"),
    })
}

/// The same in Vietnamese.
pub(super) fn sentence_vi(change: &Change) -> String {
    let moves = match change.points {
        Some(points_up @ 1..) => format!("tăng {}", points(points_up)),
        Some(0) => "giữ nguyên, hạng thay đổi".to_owned(),
        Some(down) => format!("giảm {}", points(-down)),
        None => "thay đổi tình trạng".to_owned(),
    };
    let unless = unless_decided(change).map_or("", |(vi, _)| vi);
    format!("ngày {} điểm {moves}, vì {}{unless}", change.on, passed(&change.causes).0)
}

/// What a date does, in Vietnamese and English.
fn passing(cause: &Cause) -> (String, String) {
    let days = cause.days.unwrap_or_default();
    let (vi, en) = match cause.what {
        Passing::AssessmentAges => {
            return (
                format!("một đánh giá đã {days} ngày tuổi, từ nay nhẹ hơn"),
                format!("an assessment is {days} days old, and weighs less from now on"),
            );
        }
        Passing::EndorsementAges => {
            return (
                format!("một bảo chứng đã {days} ngày tuổi, từ nay nhẹ hơn"),
                format!("an endorsement is {days} days old, and weighs less from now on"),
            );
        }
        Passing::AssessmentExpires => ("một đánh giá hết hiệu lực", "an assessment is no longer valid"),
        Passing::EndorsementExpires => ("một bảo chứng hết hạn", "an endorsement is over"),
        Passing::SanctionBegins => ("một biện pháp xử lý bắt đầu", "a sanction begins"),
        Passing::SanctionHalves => ("một biện pháp xử lý đã qua nửa thời hạn", "a sanction is half over"),
        Passing::SanctionEnds => ("một biện pháp xử lý kết thúc", "a sanction is over"),
        Passing::ClockMissed => ("một khiếu nại quá hạn quyết định", "a contest was not decided in time"),
        Passing::PolicyBegins => ("chính sách khác có hiệu lực", "another policy comes into force"),
    };
    (vi.to_owned(), en.to_owned())
}

/// What a day did, by each thing and how many of it, in Vietnamese and English.
pub(super) fn passed(causes: &[Cause]) -> (String, String) {
    let mut counted: Vec<((String, String), usize)> = Vec::new();
    for cause in causes {
        let words = passing(cause);
        match counted.iter_mut().find(|(known, _)| *known == words) {
            Some((_, count)) => *count += 1,
            None => counted.push((words, 1)),
        }
    }
    let times = |text: &str, count: usize| match (count, text.strip_prefix("một ")) {
        (1, _) => text.to_owned(),
        (_, Some(what)) => format!("{count} {what}"),
        (_, None) => format!("{text} (×{count})"),
    };
    let (vi, en): (Vec<_>, Vec<_>) =
        counted.iter().map(|((vi, en), count)| (times(vi, *count), times(en, *count))).unzip();
    (vi.join(", "), en.join(", "))
}

/// Every step of a score, page by page.
pub(super) async fn all(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<Step>> {
    let (mut steps, mut pages) =
        (Vec::new(), Pages::of(format!("/v1/subjects/{subject}/history/steps?"), "after"));
    while let Some(page) = pages.next::<StepPage>(client).await? {
        // What follows is of the same moment.
        pages.fix(&format!("&size={}&as_of={}", page.size, page.as_of));
        steps.extend(page.steps);
    }
    Ok(steps)
}

/// Prints steps as a table.
pub(super) fn print(steps: &[Step]) {
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let (seq, who, cause) = match &step.event {
                Some(event) => {
                    let what = words::of_type(&event.type_name);
                    let what = what.map_or(event.type_name.clone(), |words| words.done());
                    let replied = if event.reply.is_some() { " (có phản hồi / replied to)" } else { "" };
                    (event.seq.to_string(), event.issuer.to_string(), format!("{what}{replied}"))
                }
                None => {
                    let (vi, en) = passed(&step.causes);
                    ("–".to_owned(), "–".to_owned(), format!("{vi} / {en}"))
                }
            };
            vec![step.on.to_string(), seq, points(step.points), who, cause, figure(&step.after)]
        })
        .collect();
    let head = ["ngày / on", "mục / seq", "+/-", "ai / who", "vì / because", "điểm / score"];
    output::table(&head, &rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::{Figure, Standing};

    #[test]
    fn a_contested_item_helps_only_where_its_fall_lowers_the_score() {
        let on = "2026-11-29".parse().unwrap();
        let event = format!("\"{}\"", "ab".repeat(32));
        let contest = serde_json::from_str(&event).unwrap();
        let short = Standing::WithheldClock { contest, missed_by: on };
        let unrated = Standing::NotRated { missing: Vec::new() };
        for (points, standing, helps) in [
            (Some(-300), Standing::Rated, true),
            (Some(300), Standing::Rated, false),
            (None, short, true),
            // A suspension falls, and a score comes back, or too little is known for one.
            (None, Standing::Rated, false),
            (None, unrated, false),
        ] {
            let after = Figure { standing, score: None, range: None, band: None, confidence: None };
            let causes = vec![Cause { what: Passing::ClockMissed, event: contest, days: None }];
            let change = Change { on, points, after, causes };
            let (vi, en) = (sentence_vi(&change), sentence(&change));
            assert!(en.contains("if it is not decided before"), "{en}");
            assert_eq!(en.contains("helps the score"), helps, "{en}");
            assert_eq!(vi.contains("có lợi cho điểm"), helps, "{vi}");
        }
    }
}
