//! `/v1/attachments/{commitment}`

use aide::NoApi;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::InPath;
use super::{Problem, Shared};
use crate::event::Commitment;

/// Which attachment.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// The commitment that the event carries.
    commitment: Commitment,
}

/// Its bytes; the salt stands in `X-Salt`, so that anyone can check them against the commitment.
pub async fn one(State(app): Shared, InPath(which): InPath<Which>) -> Result<NoApi<Response>, Problem> {
    let read = app.ledger.attachment(&which.commitment);
    let read = read.map_err(|error| Problem::new(500, error.code(), error.to_string()))?;
    let missing = || {
        Problem::not_found(
            "attachment.unknown",
            "no published entry needs an attachment of this commitment, or none is kept here",
        )
    };
    let attachment = read.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE.as_str(), attachment.media_type.clone()),
        ("x-salt", STANDARD.encode(attachment.salt)),
        // What was sent in is shown as a file of its own, never as a page of this site.
        ("content-security-policy", "default-src 'none'; sandbox".to_owned()),
    ];
    Ok(NoApi((headers, attachment.bytes).into_response()))
}
