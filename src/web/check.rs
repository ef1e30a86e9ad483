//! `/check`: a receipt is checked in the browser, which asks nobody for anything once the page is there.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::page::Page;
use super::{modules, texts};
use crate::api::Problem;

/// The lists whose words the script says.
const LISTS: &[&str] = &["check", "confidence", "standing", "why"];

#[derive(Template)]
#[template(path = "check.html")]
struct Check<'a> {
    p: &'a Page,
    script: String,
    vkey: &'a str,
    words: Vec<(&'static str, &'static str)>,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked);
    asked.answer(made)
}

fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&[])?;
    let p = &asked.page;
    let script = p.raw(&modules::place("check"));
    let vkey = p.pulse.as_ref().map_or("", |pulse| pulse.0.log_vkey.as_str());
    rendered(&Check { p, script, vkey, words: texts::listed(p.lang, LISTS) })
}
