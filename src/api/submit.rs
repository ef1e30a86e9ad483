//! `POST /v1/events`

use std::time::Instant;

use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::SubmissionBody;
use super::{App, Problem, Shared, openapi};
use crate::dsse::{EventId, PublicKey};
use crate::ledger::{Accepted, Admissible, Submission};
use crate::time::Timestamp;

/// A recorded event.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// Its place in the log.
    pub seq: u64,
    /// Its id.
    pub id: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The keys that were logged with it.
    pub keys: Vec<PublicKey>,
    /// The receipt (C2SP tlog-proof) against the checkpoint of now; absent when not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

impl Recorded {
    /// The answer about an accepted event.
    pub fn new(accepted: Accepted, receipt: Option<String>) -> Self {
        let Accepted { seq, id, recorded_at, keys, .. } = accepted;
        Self { seq, id, recorded_at, keys, receipt }
    }
}

/// Records one event; the answer comes once it is durable.
pub(super) async fn submit(
    State(app): Shared,
    body: SubmissionBody,
) -> Result<(StatusCode, Json<Recorded>), Problem> {
    let _place = app.ledger.place()?;
    // In a rush whoever finds no place is told before others' signatures are checked.
    if app.ledger.is_rushed() {
        tokio::task::yield_now().await;
    }
    let admissible = Submission::parse(&body.bytes)?.verify()?;
    record(&app, admissible).await
}

/// Records what was verified, at its key's expense, and answers with the receipt.
pub(super) async fn record(
    app: &App,
    admissible: Admissible,
) -> Result<(StatusCode, Json<Recorded>), Problem> {
    let charge = app.rates.charge(&app.ledger.snapshot().state, &admissible, Instant::now())?;
    let accepted = app.ledger.submit(admissible).await;
    if !accepted.as_ref().is_ok_and(|accepted| accepted.fresh) {
        app.rates.give_back(charge);
    }
    let accepted = accepted?;
    let status = if accepted.fresh { StatusCode::CREATED } else { StatusCode::OK };
    let receipt = app.ledger.receipt(&accepted)?;
    Ok((status, Json(Recorded::new(accepted, Some(receipt.to_text())))))
}

/// What the OpenAPI document says of it.
pub(super) fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("events_submit")
        .tag("events")
        .summary("Record one event: a DSSE envelope, or {envelope, attachments}")
        .response::<201, Json<Recorded>>()
        .response_with::<200, Json<Recorded>, _>(|response| response.description("It was recorded before"));
    openapi::takes::<openapi::Submitted>(operation)
}
