//! `GET /v1/drafts`, `GET /v1/drafts/{id}`: what waits for whom.

use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::extract::{InPath, InQuery, page_rows};
use super::super::looks::Look;
use super::super::respond::Private;
use super::super::{App, Problem, Shared};
use super::kept::unknown;
use super::reader::Reader;
use super::views::{DraftPage, DraftRow, DraftView};
use super::waiting::Waiting;
use crate::dsse::{EventId, PublicKey};
use crate::event::PartyId;

/// Which drafts.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::api) struct Which {
    /// That wait for this party: a member, a KOL, `council`, or who holds a seat.
    #[serde(rename = "for")]
    party: Option<PartyId>,
    /// That wait for this key.
    key: Option<PublicKey>,
    /// After this: the `next` of the page before.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
}

/// Which draft.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::api) struct One {
    /// Its event id.
    pub(super) draft: EventId,
}

/// Whether a draft is told whole to who asks; a key that has ended reads no more.
fn may_read(app: &App, draft: &Waiting, reader: Option<&PublicKey>) -> bool {
    let snapshot = app.ledger.snapshot();
    let signed = |key| draft.signers(&snapshot.state).any(|signer| signer == key);
    reader.is_some_and(|key| signed(*key) || draft.waits_for(&app.ledger, key))
}

/// What waits for whom.
pub(in crate::api) async fn list(
    State(app): Shared,
    Reader(reader): Reader,
    InQuery(which): InQuery<Which>,
) -> Result<Private<Json<DraftPage>>, Problem> {
    let limit = page_rows(which.limit)?;
    let page = app.look(Look::Drafts, move |app, turn| {
        let mut page =
            DraftPage { size: app.ledger.snapshot().size(), reader, drafts: Vec::new(), next: None };
        let after = which.after.unwrap_or(0);
        let mut last = None;
        for draft in app.drafts.all(&app.ledger).iter().filter(|draft| draft.came_at.as_ms() > after) {
            if page.drafts.len() == limit || (last.is_some() && turn.is_over()) {
                page.next = last;
                break;
            }
            last = Some(draft.came_at.as_ms());
            let of_party = which.party.as_ref().is_none_or(|party| draft.waits_for_party(&app.ledger, party));
            let of_key = || which.key.as_ref().is_none_or(|key| draft.waits_for(&app.ledger, key));
            if of_party && of_key() {
                page.drafts.push(DraftRow::of(app, draft, may_read(app, draft, reader.as_ref())));
            }
        }
        Ok(page)
    });
    page.await.map(|page| Private(Json(page)))
}

/// One draft.
pub(in crate::api) async fn one(
    State(app): Shared,
    Reader(reader): Reader,
    InPath(which): InPath<One>,
) -> Result<Private<Json<DraftView>>, Problem> {
    let view = app.look(Look::Drafts, move |app, _| {
        let draft = app.drafts.one(&app.ledger, &which.draft).ok_or_else(|| gone(app, &which.draft))?;
        let texts = may_read(app, &draft, reader.as_ref());
        let malformed = |error: serde_json::Error| Problem::new(500, "answer.json", error.to_string());
        let submission = draft.submission().map_err(crate::ledger::Refusal::from)?;
        Ok(DraftView {
            row: DraftRow::of(app, &draft, true),
            payload: serde_json::from_slice(draft.payload()).map_err(malformed)?,
            envelope: serde_json::from_str(&submission.envelope.to_json()).map_err(malformed)?,
            attached: draft.attachments().len(),
            attachments: if texts { submission.attachments } else { Vec::new() },
        })
    });
    view.await.map(|view| Private(Json(view)))
}

/// Why a draft is not here.
pub(super) fn gone(app: &App, id: &EventId) -> Problem {
    match app.ledger.snapshot().state.index().seq(id) {
        Some(seq) => Problem::new(
            410,
            "draft.recorded",
            format!("it is recorded, as entry {seq}: see /v1/events/{seq}"),
        ),
        None => unknown(id),
    }
}

/// How a reader proves a key, for the OpenAPI document.
const PROVES: &str = "Who proves a key sends `Authorization: Tinnhiem KEY:MILLISECONDS:SIGNATURE`: the public key in hex, the \
                      present time in Unix milliseconds, and the key's signature in standard base64 over the DSSE \
                      pre-authentication encoding of the type `application/vnd.tinnhiem.reader` and the text \
                      `ORIGIN`, a line feed, `MILLISECONDS`. It is good for five minutes.";

/// What the OpenAPI document says of the listing.
pub(in crate::api) fn document_list(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let description = format!(
        "The oldest first. Everybody is told that something waits, of which type, since and until when, and whose \
         signatures it lacks; its id, subject, issuer and signers stand in the rows of who proves a key that signed it \
         or is waited for. {PROVES}"
    );
    operation
        .id("drafts_list")
        .tag("drafts")
        .summary("Events that wait for signatures, by party or key")
        .description(&description)
}

/// What the OpenAPI document says of one.
pub(in crate::api) fn document_one(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let description = format!(
        "Who has its id may read the envelope; its texts and documents are handed to who proves a key that signed it or is \
         waited for. {PROVES}"
    );
    operation
        .id("drafts_one")
        .tag("drafts")
        .summary("One event that waits for signatures")
        .description(&description)
}
