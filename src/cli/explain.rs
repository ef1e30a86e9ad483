//! A score explained: its parts, losses, items and the replies to them

use super::fates;
use super::output::{self, points};
use super::told::short;
use crate::client::Client;
use crate::engines::Score;
use crate::facts::Reply;

/// Prints what adds up to a score, what would help, and what the KOL replied.
pub async fn explain(client: &Client, score: &Score) {
    output::line("");
    let parts = score.parts.iter().map(|part| vec![part.code.clone(), points(part.points)]);
    let total: i64 = score.parts.iter().map(|part| part.points).sum();
    let mut rows: Vec<Vec<String>> = parts.collect();
    if !rows.is_empty() {
        rows.push(vec!["=".to_owned(), points(total)]);
        output::table(&["phần / part", "điểm / points"], &rows);
        output::line("");
    }
    let reasons: Vec<Vec<String>> = score
        .reasons
        .iter()
        .map(|one| {
            vec![
                one.code.clone(),
                points(i64::from(one.points)),
                one.remedy.vi.clone(),
                one.remedy.en.clone(),
            ]
        })
        .collect();
    if !reasons.is_empty() {
        output::table(&["lý do / reason", "mất / costs", "nên làm", "what helps"], &reasons);
        output::line("");
    }
    let assessments: Vec<Vec<String>> = score
        .assessments
        .iter()
        .map(|one| {
            let why = why(one.excluded.as_deref());
            vec![one.assessor.to_string(), one.weight.to_string(), why, short(&one.event.to_string())]
        })
        .collect();
    output::table(
        &["đánh giá viên / assessor", "trọng số / weight", "vì / why", "mục / event"],
        &assessments,
    );
    let sanctions: Vec<Vec<String>> = score
        .sanctions
        .iter()
        .map(|one| {
            let until = one.ends_on.map(|last| last.to_string()).unwrap_or_default();
            vec![
                format!("{:?}", one.severity),
                one.starts_on.to_string(),
                until,
                short(&one.event.to_string()),
            ]
        })
        .collect();
    if !sanctions.is_empty() {
        output::line("");
        output::table(&["xử lý / sanction", "từ / from", "đến / until", "mục / event"], &sanctions);
    }
    let assessed = score.assessments.iter().filter_map(|one| Some((one.event, one.reply?)));
    let sanctioned = score.sanctions.iter().filter_map(|one| Some((one.event, one.reply?)));
    let mut replies = Vec::new();
    for (event, reply) in assessed.chain(sanctioned) {
        replies.push(vec![said(client, &reply).await, short(&event.to_string())]);
    }
    if !replies.is_empty() {
        output::line("");
        output::table(&["phản hồi / the KOL's reply", "về mục / to event"], &replies);
    }
    let endorsements: Vec<Vec<String>> = score
        .endorsements
        .iter()
        .map(|one| {
            let place = one.place_permille.to_string();
            let why = why(one.excluded.as_deref());
            vec![one.endorser.to_string(), one.units.to_string(), place, why, short(&one.event.to_string())]
        })
        .collect();
    if !endorsements.is_empty() {
        output::line("");
        output::table(
            &["bên bảo chứng / endorser", "đơn vị / units", "hạng / place ‰", "vì / why", "mục / event"],
            &endorsements,
        );
    }
}

/// Why an item counts nothing, by its code and in words.
fn why(excluded: Option<&str>) -> String {
    excluded.map_or_else(String::new, |code| format!("{code}: {}", fates::not_counted(code)))
}

/// Most characters of a reply shown in a table.
const REPLY_CHARS: usize = 200;

/// What a subject replied, in one line; its event where the text is not kept here.
pub async fn said(client: &Client, reply: &Reply) -> String {
    let text = client.text(&format!("/v1/attachments/{}", reply.statement)).await;
    let shown = text.map(|text| {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // Whoever wrote it shall not command the terminal.
        line.chars().filter(|one| !one.is_control()).take(REPLY_CHARS).collect::<String>()
    });
    shown.unwrap_or_else(|_| format!("event {}", reply.event))
}
