//! `/problems/{code}`: what a code means and what to do next, as `tinnhiem explain` says it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::page::Page;
use crate::api::Problem;
use crate::codes::{self, Row};

#[derive(Template)]
#[template(path = "problems.html")]
struct Meaning<'a> {
    p: &'a Page,
    code: &'a str,
    rows: Vec<Row>,
}

/// The page.
pub(super) async fn page(Path(code): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, &code);
    asked.answer(made)
}

fn made(asked: &Asked, code: &str) -> Result<String, Problem> {
    asked.only(&[])?;
    let rows = codes::rows(|one| one == code);
    if rows.is_empty() {
        let given: String = code.escape_debug().take(60).collect();
        return Err(Problem::not_found("route.unknown", format!("no code is `{given}`")));
    }
    rendered(&Meaning { p: &asked.page, code, rows })
}
