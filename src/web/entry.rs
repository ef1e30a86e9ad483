//! `/entry/{event}`: who said what and when, how it is signed, what it did, and how it is proven.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde_json::Value;

use super::asked::{Asked, rendered};
use super::contesting::{Contesting, Until};
use super::lines::{self, done};
use super::named::{Names, Party};
use super::page::{Page, name, text};
use crate::api::Problem;
use crate::api::views::{EventPage, EventRow, EventView, HistoryPage};
use crate::event::{Commitment, EventType, PartyId, words};

/// Most members of a body that are shown.
const MEMBERS: usize = 60;
/// Most entries that are looked up for what a body names.
const NAMED: usize = 8;
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
    members: Vec<(String, Vec<Said>)>,
    attached: Vec<Attached>,
    prev: String,
    keys: Vec<String>,
    /// Where the council imposes what is proposed.
    impose: Option<String>,
    before: Option<String>,
    after: Option<String>,
}

/// A value of a body, and the page of what it names.
struct Said {
    says: String,
    link: Option<String>,
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
    /// Why its bytes are not here.
    absent: Option<String>,
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
    let destroyed = destroyed(asked, row, &view).await;
    let mut attached = Vec::new();
    for commitment in &view.attachments {
        let words = source.text(commitment).await;
        let kept = words.is_some() || source.has(&format!("/v1/attachments/{commitment}")).await;
        attached.push(Attached {
            commitment: commitment.to_string(),
            absent: (!kept).then(|| match destroyed {
                Some(by) => p.say("entry-destroyed", &[&by.to_string()]),
                None => p.t("entry-not_kept").to_owned(),
            }),
            words: words.map(|one| text(&one)),
        });
    }
    let size = p.pulse.as_ref().map_or(0, |pulse| pulse.0.size);
    let beside = |seq: u64| p.to(&format!("entry/{seq}"));
    let known = known(asked, &view).await;
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
        members: members(p, &view.payload["body"], &known),
        attached,
        prev: serde_json::to_value(&view.prev)
            .ok()
            .and_then(|one| one.as_str().map(str::to_owned))
            .unwrap_or_default(),
        keys: view.keys.iter().map(ToString::to_string).collect(),
        impose: (row.event_type() == Some(EventType::SanctionProposed))
            .then(|| p.to(&format!("act/impose?proposal={}", row.id))),
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

/// The entry by which the texts of an entry were destroyed on request.
async fn destroyed(asked: &Asked, row: &EventRow, view: &EventView) -> Option<u64> {
    let subject = row.subject.filter(|_| !view.attachments.is_empty())?;
    let executed = EventType::ErasureExecuted;
    let path = format!("/v1/subjects/{subject}/events?type={executed}&limit=1000");
    let page: EventPage = asked.web.source.json(&path).await.ok()?;
    for one in page.events {
        let other: EventView = asked.web.source.json(&format!("/v1/events/{}", one.seq)).await.ok()?;
        if other.event().is_ok_and(|event| event.named().events.contains(&row.id)) {
            return Some(one.seq);
        }
    }
    None
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

/// Ids and commitments in a body that a reader is better told otherwise: other entries, and texts that are shown.
async fn known(asked: &Asked, view: &EventView) -> BTreeMap<String, Said> {
    let p = &asked.page;
    let below =
        |one: &Commitment| (one.to_string(), Said { says: p.t("entry-below").to_owned(), link: None });
    let mut known: BTreeMap<String, Said> = view.attachments.iter().map(below).collect();
    let named = view.event().map(|event| event.named().events).unwrap_or_default();
    for id in named.iter().take(NAMED) {
        let Ok(other) = asked.web.source.json::<EventView>(&format!("/v1/events/{id}")).await else {
            continue;
        };
        let seq = other.row.seq;
        let says = format!("{} {seq}", p.t("entry"));
        known.insert(id.to_string(), Said { says, link: Some(p.to(&format!("entry/{seq}"))) });
    }
    known
}

/// What a payload says, member by member, in words where there are some.
pub(super) fn terms(p: &Page, payload: &Value) -> Vec<(String, Vec<String>)> {
    let says = |(name, values): (String, Vec<Said>)| (name, values.into_iter().map(|one| one.says).collect());
    members(p, &payload["body"], &BTreeMap::new()).into_iter().map(says).collect()
}

fn members(p: &Page, body: &Value, known: &BTreeMap<String, Said>) -> Vec<(String, Vec<Said>)> {
    let all = body.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let named =
        |key: &str| words::of_member(key).map_or_else(|| name(key), |words| p.lang.word(words).to_owned());
    all.take(MEMBERS).map(|(key, value)| (named(key), values(p, value, known))).collect()
}

/// The values of a member, a line each.
fn values(p: &Page, value: &Value, known: &BTreeMap<String, Said>) -> Vec<Said> {
    let plain = |says| Said { says, link: None };
    let said = |one: &Value| match one.as_str().and_then(|text| known.get(text)) {
        Some(told) => Said { says: told.says.clone(), link: told.link.clone() },
        None => plain(line(p, one)),
    };
    let mut lines: Vec<Said> = match value {
        Value::Array(all) => all.iter().map(said).collect(),
        Value::Object(all) => {
            let told = all.iter().map(|(key, one)| format!("{}: {}", name(key), line(p, one)));
            told.map(plain).collect()
        }
        one => vec![said(one)],
    };
    if lines.len() > VALUES {
        lines.truncate(VALUES);
        lines.push(plain("…".to_owned()));
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
