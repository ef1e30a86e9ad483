//! `/clocks`: who must act by when, and what was missed.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::lang::Lang;
use super::named::{Names, Party};
use super::page::{Page, name};
use crate::api::Problem;
use crate::api::views::{ClockPage, ClockView};
use crate::event::PartyId;

/// How many clocks a page lists.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "clocks.html")]
struct Clocks<'a> {
    p: &'a Page,
    rows: Vec<Clock>,
    next: Option<String>,
}

/// A clock.
struct Clock {
    on: String,
    day: String,
    what: String,
    duty: String,
    missed: bool,
    who: Option<Party>,
    about: Option<Party>,
    entry: (u64, String),
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&["after"])?;
    let (p, source) = (&asked.page, &asked.web.source);
    let page: ClockPage = source.json(&format!("/v1/clocks?limit={ROWS}{}", asked.query(&["after"]))).await?;
    let parties = page.clocks.iter().filter_map(|one| one.who.clone()).collect();
    let names = Names::of(source, parties).await;
    let row = |one: &ClockView| Clock {
        on: one.due.to_string(),
        day: p.lang.day(one.due),
        what: match p.lang {
            Lang::Vi => one.vi.clone(),
            Lang::En => one.en.clone(),
        },
        duty: p.lang.word(one.duty.words()).to_owned(),
        missed: one.missed,
        who: one.who.as_ref().map(|who| names.party(p, who)),
        about: one.subject.map(|subject| {
            let mut party = names.party(p, &PartyId::from(subject));
            party.name = one.subject_name.as_deref().map_or(party.name, name);
            party
        }),
        entry: (one.seq, p.to(&format!("entry/{}", one.seq))),
    };
    rendered(&Clocks {
        p,
        rows: page.clocks.iter().map(row).collect(),
        next: page.next.map(|next| p.with(&[("after", &next)])),
    })
}
