//! Other origins: what anybody may read, a page from elsewhere may read too, and it may write nothing.
//!
//! A browser hands an answer to a page of another origin only where the answer allows that (WHATWG Fetch, 3.3).
//! Every answer to `GET` and `HEAD` does, refusals too, whose code a reader needs: nobody logs in here, so that
//! no page learns by the browser of its visitor what it could not ask for itself, and none is allowed to send
//! credentials. Every origin is told the same, asked or not: an answer that a cache holds is right for all of
//! them, and `Vary` need not name `Origin`.
//!
//! **What is not allowed.** Drafts are read with a key's proof, and their answers are the asker's alone. What is
//! sent in is answered to pages of this origin only, and no browser is told beforehand that it may send it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Problem;

/// What a reader may learn of an answer beside what browsers always tell.
const EXPOSED: &str = "etag, link, retry-after, x-request-id, x-salt";
/// What a reader may send beside what browsers always let pass.
const TAKEN: &str = "cache-control, if-none-match, last-event-id";
/// How long a browser may remember that it may ask, in seconds; some take no longer time.
const REMEMBERED_S: &str = "7200";
/// Below this nothing is read by who proves no key.
const DRAFTS: &str = "/v1/drafts";

const ANYBODY: (HeaderName, HeaderValue) =
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// Whether a page of any origin may be answered.
fn is_open(method: &Method, path: &str) -> bool {
    let of_drafts = path.strip_prefix(DRAFTS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    matches!(*method, Method::GET | Method::HEAD) && !of_drafts
}

/// Lets pages of other origins read what everybody may.
pub(super) async fn open(request: Request, next: Next) -> Response {
    let is_open = is_open(request.method(), request.uri().path());
    let mut response = next.run(request).await;
    if is_open {
        opened(&mut response);
    }
    response
}

/// Lets pages of every origin read an answer.
pub fn opened(response: &mut Response) {
    let (name, anybody) = ANYBODY;
    response.headers_mut().insert(name, anybody);
    let exposed = HeaderValue::from_static(EXPOSED);
    response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// The answer to a browser that asks beforehand whether a page of another origin may read what lies at a path;
/// none where it asks nothing of the kind.
pub fn beforehand(request: &Request) -> Option<Response> {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    let method = Method::from_bytes(asked.as_bytes()).ok()?;
    let is_asked = *request.method() == Method::OPTIONS && request.headers().contains_key(header::ORIGIN);
    let told = [
        ANYBODY,
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(TAKEN)),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED_S)),
        (header::VARY, HeaderValue::from_static("origin, access-control-request-method")),
    ];
    let is_open = is_asked && is_open(&method, request.uri().path());
    is_open.then(|| (StatusCode::NO_CONTENT, told).into_response())
}

/// What is answered to a method that a path does not take.
pub(super) async fn other_method(request: Request) -> Response {
    let refused = || Problem::new(405, "route.method", "this path takes another method: see /openapi.json");
    beforehand(&request).unwrap_or_else(|| refused().into_response())
}
