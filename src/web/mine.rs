//! `/mine`, `/inbox`: the keys of the reader's own browser, and what waits for them. The server knows neither: the
//! pages are the same for everybody, and their scripts ask for the rest.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::modules;
use super::page::Page;
use super::spoken::{self, Spoken};
use crate::api::Problem;

#[derive(Template)]
#[template(path = "mine.html")]
struct Mine<'a> {
    p: &'a Page,
    script: String,
    words: Vec<Spoken>,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Inbox<'a> {
    p: &'a Page,
    script: String,
    words: Vec<Spoken>,
}

/// The page of keys and receipts.
pub(super) async fn page(asked: Asked) -> Response {
    let made = mine(&asked);
    asked.answer(made)
}

fn mine(asked: &Asked) -> Result<String, Problem> {
    asked.only(&[])?;
    let p = &asked.page;
    let mut words = spoken::texts(p, &["mine", "sign", "why"]);
    words.extend(spoken::types(p));
    rendered(&Mine { p, script: p.raw(&modules::place("mine")), words })
}

/// The page of what waits for a signature.
pub(super) async fn inbox(asked: Asked) -> Response {
    let made = waiting(&asked);
    asked.answer(made)
}

fn waiting(asked: &Asked) -> Result<String, Problem> {
    asked.only(&[])?;
    let p = &asked.page;
    let mut words = spoken::texts(p, &["inbox", "sign", "effect", "standing", "why"]);
    words.extend(spoken::types(p));
    words.extend(spoken::parts(p));
    rendered(&Inbox { p, script: p.raw(&modules::place("inbox")), words })
}
