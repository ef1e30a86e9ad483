//! `/feed.atom`, `/kol/{subject}/feed.atom`: what is recorded, for who watches.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, rendered};
use super::log::{Recorded, newest_of};
use super::page::{Page, name};
use super::wrong;
use crate::api::Problem;
use crate::api::views::SubjectView;
use crate::event::SubjectId;

/// How many of the newest entries a feed tells.
const ENTRIES: usize = 50;

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed<'a> {
    p: &'a Page,
    title: String,
    id: String,
    own: String,
    page: String,
    authority: &'a str,
    updated: String,
    entries: Vec<Recorded>,
}

/// The feed of the log.
pub(super) async fn of_log(asked: Asked) -> Response {
    let made = made(&asked, None).await;
    answer(&asked, made)
}

/// The feed of a KOL.
pub(super) async fn of_subject(Path(subject): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, Some(&subject)).await;
    answer(&asked, made)
}

fn answer(asked: &Asked, made: Result<String, Problem>) -> Response {
    let kind = HeaderValue::from_static("application/atom+xml; charset=utf-8");
    match made {
        Ok(xml) => ([(header::CONTENT_TYPE, kind)], xml).into_response(),
        Err(problem) => wrong::told(&asked.page, &problem),
    }
}

async fn made(asked: &Asked, subject: Option<&str>) -> Result<String, Problem> {
    asked.only(&[])?;
    let p = &asked.page;
    let unknown = |_| Problem::not_found("subject.unknown", "there is no KOL of this id");
    let subject = subject.map(|text| text.parse::<SubjectId>().map_err(unknown)).transpose()?;
    let view: Option<SubjectView> = match subject {
        Some(subject) => Some(asked.web.source.json(&format!("/v1/subjects/{subject}")).await?),
        None => None,
    };
    let filter = subject.map(|subject| format!("&subject={subject}")).unwrap_or_default();
    let (entries, _) = newest_of(asked, &filter, ENTRIES).await?;
    let origin = p.pulse.as_ref().map_or("", |pulse| pulse.0.origin.as_str());
    let (authority, hash) = origin.split_once('/').unwrap_or((origin, ""));
    let called = view.and_then(|view| view.row.name).map(|one| name(&one));
    let path = subject.map_or_else(|| "log".to_owned(), |subject| format!("kol/{subject}"));
    let own = subject.map_or_else(|| "feed.atom".to_owned(), |subject| format!("kol/{subject}/feed.atom"));
    rendered(&Feed {
        p,
        title: called
            .or_else(|| subject.map(|one| one.to_string()))
            .unwrap_or_else(|| p.t("log-title").to_owned()),
        id: format!("{hash}/{path}"),
        own: p.to(&own),
        page: p.to(&path),
        authority,
        updated: entries.first().map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |one| one.at.clone()),
        entries,
    })
}
