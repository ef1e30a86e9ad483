//! `/entry/{event}`: who said what and when, how it is signed, what it did, and how it is proven.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::Value;

use super::asked::{Asked, rendered};
use super::contesting::Contesting;
use super::lines::{self, done};
use super::named::{Names, Party};
use super::page::{Page, name, text};
use crate::api::Problem;
use crate::api::views::{EventPage, EventRow, EventView, HistoryPage};
use crate::event::{PartyId, words};

/// Most members of a body that are shown.
const MEMBERS: usize = 60;
/// Most values of a member that are shown.
const VALUES: usize = 40;

#[derive(Template)]
#[template(path = "entry.html")]
struct Entry<'a> {
    p: &'a Page,
    seq: u64,
    id: String,
    kind: String,
    what: String,
    issuer: Party,
    about: Option<Party>,
    recorded: String,
    effect: Option<String>,
    contested: bool,
    contest: Option<Contesting>,
    became: Vec<Became>,
    members: Vec<(String, Vec<String>)>,
    attached: Vec<Attached>,
    prev: String,
    keys: Vec<String>,
    before: Option<String>,
    after: Option<String>,
}

/// What became of what an entry made.
struct Became {
    day: String,
    who: Party,
    what: String,
    seq: u64,
    link: String,
}

/// A text or file that an entry commits to.
struct Attached {
    commitment: String,
    kept: bool,
    words: Option<String>,
}

/// The page.
pub(super) async fn page(Path(event): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, &event).await;
    asked.answer(made)
}

async fn made(asked: &Asked, event: &str) -> Result<String, Problem> {
    asked.only(&[])?;
    let (p, source) = (&asked.page, &asked.web.source);
    let named = event.len() <= 64 && event.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !named {
        let given: String = event.escape_debug().take(40).collect();
        return Err(Problem::not_found("event.unknown", format!("there is no entry `{given}`")));
    }
    let view: EventView = source.json(&format!("/v1/events/{event}")).await?;
    let row = &view.row;
    let fate = fate(asked, row).await;
    let about: Option<PartyId> = row.subject.map(PartyId::from);
    let mut parties = vec![row.issuer.clone()];
    parties.extend(about.clone());
    parties.extend(fate.iter().flat_map(|one| &one.by).map(|by| by.issuer.clone()));
    let names = Names::of(source, parties).await;
    let offset = p.pulse.as_ref().map_or(0, super::pulse::Pulse::utc_offset_min);
    let became = fate.iter().flat_map(|one| &one.by).map(|by| Became {
        day: p.lang.day(by.recorded_at.date_at(offset)),
        who: names.party(p, &by.issuer),
        what: done(p, &by.type_name),
        seq: by.seq,
        link: p.to(&format!("entry/{}", by.seq)),
    });
    let mut attached = Vec::new();
    for commitment in &view.attachments {
        let words = source.text(commitment).await;
        let kept = words.is_some() || source.has(&format!("/v1/attachments/{commitment}")).await;
        attached.push(Attached {
            commitment: commitment.to_string(),
            kept,
            words: words.map(|one| text(&one)),
        });
    }
    let size = p.pulse.as_ref().map_or(0, |pulse| pulse.0.size);
    let beside = |seq: u64| p.to(&format!("entry/{seq}"));
    let contest = Contesting::of(asked, &names, row, fate.as_ref()).await;
    rendered(&Entry {
        p,
        contest,
        seq: row.seq,
        id: row.id.to_string(),
        kind: row.type_name.clone(),
        what: done(p, &row.type_name),
        issuer: names.party(p, &row.issuer),
        about: about.filter(|about| *about != row.issuer).map(|about| names.party(p, &about)),
        recorded: p.lang.instant(row.recorded_at, offset),
        effect: effect(asked, row).await,
        contested: fate.as_ref().is_some_and(|fate| fate.contested),
        became: became.collect(),
        members: members(p, &view.payload["body"]),
        attached,
        prev: serde_json::to_value(&view.prev)
            .ok()
            .and_then(|one| one.as_str().map(str::to_owned))
            .unwrap_or_default(),
        keys: view.keys.iter().map(ToString::to_string).collect(),
        before: row.seq.checked_sub(1).map(beside),
        after: Some(row.seq + 1).filter(|next| *next < size).map(beside),
    })
}

/// What became of the item that an entry made.
async fn fate(asked: &Asked, row: &EventRow) -> Option<crate::api::views::Fate> {
    let after = row.seq.checked_sub(1).map(|seq| format!("&after={seq}")).unwrap_or_default();
    let about = row.subject.map(|subject| format!("&subject={subject}")).unwrap_or_default();
    let path = format!("/v1/events?fates=true&limit=1{after}{about}");
    let page: EventPage = asked.web.source.json(&path).await.ok()?;
    page.events.into_iter().find(|one| one.seq == row.seq)?.fate
}

/// What it did to the score of whom it is about.
async fn effect(asked: &Asked, row: &EventRow) -> Option<String> {
    let subject = row.subject?;
    let after = row.seq.checked_sub(1).map(|seq| format!("&after={seq}")).unwrap_or_default();
    let path = format!("/v1/subjects/{subject}/history?limit=1{after}");
    let page: HistoryPage = asked.web.source.json(&path).await.ok()?;
    let found = page.history.into_iter().find(|one| one.event.seq == row.seq)?;
    let (told, _) = lines::effect(&asked.page, found.before.as_ref(), found.after.as_ref());
    Some(told).filter(|told| !told.is_empty())
}

/// The members of a body, in words where there are some.
fn members(p: &Page, body: &Value) -> Vec<(String, Vec<String>)> {
    let all = body.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let named =
        |key: &str| words::of_member(key).map_or_else(|| name(key), |words| p.lang.word(words).to_owned());
    all.take(MEMBERS).map(|(key, value)| (named(key), values(p, value))).collect()
}

/// The values of a member, a line each.
fn values(p: &Page, value: &Value) -> Vec<String> {
    let mut lines = match value {
        Value::Array(all) => all.iter().map(|one| line(p, one)).collect(),
        Value::Object(all) => {
            all.iter().map(|(key, one)| format!("{}: {}", name(key), line(p, one))).collect()
        }
        one => vec![line(p, one)],
    };
    if lines.len() > VALUES {
        lines.truncate(VALUES);
        lines.push("…".to_owned());
    }
    lines
}

fn line(p: &Page, value: &Value) -> String {
    match value {
        Value::Bool(yes) => {
            if *yes {
                p.t("yes").to_owned()
            } else {
                p.t("no").to_owned()
            }
        }
        Value::String(said) => match said.parse() {
            Ok(day) => p.lang.day(day),
            Err(_) => words::of_value(said).map_or_else(|| name(said), |words| p.lang.word(words).to_owned()),
        },
        Value::Null => p.t("entry-no_grade").to_owned(),
        Value::Array(all) => all.iter().map(|one| line(p, one)).collect::<Vec<_>>().join(", "),
        other => name(&other.to_string()),
    }
}
