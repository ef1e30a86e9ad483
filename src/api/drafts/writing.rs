//! `POST /v1/drafts`, `POST /v1/drafts/{id}/signatures`: bringing an event, and signing it.

use std::sync::Arc;
use std::time::Instant;

use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::extract::{InPath, SubmissionBody};
use super::super::looks::Look;
use super::super::submit::{Recorded, record};
use super::super::{App, Problem, Shared, openapi};
use super::kept::Taken;
use super::reading::One;
use super::views::DraftRow;
use crate::dsse::{EnvelopeError, PublicKey, Signature};
use crate::ledger::{Refusal, Submission};
use crate::{json, limits};

/// Deepest nesting of signatures: the object, their list, one of them.
const DEPTH: usize = 3;

/// Signatures over a draft's payload.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Signatures {
    /// One to eight, no key twice.
    #[schemars(length(min = 1, max = 8))]
    signatures: Vec<openapi::Signature>,
}

impl Signatures {
    fn parse(bytes: &[u8]) -> Result<Vec<(PublicKey, Signature)>, Problem> {
        json::check(bytes, DEPTH).map_err(Refusal::from)?;
        let all: Self = json::from_slice(bytes).map_err(|error| {
            let detail =
                format!("the signatures: {error}; send {{\"signatures\": [{{\"keyid\", \"sig\"}}]}}");
            Problem::new(400, "draft.signatures", detail)
        })?;
        if !(1..=limits::SIGNATURES).contains(&all.signatures.len()) {
            return Err(Refusal::from(EnvelopeError::SignatureCount(all.signatures.len())).into());
        }
        let one = |one: &openapi::Signature| {
            let key = one.keyid.parse().map_err(|_| EnvelopeError::KeyId)?;
            let bytes = STANDARD.decode(&one.sig).map_err(|_| EnvelopeError::Base64("sig"))?;
            let bytes = bytes.try_into().map_err(|_| EnvelopeError::SignatureLength)?;
            Ok((key, Signature::from_bytes(bytes)))
        };
        let all: Result<Vec<_>, EnvelopeError> = all.signatures.iter().map(one).collect();
        Ok(all.map_err(Refusal::from)?)
    }
}

/// Takes an event that lacks signatures; one that lacks none is recorded.
pub(in crate::api) async fn submit(State(app): Shared, body: SubmissionBody) -> Result<Response, Problem> {
    let _place = app.ledger.place()?;
    believes_its_clock(&app)?;
    let admissible = Submission::parse(&body.bytes)?.verify()?;
    let bytes = body.bytes.len();
    let taken = app.look(Look::Drafting, move |app, _| {
        app.drafts.take_in(&app.ledger, admissible, &|key| charge(app, key, bytes))
    });
    answer(&app, taken.await?).await
}

/// Adds signatures to a draft; with the last that it needs it is recorded.
pub(in crate::api) async fn sign(
    State(app): Shared,
    InPath(which): InPath<One>,
    body: SubmissionBody,
) -> Result<Response, Problem> {
    let _place = app.ledger.place()?;
    believes_its_clock(&app)?;
    let signatures = Signatures::parse(&body.bytes)?;
    let bytes = body.bytes.len();
    let taken = app.look(Look::Drafting, move |app, _| {
        app.drafts.sign(&app.ledger, &which.draft, signatures, &|key| charge(app, key, bytes))
    });
    answer(&app, taken.await?).await
}

/// Half of the rules are about time, of which a ledger that doubts its clock knows nothing.
fn believes_its_clock(app: &App) -> Result<(), Problem> {
    match app.ledger.held().filter(|hold| hold.code() == "ledger.clock") {
        Some(hold) => Err(hold.into()),
        None => Ok(()),
    }
}

/// What a draft or a signature costs its key, as if it were recorded.
fn charge(app: &App, key: PublicKey, bytes: usize) -> Result<(), Problem> {
    app.rates.charge_key(key, bytes, Instant::now()).map(drop)
}

/// Answers that it waits, or records what is whole and answers as to who sends an event.
async fn answer(app: &Arc<App>, taken: Taken) -> Result<Response, Problem> {
    let whole = match taken {
        Taken::Waits(draft) => {
            let row = app.look(Look::Drafts, move |app, _| Ok(DraftRow::of(app, &draft, true))).await?;
            return Ok((StatusCode::ACCEPTED, Json(row)).into_response());
        }
        Taken::Whole(whole) => *whole,
    };
    let recorded = record(app, whole).await?;
    // What is recorded waits no longer; where this is not reached, it goes when drafts are next looked at.
    app.look(Look::Drafting, |app, _| Ok(app.drafts.all(&app.ledger))).await.map(drop).unwrap_or_default();
    Ok(recorded.into_response())
}

fn documented<T: JsonSchema>(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .tag("drafts")
        .response_with::<201, Json<Recorded>, _>(|response| {
            response.description("Nothing was missing: it is recorded")
        })
        .response_with::<200, Json<Recorded>, _>(|response| response.description("It was recorded before"))
        .response_with::<202, Json<DraftRow>, _>(|response| {
            response.description("It waits for who is `missing`")
        });
    openapi::takes::<T>(operation)
}

/// What the OpenAPI document says of bringing one.
pub(in crate::api) fn document_submit(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation.id("drafts_submit").summary("Bring an event that others must sign too").description(
        "Takes what `POST /v1/events` takes, signed by at least one of those who must. What lacks no signature is recorded          at once. A refusal is the very problem that `POST /v1/events` would give, but for signatures that are missing.          Brought again, with other signatures or the same, it is the same draft.",
    );
    documented::<openapi::Submitted>(operation)
}

/// What the OpenAPI document says of signing one.
pub(in crate::api) fn document_sign(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation.id("drafts_sign").summary("Sign an event that waits; the last signature records it").description(
        "Signatures over the envelope's pre-authentication encoding, of keys that are waited for. One that is there already          changes nothing; once the event is recorded, the answer is that of sending it again.",
    );
    documented::<Signatures>(operation)
}
