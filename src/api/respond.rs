//! Answers: what lasts says so, what changes carries a validator, what is long is compressed when asked.

use std::io::Write;
use std::marker::PhantomData;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as ApiResponse};
use axum::Json;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use tracing::Instrument;

use super::extract::check_length;
use super::flight::Counted;
use super::{App, Problem, Shared};

/// Longest answer that is not counted among those in flight; a connection holds as much anyway.
const COUNTED_BYTES: usize = 32 * 1024;
/// Shortest body that is worth compressing, in bytes: a smaller one fits a packet as it is.
const GZIP_LEAST_BYTES: usize = 512;
/// Longest body that is compressed in place, in bytes; a longer one would hold up other requests.
const GZIP_IN_PLACE_BYTES: usize = 32 * 1024;

/// An answer that never changes: caches may keep it for ever.
pub(super) struct Lasting<T>(pub T);

impl<T: IntoResponse> IntoResponse for Lasting<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
        response
    }
}

/// An answer that is its asker's alone: nobody else is shown it again.
pub(super) struct Private<T>(pub T);

impl<T: IntoResponse> IntoResponse for Private<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("authorization"));
        response
    }
}

/// Gives an answer the OpenAPI description of what it holds.
macro_rules! described_as_held {
    ($answer:ident, $held:ty, $inner:ty) => {
        impl<T> OperationOutput for $answer<T>
        where
            $held: OperationOutput,
        {
            type Inner = $inner;

            fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<ApiResponse> {
                <$held>::operation_response(ctx, operation)
            }

            fn inferred_responses(
                ctx: &mut GenContext,
                operation: &mut Operation,
            ) -> Vec<(Option<u16>, ApiResponse)> {
                <$held>::inferred_responses(ctx, operation)
            }
        }
    };
}

described_as_held!(Lasting, T, <T as OperationOutput>::Inner);
described_as_held!(Private, T, <T as OperationOutput>::Inner);

/// A `T` as JSON, serialised and with its validator; copies share the bytes.
pub(super) struct Prepared<T> {
    /// The JSON.
    pub bytes: Bytes,
    tag: HeaderValue,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Prepared<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), tag: self.tag.clone(), kind: PhantomData }
    }
}

impl<T> Prepared<T> {
    /// Serialises what is answered: a `T`, or what reads as one.
    ///
    /// # Errors
    /// A problem of status 500 where it has no JSON.
    pub(super) fn of(value: &impl Serialize) -> Result<Self, Problem> {
        let json = serde_json::to_vec(value);
        let bytes = Bytes::from(json.map_err(|error| Problem::new(500, "answer.json", error.to_string()))?);
        let tag = tag(&bytes);
        Ok(Self { bytes, tag, kind: PhantomData })
    }
}

impl<T> IntoResponse for Prepared<T> {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ETAG, self.tag);
        let mut response = Response::new(Body::from(self.bytes));
        *response.headers_mut() = headers;
        response
    }
}

described_as_held!(Prepared, Json<T>, T);

/// Text that people and tools read line by line.
pub(super) struct Text {
    kind: &'static str,
    text: String,
}

impl Text {
    /// Plain text.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { kind: "text/plain; charset=utf-8", text: text.into() }
    }

    /// A calendar in iCalendar's form.
    pub(super) fn calendar(text: String) -> Self {
        Self { kind: "text/calendar; charset=utf-8", text }
    }
}

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.kind)], self.text).into_response()
    }
}

impl OperationOutput for Text {
    type Inner = String;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<ApiResponse> {
        String::operation_response(ctx, operation)
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, ApiResponse)> {
        String::inferred_responses(ctx, operation)
    }
}

/// The weak validator of an answer of these bytes, as its `ETag` has it.
pub fn validator(bytes: &[u8]) -> String {
    format!("W/\"{}\"", &blake3::hash(bytes).to_hex()[..32])
}

fn tag(bytes: &[u8]) -> HeaderValue {
    HeaderValue::from_str(&validator(bytes)).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// An id that no other request of this process has, nor likely one of another.
fn next_id() -> String {
    static PROCESS: LazyLock<u32> = LazyLock::new(|| getrandom::u32().unwrap_or_default());
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{:08x}{:08x}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The name of the header that carries it.
pub(super) const ID: &str = "x-request-id";

/// An id for what is refused before it is read as a request, and a line of the log that tells of it.
pub(super) fn refused_unread(problem: &Problem) -> String {
    let id = next_id();
    tracing::info!(%id, status = problem.status, code = problem.code, "refused at the door");
    id
}

/// The answer to a request that goes no further than the door, with all that answers carry.
pub(super) fn at_the_door(problem: Problem) -> Response {
    let id = refused_unread(&problem);
    let mut response = passing(problem.into_response());
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(ID, HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("")));
    response
}

/// Answers in time, with a validator, as 304 to who has the bytes, and compressed to who asks for it;
/// the answer carries the id under which the log tells of it.
pub(super) async fn answered(State(app): Shared, request: Request, next: Next) -> Response {
    told(&app, request, next, |app, request| app.queries.check(request)).await
}

/// The same for what is no route of the API: which parameters it takes, it says itself.
pub async fn answered_beside(State(app): Shared, request: Request, next: Next) -> Response {
    told(&app, request, next, |_, _| Ok(())).await
}

/// What says whether a request has the parameters that its route takes.
type Checking = fn(&App, &Request) -> Result<(), Problem>;

async fn told(app: &App, request: Request, next: Next, check: Checking) -> Response {
    let id = next_id();
    let header = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static(""));
    let mut response = if tracing::enabled!(tracing::Level::INFO) {
        // The query may hold names that were searched for: the path tells enough.
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let started = Instant::now();
        let span = tracing::info_span!("request", %id);
        let told = async {
            let response = answer(app, request, next, check).await;
            let status = response.status().as_u16();
            tracing::info!(%method, path, status, took = ?started.elapsed(), "answered");
            response
        };
        told.instrument(span).await
    } else {
        answer(app, request, next, check).await
    };
    response.headers_mut().insert(ID, header);
    response
}

async fn answer(app: &App, mut request: Request, next: Next, check: Checking) -> Response {
    // A HEAD is answered as its GET would be; the body is taken off further out.
    if *request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    let reading = *request.method() == Method::GET;
    let known: Vec<HeaderValue> = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
    let gzip = accepts_gzip(request.headers());
    let response = match check_length(&request) {
        Ok(()) => match check(app, &request).and_then(|()| is_plain(request.headers())) {
            Ok(()) => in_time(app, request, next).await,
            Err(problem) => problem.into_response(),
        },
        // The body is not read, so that nothing follows it.
        Err(problem) => ([(header::CONNECTION, "close")], problem).into_response(),
    };
    // What has no end has no validator.
    let is_whole = response.body().size_hint().exact().is_some();
    let response = if reading && is_whole && response.status() == StatusCode::OK {
        validated(response, &known).await
    } else {
        passing(response)
    };
    compressed(app, response, gzip).await
}

/// Whether a body comes as it is: what is verified and counted is never unpacked first.
fn is_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let only = |name: header::HeaderName, known: &[u8]| {
        let all = headers.get_all(name).iter();
        let mut all = all.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        all.all(|one| one.trim_ascii().eq_ignore_ascii_case(known))
    };
    // Connections take no transfer coding off but the pieces.
    if only(header::CONTENT_ENCODING, b"identity") && only(header::TRANSFER_ENCODING, b"chunked") {
        return Ok(());
    }
    Err(Problem::new(
        415,
        "body.encoding",
        "bodies are read as they come: send it without a content-encoding",
    ))
}

async fn in_time(app: &App, request: Request, next: Next) -> Response {
    let late = || {
        Problem::new(503, "request.late", "the answer took too long: ask again, or for less").into_response()
    };
    let response = tokio::time::timeout(app.bounds.request, next.run(request)).await;
    let response = response.unwrap_or_else(|_| late());
    // A full queue is no fault, and what stops the ledger is told where it happens.
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        tracing::debug!("a request found no place");
    } else if response.status().is_server_error() {
        tracing::error!(status = response.status().as_u16(), "a request failed");
    }
    response
}

/// What is no answer to a question is not kept by anybody.
fn passing(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn validated(mut response: Response, known: &[HeaderValue]) -> Response {
    if !response.headers().contains_key(header::ETAG) {
        let (parts, body) = response.into_parts();
        // Handlers of GET answer with bytes in memory, bounded by their own limits.
        let Ok(bytes) = to_bytes(body, usize::MAX).await else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let tag = tag(&bytes);
        response = Response::from_parts(parts, Body::from(bytes));
        response.headers_mut().insert(header::ETAG, tag);
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let tag = headers.get(header::ETAG).map_or(&b""[..], HeaderValue::as_bytes);
    let has_it = |known: &HeaderValue| {
        let mut tags = known.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        tags.any(|one| one == tag || one == b"*")
    };
    if known.iter().any(has_it) {
        response.headers_mut().remove(header::CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::empty();
    }
    response
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepts = |coding: &str| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let name = name.trim();
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|q| q.parse().is_ok_and(|q: f32| q <= 0.0));
        (name.eq_ignore_ascii_case("gzip") || name == "*") && !refused
    };
    let asked = headers.get_all(header::ACCEPT_ENCODING).iter();
    asked.filter_map(|value| value.to_str().ok()).any(|value| value.split(',').any(accepts))
}

/// Compresses a body that lies in memory; streams are left to the routes that have them.
async fn compressed(app: &App, mut response: Response, gzip: bool) -> Response {
    if !response.headers().contains_key(header::CONTENT_ENCODING) {
        vary(response.headers_mut());
    }
    let Some(length) = response.body().size_hint().exact() else { return response };
    if (length as usize) < GZIP_LEAST_BYTES || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // What waits to be compressed is on its way as much as what waits to be read.
    let mut held = None;
    if bytes.len() > COUNTED_BYTES {
        held = match app.answers_in_flight.take(bytes.len()).await {
            Ok(some) => Some(some),
            Err(problem) => return passing(problem.into_response()),
        };
    }
    let packed = if !gzip {
        None
    } else if bytes.len() <= GZIP_IN_PLACE_BYTES {
        gzipped(&bytes).ok()
    } else {
        let (bytes, turn) = (bytes.clone(), app.compressing.clone().acquire_owned().await);
        let pack = move || {
            let packed = gzipped(&bytes);
            drop(turn);
            packed
        };
        tokio::task::spawn_blocking(pack).await.ok().and_then(Result::ok)
    };
    let bytes = match packed {
        Some(packed) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Bytes::from(packed)
        }
        None => bytes,
    };
    let body = match held {
        Some(held) if bytes.len() > COUNTED_BYTES => Counted::body(bytes, held),
        _ => Body::from(bytes),
    };
    Response::from_parts(parts, body)
}

/// Says in one header what an answer depends on: what its route names, and the encodings that are taken.
fn vary(headers: &mut HeaderMap) {
    let known: Vec<&str> = headers.get_all(header::VARY).iter().filter_map(|one| one.to_str().ok()).collect();
    let mut names: Vec<&str> = known.iter().flat_map(|one| one.split(',')).map(str::trim).collect();
    if !names.iter().any(|name| name.eq_ignore_ascii_case("accept-encoding")) {
        names.push("accept-encoding");
    }
    if let Ok(all) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(header::VARY, all);
    }
}

fn gzipped(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(4));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (asked, takes) in [
            ("gzip", true),
            ("br, GZip;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("br", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, asked.parse().unwrap())]);
            assert_eq!(accepts_gzip(&headers), takes, "{asked}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
