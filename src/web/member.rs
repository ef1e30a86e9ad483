//! `/member/{member}`: who a member is, what it said, and how that has fared.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::Value;

use super::asked::{Asked, rendered};
use super::log::{Recorded, newest_of};
use super::page::{Page, name, name_of};
use crate::api::Problem;
use crate::api::views::MemberView;
use crate::event::PartyId;

/// What is told of a record, in this order; a list without one of these has no row of it.
const FARED: [&str; 9] = [
    "published",
    "in_force",
    "contests_open",
    "upheld",
    "partial",
    "rejected",
    "overturn_permille",
    "agreement_permille",
    "withdrawn",
];

/// How many of its newest entries are shown.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "member.html")]
struct Member<'a> {
    p: &'a Page,
    id: String,
    name: String,
    class: String,
    membership: String,
    record: Option<Vec<(String, String)>>,
    accreditations: Vec<String>,
    lines: Vec<Recorded>,
    more: bool,
    keys: Vec<(String, String)>,
}

/// The page.
pub(super) async fn page(Path(member): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, &member).await;
    asked.answer(made)
}

async fn made(asked: &Asked, member: &str) -> Result<String, Problem> {
    asked.only(&[])?;
    let (p, source) = (&asked.page, &asked.web.source);
    let unknown = |_| {
        let given: String = member.escape_debug().take(40).collect();
        Problem::not_found("member.unknown", format!("there is no member `{given}`"))
    };
    let id: PartyId = member.parse().map_err(unknown)?;
    let view: MemberView = source.json(&format!("/v1/members/{id}")).await?;
    let record: Option<Value> = source.json(&format!("/v1/members/{id}/record")).await.ok();
    let (lines, more) = newest_of(asked, &format!("&issuer={id}"), LINES).await?;
    let offset = p.pulse.as_ref().map_or(0, super::pulse::Pulse::utc_offset_min);
    let accreditations = view.accreditations.iter().map(|one| {
        let topics = one.topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let stands = if one.stands { p.t("member-stands") } else { p.t("member-over") };
        match one.valid_until {
            Some(last) => p.say("member-accredited_until", &[&topics, stands, &p.lang.day(last)]),
            None => p.say("member-accredited", &[&topics, stands]),
        }
    });
    let keys = view.keys.iter().map(|one| {
        let state = p.of("key", &name_of(&one.state));
        (one.key.to_string(), p.say("member-key", &[&state, &p.lang.day(one.added_at.date_at(offset))]))
    });
    rendered(&Member {
        p,
        id: id.to_string(),
        name: name(&view.member.name),
        class: p.value(&name_of(&view.member.class)),
        membership: p.of("membership", &name_of(&view.member.membership)),
        record: record.map(|record| fared(p, &record)).filter(|rows| !rows.is_empty()),
        accreditations: accreditations.collect(),
        lines,
        more,
        keys: keys.collect(),
    })
}

/// How what it said has fared, row by row; what it never did is left out.
fn fared(p: &Page, record: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for (list, of) in [("assessments", &record["assessments"]), ("endorsements", &record["endorsements"])] {
        let published = of["published"].as_u64().unwrap_or_default();
        if published == 0 {
            continue;
        }
        for what in FARED {
            let Some(count) = of[what].as_u64() else { continue };
            let told = match what.ends_with("_permille") {
                true => p.lang.percent(count as u16),
                false => count.to_string(),
            };
            rows.push((p.of("record", &format!("{list}_{what}")), told));
        }
    }
    rows
}
