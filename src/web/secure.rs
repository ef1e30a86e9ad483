//! What browsers are told about every page: nothing is run or loaded but what this server names, and nobody frames it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

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
    secured(next.run(request).await)
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
