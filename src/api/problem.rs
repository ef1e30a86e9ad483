//! Errors as RFC 9457 problem details with a stable code.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as ApiResponse};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{ReadError, Refusal};
use crate::state::BadMoment;

/// What went wrong, for programs (`code`) and people (`detail`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Where the code is explained: `/problems/` and the code, on this server.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do next.
    pub detail: String,
    /// After how many seconds to ask again, which a header says.
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    /// A problem of this status and code.
    pub fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        let known = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            kind: format!("/problems/{code}"),
            title: known.canonical_reason().unwrap_or_default().to_owned(),
            status: known.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            retry_after_s: (status == 503).then_some(1),
        }
    }

    /// The same, to be asked again after so many seconds.
    #[must_use]
    pub fn after_s(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds.max(1)), ..self }
    }

    /// Something asked for by name that is not there.
    pub fn not_found(code: &str, detail: impl Into<String>) -> Self {
        Self::new(404, code, detail)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let retry_after_s = refusal.retry_after_s();
        Self { retry_after_s, ..Self::new(refusal.status(), refusal.code(), refusal.to_string()) }
    }
}

impl From<BadMoment> for Problem {
    fn from(error: BadMoment) -> Self {
        Self::new(422, error.code(), error.to_string())
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        tracing::error!(code = error.code(), %error, "reading what is stored");
        match &error {
            // Nothing is wrong with what is stored: the machine lacks something for a while.
            ReadError::Store(of_machine) if of_machine.is_of_the_machine() => {
                Self::new(503, error.code(), error.to_string()).after_s(1)
            }
            _ => Self::new(500, error.code(), error.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        response
    }
}

impl OperationOutput for Problem {
    type Inner = Self;

    fn operation_response(ctx: &mut GenContext, operation: &mut Operation) -> Option<ApiResponse> {
        let mut response = Json::<Self>::operation_response(ctx, operation)?;
        response.description = "A problem (RFC 9457)".to_owned();
        let content = std::mem::take(&mut response.content).into_values();
        response.content = content.map(|media| ("application/problem+json".to_owned(), media)).collect();
        Some(response)
    }

    fn inferred_responses(
        ctx: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, ApiResponse)> {
        Self::operation_response(ctx, operation).map(|response| (None, response)).into_iter().collect()
    }
}
