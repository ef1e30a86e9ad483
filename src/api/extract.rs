//! Paths, queries and bodies, whose faults are problems with a code.

use std::sync::Arc;

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::flight::Held;
use super::{App, Problem};
use crate::limits;

/// The parameters in a path.
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, app).await;
        path.map(|Path(value)| Self(value)).map_err(|_| app.queries.misread_path(parts))
    }
}

impl<T: JsonSchema> OperationInput for InPath<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Path::<T>::operation_input(ctx, operation);
    }
}

/// The parameters after the question mark.
pub struct InQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(value)| Self(value)).map_err(|_| app.queries.misread_query(parts))
    }
}

impl<T: JsonSchema> OperationInput for InQuery<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Query::<T>::operation_input(ctx, operation);
    }
}

/// The body of a submission, bounded in size and time; it counts as in flight while this is held.
pub struct SubmissionBody {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they count for.
    pub held: Held,
}

impl FromRequest<Arc<App>> for SubmissionBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let reading = read(request.into_body(), limits::SUBMISSION_BYTES, app);
        let read = tokio::time::timeout(app.bounds.whole_body, reading).await;
        read.unwrap_or_else(|_| Err(late()))
    }
}

impl OperationInput for SubmissionBody {}

async fn read(body: Body, most: usize, app: &App) -> Result<SubmissionBody, Problem> {
    let mut pieces = body.into_data_stream();
    let mut read = SubmissionBody { bytes: Vec::new(), held: app.events_in_flight.none() };
    loop {
        let piece = tokio::time::timeout(app.bounds.body, pieces.next()).await.map_err(|_| late())?;
        let Some(piece) = piece else { return Ok(read) };
        let broken = |_| Problem::new(400, "submission.broken", "the body broke off: send it again");
        let piece = piece.map_err(broken)?;
        if piece.len() > most - read.bytes.len() {
            let detail = format!("the body is over {most} bytes");
            return Err(Problem::new(413, "submission.too_large", detail));
        }
        read.held.merge(app.events_in_flight.take(piece.len()).await?);
        read.bytes.extend_from_slice(&piece);
    }
}

/// The longest body that a path takes, and the code of a longer one.
fn longest(path: &str) -> (usize, &'static str) {
    match path {
        super::BATCH_PATH => (limits::BATCH_BYTES, "batch.too_large"),
        _ => (limits::SUBMISSION_BYTES, "submission.too_large"),
    }
}

/// Looks at the length that a request announces: nobody waits for a body that is refused anyway.
///
/// # Errors
/// The code that the path answers a longer body with.
pub(super) fn check_length(request: &Request) -> Result<(), Problem> {
    let (most, code) = longest(request.uri().path());
    if request.body().size_hint().lower() <= most as u64 {
        return Ok(());
    }
    Err(Problem::new(413, code, format!("the body is over {most} bytes: send less at a time")))
}

/// The problem with a body that does not come.
pub(super) fn late() -> Problem {
    Problem::new(408, "body.late", "the body did not come in time: send it again")
}

/// How many rows a page has.
pub(super) fn page_rows(limit: Option<usize>) -> Result<usize, Problem> {
    let rows = limit.unwrap_or(limits::PAGE_ROWS_DEFAULT);
    if (1..=limits::PAGE_ROWS).contains(&rows) {
        Ok(rows)
    } else {
        let detail = format!("`limit` lies between 1 and {}, and is {rows}", limits::PAGE_ROWS);
        Err(Problem::new(400, "query.limit", detail))
    }
}
