//! A score explained: its parts, losses, items and the replies to them

use super::codes;
use super::fates;
use super::output::{self, points};
use super::policies;
use super::told::{clean, short};
use crate::api::views::EventView;
use crate::client::Client;
use crate::dsse::EventId;
use crate::engines::{SanctionFigure, Score};
use crate::event::{Label, Policy};
use crate::facts::Reply;

/// Prints what adds up to a score, what would help, and what the KOL replied.
pub(super) async fn explain(client: &Client, score: &Score) {
    output::line("");
    let policy = policies::version(client, Some(score.policy)).await.ok().map(|view| view.policy);
    let parts = score
        .parts
        .iter()
        .map(|part| vec![part.code.clone(), named(policy.as_ref(), &part.code), points(part.points)]);
    let total: i64 = score.parts.iter().map(|part| part.points).sum();
    let mut rows: Vec<Vec<String>> = parts.collect();
    if !rows.is_empty() {
        rows.push(vec!["=".to_owned(), String::new(), points(total)]);
        output::table(&["phần / part", "tên / name", "điểm / points"], &rows);
        output::line("");
    }
    let mut reasons = Vec::new();
    for one in &score.reasons {
        reasons.push(vec![
            one.code.clone(),
            named(policy.as_ref(), &one.code),
            points(i64::from(one.points)),
            of_entries(client, &one.events).await,
            one.remedy.vi.clone(),
            one.remedy.en.clone(),
        ]);
    }
    for part in score.parts.iter().filter(|part| part.code.starts_with("SANC.") && part.points < 0) {
        let (vi, en) = SANCTIONED;
        reasons.push(vec![
            part.code.clone(),
            named(policy.as_ref(), &part.code),
            points(-part.points),
            of_entries(client, &part.events).await,
            vi.to_owned(),
            en.to_owned(),
        ]);
    }
    if !reasons.is_empty() {
        let head =
            ["lý do / reason", "tên / name", "mất / costs", "vì mục / for entries", "nên làm", "what helps"];
        output::table(&head, &reasons);
        output::line("");
    }
    let mut assessments = Vec::new();
    for one in &score.assessments {
        let why = match one.voice_permille.filter(|voice| one.excluded.is_none() && *voice < 1000) {
            Some(voice) => format!("kinh nghiệm / experience {voice} ‰"),
            None => why(one.excluded.as_deref()),
        };
        let why = [why, disputed(one.contested)].into_iter().filter(|one| !one.is_empty());
        let why = why.collect::<Vec<_>>().join("; ");
        let entry = of_entries(client, &[one.event]).await;
        assessments.push(vec![one.assessor.to_string(), one.weight.to_string(), why, entry]);
    }
    output::table(&["đánh giá viên / assessor", "trọng số / weight", "vì / why", "mục / seq"], &assessments);
    let mut sanctions = Vec::new();
    for one in &score.sanctions {
        let until = one.ends_on.map(|last| last.to_string()).unwrap_or_default();
        let takes = [taken(score, policy.as_ref(), one), disputed(one.contested)];
        let takes = takes.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("; ");
        let entry = of_entries(client, &[one.event]).await;
        sanctions.push(vec![format!("{:?}", one.severity), one.starts_on.to_string(), until, takes, entry]);
    }
    if !sanctions.is_empty() {
        output::line("");
        output::table(
            &["xử lý / sanction", "từ / from", "đến / until", "trừ / takes", "mục / seq"],
            &sanctions,
        );
    }
    let assessed = score.assessments.iter().filter_map(|one| Some((one.event, one.reply?)));
    let sanctioned = score.sanctions.iter().filter_map(|one| Some((one.event, one.reply?)));
    let mut replies = Vec::new();
    for (event, reply) in assessed.chain(sanctioned) {
        replies.push(vec![said(client, &reply).await, of_entries(client, &[event]).await]);
    }
    if !replies.is_empty() {
        output::line("");
        output::table(&["phản hồi / the KOL's reply", "về mục / to entry"], &replies);
    }
    let mut endorsements = Vec::new();
    for one in &score.endorsements {
        let unplaced = one.excluded.is_none() && one.units > 0 && one.place_permille == 0;
        let why = if unplaced { UNPLACED.to_owned() } else { why(one.excluded.as_deref()) };
        let place = one.place_permille.to_string();
        let entry = of_entries(client, &[one.event]).await;
        endorsements.push(vec![one.endorser.to_string(), one.units.to_string(), place, why, entry]);
    }
    if !endorsements.is_empty() {
        output::line("");
        output::table(
            &["bên bảo chứng / endorser", "đơn vị / units", "hạng / place ‰", "vì / why", "mục / seq"],
            &endorsements,
        );
    }
    output::line("");
    output::line(
        "khoảng, độ tin cậy, trọng số, đơn vị, hạng và mức trừ là gì / what range, confidence, weight, units, place and a \
         sanction's points mean: `tinnhiem explain range confidence weight units place sanction`",
    );
}

/// What is said of an item that is contested and counts meanwhile.
fn disputed(contested: bool) -> String {
    let words = "đang bị khiếu nại, vẫn tính / contested, and counts meanwhile";
    if contested { words.to_owned() } else { String::new() }
}

/// Most entries that are named for a reason.
const NAMED: usize = 4;

/// What helps against what a sanction takes.
const SANCTIONED: (&str, &str) = (
    "Hết thời hạn thì thôi trừ; nếu sai, hãy khiếu nại, hoặc đề nghị Ban điều phối gỡ sớm.",
    "It takes nothing once its term is over; if it is wrong, contest it, or ask the council to lift it.",
);

/// The entries that a reason is about, by seq; that it is about none of them in particular.
async fn of_entries(client: &Client, events: &[EventId]) -> String {
    if events.is_empty() {
        return "không riêng mục nào / no single entry".to_owned();
    }
    let mut seqs = Vec::new();
    for event in events.iter().take(NAMED) {
        let entry = client.json::<EventView>(&format!("/v1/events/{event}")).await;
        seqs.push(entry.map_or_else(|_| short(&event.to_string()), |entry| entry.row.seq.to_string()));
    }
    let more = if events.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", seqs.join(", "))
}

/// What a sanction takes, and how that follows from what the policy sets for its severity.
fn taken(score: &Score, policy: Option<&Policy>, one: &SanctionFigure) -> String {
    let part =
        score.parts.iter().find(|part| part.code.starts_with("SANC.") && part.events.contains(&one.event));
    let Some(part) = part else { return "–".to_owned() };
    let rule = policy.map(|policy| &policy.sanction);
    let why = rule.and_then(|rule| {
        let full = i64::from(rule.severities.get(&one.severity)?.points);
        let found = [(full, false), (full / 2, true)].into_iter().find_map(|(now, half)| {
            let repeats = (0..=i64::from(rule.repeat_most)).find(|repeats| {
                now * (1000 + i64::from(rule.repeat_permille) * repeats) / 1000 == -part.points
            })?;
            Some((half, repeats))
        });
        let full = points(full);
        Some(match found {
            Some((half, repeats)) => {
                let term = match half {
                    true => format!(
                        "nửa sau thời hạn: một nửa của {full} / second half of its term: half of {full}"
                    ),
                    false => format!("nửa đầu thời hạn: cả {full} / first half of its term: all of {full}"),
                };
                let again = format!("; {repeats} lần trước làm nặng thêm / {repeats} earlier make it graver");
                if repeats > 0 { term + &again } else { term }
            }
            None => {
                format!("mức đủ là {full}, có giới hạn chung / {full} in full, capped together with others")
            }
        })
    });
    let taken = points(part.points);
    why.map_or(taken.clone(), |why| format!("{taken} ({why})"))
}

/// What a code of a part or a reason is called: a criterion or indicator by the policy, another by the table of codes.
fn named(policy: Option<&Policy>, code: &str) -> String {
    let criteria = || policy.into_iter().flat_map(|policy| &policy.criteria);
    let both = |name: &Label| format!("{} / {}", clean(&name.vi), clean(&name.en));
    if let Some(criterion) = criteria().find(|one| one.id.as_str() == code) {
        return both(&criterion.name);
    }
    // A reason names an indicator after its criterion.
    let graded = code.split_once('.').and_then(|(criterion, indicator)| {
        let of = criteria().find(|one| one.id.as_str() == criterion)?;
        of.indicators.iter().find(|one| one.id.as_str() == indicator)
    });
    match graded {
        Some(indicator) => both(&indicator.name),
        None => codes::meaning(code).unwrap_or_default().into_owned(),
    }
}

/// Why an endorsement that could count has no place.
const UNPLACED: &str = "mỗi nhóm chỉ tính một, và chỉ tính các bên nặng nhất / one of each controller group counts, \
                        and of the groups those that weigh most";

/// Why an item counts nothing, by its code and in words.
fn why(excluded: Option<&str>) -> String {
    excluded.map_or_else(String::new, |code| format!("{code}: {}", fates::not_counted(code)))
}

/// Most characters of a reply shown in a table.
const REPLY_CHARS: usize = 200;

/// What a subject replied, in one line; its event where the text is not kept here.
pub(super) async fn said(client: &Client, reply: &Reply) -> String {
    let text = client.text(&format!("/v1/attachments/{}", reply.statement)).await;
    let shown = text.map(|text| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // Whoever wrote it shall not command the terminal.
        line.chars().filter(|one| !one.is_control()).take(REPLY_CHARS).collect::<String>()
    });
    shown.unwrap_or_else(|_| format!("event {}", reply.event))
}
