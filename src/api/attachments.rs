//! `/v1/attachments/{commitment}`

use aide::NoApi;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{InPath, InQuery, page_rows};
use super::looks::Look;
use super::{Problem, Shared};
use crate::event::Commitment;

/// Which attachment.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// The commitment that the event carries.
    commitment: Commitment,
}

/// Its bytes; the salt stands in `X-Salt`, so that anyone can check them against the commitment.
pub(super) async fn one(
    State(app): Shared,
    InPath(which): InPath<Which>,
) -> Result<NoApi<Response>, Problem> {
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

/// A page of what is kept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct AttachmentPage {
    /// The commitments whose bytes may be asked for, ascending.
    pub attachments: Vec<Commitment>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<Commitment>,
}

/// Which page.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Part {
    /// After this commitment.
    after: Option<Commitment>,
    /// How many at most.
    limit: Option<usize>,
}

/// What is kept, so that nobody need ask for what is not.
pub(super) async fn list(
    State(app): Shared,
    InQuery(part): InQuery<Part>,
) -> Result<Json<AttachmentPage>, Problem> {
    let limit = page_rows(part.limit)?;
    let listed = app.look(Look::Ledger, |app, _| {
        let all = app.ledger.vault().commitments();
        all.map_err(|error| Problem::new(500, error.code(), error.to_string()))
    });
    let mut all = listed.await?;
    let first = part.after.map_or(0, |after| all.partition_point(|one| *one <= after));
    all.drain(..first);
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().copied().filter(|_| more);
    Ok(Json(AttachmentPage { attachments: all, next }))
}
