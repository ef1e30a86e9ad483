//! Paths, queries and bodies, whose faults are problems with a code.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::limits;

/// The parameters in a path.
pub struct InPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value))
            .map_err(|error| Problem::new(400, "path.malformed", error.body_text()))
    }
}

impl<T: JsonSchema> OperationInput for InPath<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Path::<T>::operation_input(ctx, operation);
    }
}

/// The parameters after the question mark.
pub struct InQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(value)| Self(value))
            .map_err(|error| Problem::new(400, "query.malformed", error.body_text()))
    }
}

impl<T: JsonSchema> OperationInput for InQuery<T> {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        Query::<T>::operation_input(ctx, operation);
    }
}

/// The body of a submission, bounded.
pub struct SubmissionBody(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for SubmissionBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        read(request.into_body(), limits::SUBMISSION_BYTES).await.map(Self)
    }
}

impl OperationInput for SubmissionBody {}

async fn read(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let too_large = |error: axum::Error| {
        Problem::new(
            413,
            "submission.too_large",
            format!("the body is over {most} bytes, or broke off: {error}"),
        )
    };
    to_bytes(body, most).await.map(|bytes| bytes.to_vec()).map_err(too_large)
}

/// How many rows a page has.
pub fn page_rows(limit: Option<usize>) -> Result<usize, Problem> {
    let rows = limit.unwrap_or(limits::PAGE_ROWS_DEFAULT);
    if (1..=limits::PAGE_ROWS).contains(&rows) {
        Ok(rows)
    } else {
        let detail = format!("limit lies between 1 and {}", limits::PAGE_ROWS);
        Err(Problem::new(400, "query.limit", detail))
    }
}
