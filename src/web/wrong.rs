//! What is not there or goes wrong, told as a page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;

use super::Web;
use super::asked::{Asked, rendered, shown};
use super::page::{Page, text};
use super::secure::{beforehand, secured};
use crate::api::Problem;

#[derive(Template)]
#[template(path = "wrong.html")]
struct Wrong<'a> {
    p: &'a Page,
    title: String,
    next: String,
    detail: String,
    code: &'a str,
    meaning: String,
}

/// The page of a problem.
pub(super) fn told(page: &Page, problem: &Problem) -> Response {
    let kind = match problem.status {
        404 => "missing",
        400 | 405 | 422 => "unread",
        410 => "gone",
        503 => "busy",
        _ => "failed",
    };
    let wrong = Wrong {
        p: page,
        title: page.of("bad", kind),
        next: page.of("bad", &format!("{kind}_next")),
        detail: text(&problem.detail),
        code: &problem.code,
        meaning: format!("problems/{}", problem.code),
    };
    let html = rendered(&wrong).unwrap_or_else(|problem| problem.detail);
    let mut response = shown(html);
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = problem.retry_after_s.or((problem.status == 503).then_some(1)) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A page asked for by another method than it has.
pub(super) async fn method(State(web): State<Arc<Web>>, request: Request) -> Response {
    if let Some(answer) = beforehand(&request) {
        return answer;
    }
    let (parts, _) = request.into_parts();
    let asked = Asked::of(&parts, &web).await;
    told(&asked.page, &Problem::new(405, "route.method", "a page is read, by GET or HEAD"))
}

/// What is at no page's path: the API's answer, and a page for people where it has none.
pub(super) async fn elsewhere(State(web): State<Arc<Web>>, request: Request) -> Response {
    let people = matches!(*request.method(), Method::GET | Method::HEAD) && is_for_people(request.headers());
    if !people {
        return web.source.passed_on(request).await;
    }
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), body);
    let response = web.source.passed_on(again).await;
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"application/problem+json");
    // What a program asks for is answered to it: people are told only that nothing is there.
    if response.status() != StatusCode::NOT_FOUND || !is_problem || parts.uri.path().starts_with("/v1/") {
        return response;
    }
    let asked = Asked::of(&parts, &web).await;
    let problem = Problem::not_found("route.unknown", "there is nothing at this path");
    let mut page = secured(told(&asked.page, &problem));
    page.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    page
}

/// Whether a browser asks.
fn is_for_people(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|one| one.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}
