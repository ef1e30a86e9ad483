//! What browsers are told about every page: nothing is run or loaded but what this server names, and nobody frames it.
//!
//! What is made to be shown elsewhere may be read from there, as the API may.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::api;

/// What pages of other origins may read.
const OPEN: [&str; 4] = ["/feed.atom", "/kol/{subject}/badge.svg", "/kol/{subject}/feed.atom", "/oembed"];

const POLICY: &str = "default-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'; object-src 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Adds them to what a page answers.
pub(super) async fn page(request: Request, next: Next) -> Response {
    let is_open = is_open(&request) && matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = secured(next.run(request).await);
    if is_open {
        api::opened(&mut response);
    }
    response
}

fn is_open(request: &Request) -> bool {
    request.extensions().get::<MatchedPath>().is_some_and(|path| OPEN.contains(&path.as_str()))
}

/// The answer to a browser that asks beforehand whether a page of another origin may read what it may.
pub(super) fn beforehand(request: &Request) -> Option<Response> {
    api::beforehand(request).filter(|_| is_open(request))
}

/// An answer with them, which depends on the language that is asked for.
pub(super) fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let varies = headers.get(header::VARY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let varies = [varies, "accept-language"].into_iter().filter(|one| !one.is_empty());
    if let Ok(value) = HeaderValue::from_str(&varies.collect::<Vec<_>>().join(", ")) {
        headers.insert(header::VARY, value);
    }
    response
}
