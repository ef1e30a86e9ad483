//! `/log`: the ledger's entries, the newest first.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::lines::done;
use super::named::{Names, Party};
use super::page::{Page, text};
use crate::api::Problem;
use crate::api::views::{EventPage, EventRow};
use crate::event::{EventType, PartyId, TYPES};

/// How many entries a page lists.
const LINES: usize = 50;
/// How far back is looked at once.
const STRETCH: u64 = 500;
/// How many stretches are looked through for one page.
const STRETCHES: usize = 20;

#[derive(Template)]
#[template(path = "log.html")]
struct Log<'a> {
    p: &'a Page,
    types: Vec<(String, String, bool)>,
    subject: String,
    lines: Vec<Recorded>,
    newest: Option<String>,
    older: Option<String>,
}

/// An entry in a list.
pub(super) struct Recorded {
    /// The event's id.
    pub id: String,
    /// When it was recorded, as programs read it.
    pub at: String,
    /// Its day, as programs read it.
    pub on: String,
    /// Its day.
    pub day: String,
    /// Who issued it.
    pub who: Party,
    /// What was done.
    pub what: String,
    /// Whom it is about, where that is somebody else.
    pub about: Option<Party>,
    /// Its seq and page.
    pub entry: (u64, String),
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&["type", "subject", "before"])?;
    let p = &asked.page;
    let before: Option<u64> = asked.read("before", "the seq of an entry")?;
    let (rows, left) = back(asked, &asked.query(&["type", "subject"]), before, LINES).await?;
    let chosen = asked.value("type");
    let mut types: Vec<(String, String, bool)> = TYPES
        .iter()
        .filter_map(|name| {
            let words = EventType::named(name)?.words();
            Some(((*name).to_owned(), p.lang.word(words).to_owned(), chosen == Some(*name)))
        })
        .collect();
    types.sort_by_key(|(_, said, _)| crate::api::folded(said));
    rendered(&Log {
        p,
        types,
        subject: asked.value("subject").map(text).unwrap_or_default(),
        lines: told(asked, rows).await,
        newest: before.map(|_| p.with(&[("before", "")])),
        older: left.map(|seq| p.with(&[("before", &seq.to_string())])),
    })
}

/// The newest entries that a filter takes, and whether there are older ones.
///
/// # Errors
/// What the API answers.
pub(super) async fn newest_of(
    asked: &Asked,
    filter: &str,
    most: usize,
) -> Result<(Vec<Recorded>, bool), Problem> {
    let (rows, left) = back(asked, filter, None, most).await?;
    Ok((told(asked, rows).await, left.is_some()))
}

/// Entries before a seq, the newest first, and the seq before which others may stand.
async fn back(
    asked: &Asked,
    filter: &str,
    before: Option<u64>,
    most: usize,
) -> Result<(Vec<EventRow>, Option<u64>), Problem> {
    let size = asked.page.pulse.as_ref().map_or(0, |pulse| pulse.0.size);
    let (mut end, mut rows) = (before.unwrap_or(size).min(size), Vec::<EventRow>::new());
    for _ in 0..STRETCHES {
        let start = end.saturating_sub(STRETCH);
        let mut found = Vec::new();
        let mut after = start.checked_sub(1);
        loop {
            let from = after.map(|seq| format!("&after={seq}")).unwrap_or_default();
            let path = format!("/v1/events?limit={STRETCH}{filter}{from}");
            let page: EventPage = asked.web.source.json(&path).await?;
            found.extend(page.events.into_iter().filter(|row| row.seq < end));
            after = page.next.filter(|next| next + 1 < end);
            if after.is_none() {
                break;
            }
        }
        rows.extend(found.into_iter().rev());
        end = start;
        if end == 0 || rows.len() > most {
            break;
        }
    }
    let left = if rows.len() > most { rows.get(most - 1).map(|row| row.seq) } else { Some(end) };
    rows.truncate(most);
    Ok((rows, left.filter(|seq| *seq > 0)))
}

async fn told(asked: &Asked, rows: Vec<EventRow>) -> Vec<Recorded> {
    let p = &asked.page;
    let mut parties: Vec<PartyId> = rows.iter().map(|row| row.issuer.clone()).collect();
    parties.extend(rows.iter().filter_map(|row| row.subject.map(PartyId::from)));
    let names = Names::of(&asked.web.source, parties).await;
    let offset = p.pulse.as_ref().map_or(0, super::pulse::Pulse::utc_offset_min);
    let line = |row: EventRow| {
        let on = row.recorded_at.date_at(offset);
        let about = row.subject.map(PartyId::from).filter(|about| *about != row.issuer);
        Recorded {
            id: row.id.to_string(),
            at: row.recorded_at.to_string(),
            on: on.to_string(),
            day: p.lang.day(on),
            who: names.party(p, &row.issuer),
            what: done(p, &row.type_name),
            about: about.map(|about| names.party(p, &about)),
            entry: (row.seq, p.to(&format!("entry/{}", row.seq))),
        }
    };
    rows.into_iter().map(line).collect()
}
