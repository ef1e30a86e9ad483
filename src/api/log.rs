//! Checkpoint, tiles, receipts, proofs, and what the ledger says of itself.

use aide::NoApi;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::InPath;
use super::respond::{Lasting, Text};
use super::{Problem, Shared};
use crate::event::{IdentityKey, PartyId};
use crate::ledger::Belief;
use crate::limits;
use crate::log::{BundleId, Hash, TileId};
use crate::time::{Date, Timestamp};

/// What a ledger is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LedgerView {
    /// Its origin; with the vkey, the trust anchor of an auditor.
    pub origin: String,
    /// The key that checkpoints verify under (C2SP signed-note vkey).
    pub log_vkey: String,
    /// The keys that earlier checkpoints verify under, the first first; each signed the one after it.
    pub former_vkeys: Vec<FormerKey>,
    /// How many entries are published.
    pub size: u64,
    /// Who runs it.
    pub operator: PartyId,
    /// Minutes east of Greenwich of its civil dates.
    pub utc_offset_min: i32,
    /// Its present date, on which scores are read by default.
    pub today: Date,
    /// The policy version in force on that date.
    pub policy: Option<u32>,
    /// The fingerprint of the secret that registrars key identities by; absent until an enrolment names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_key: Option<IdentityKey>,
    /// History issued before this instant was brought in at its own times, not recorded by the clock.
    pub replayed_until: Option<Timestamp>,
    /// How many entries were brought in so.
    pub replayed_entries: u64,
    /// How far the ledger's clock is believed; nothing is written while it is doubtful.
    pub clock: Belief,
    /// Whether events are accepted.
    pub writing: bool,
    /// Why not; the gravest reason first.
    pub held: Vec<HoldView>,
    /// What submissions are held to.
    pub limits: Limits,
}

/// Why a ledger that serves reads takes no events.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HoldView {
    /// The stable code, as events are refused with.
    pub code: String,
    /// What is wrong and what is to be done.
    pub detail: String,
}

/// A key that signed checkpoints.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FormerKey {
    /// The key.
    pub vkey: String,
    /// The first size whose checkpoint it did not sign.
    pub to_size: u64,
}

/// What submissions are held to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Largest payload, in bytes.
    pub payload_bytes: usize,
    /// Most signatures.
    pub signatures: usize,
    /// Largest single submission, in bytes.
    pub submission_bytes: usize,
    /// Most attachments.
    pub attachments: usize,
    /// Largest attachment, in bytes.
    pub attachment_bytes: usize,
    /// Largest batch, in bytes.
    pub batch_bytes: usize,
    /// Most lines in a batch.
    pub batch_lines: usize,
    /// Most rows on a page.
    pub page_rows: usize,
}

/// A proof.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProofView {
    /// The hashes, in the order of RFC 6962, in standard base64.
    #[schemars(with = "Vec<String>")]
    pub hashes: Vec<Hash>,
}

/// Which entry of which size.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Inclusion {
    /// The size of the tree.
    size: u64,
    /// The entry.
    seq: u64,
}

/// From which size to which.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Consistency {
    /// The smaller size, from 1.
    from: u64,
    /// The larger size.
    to: u64,
}

/// Which entry.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OneEntry {
    /// Its seq.
    seq: u64,
}

/// Which tile.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Tile {
    /// `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, its slashes as they are or as `%2F`.
    #[schemars(regex(
        pattern = r"^(entries|[0-9]|[1-5][0-9]|6[0-3])/([0-9]{3}|x(?!000)[0-9]{3}/[0-9]{3})(\.p/[1-9][0-9]?)?$"
    ))]
    tile: String,
}

/// What this ledger is.
pub(super) async fn ledger(State(app): Shared) -> Result<Json<LedgerView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let state = &snapshot.state;
    let opened = state.ledger().ok_or_else(|| Problem::new(500, "ledger.empty", "the log is empty"))?;
    let today = app.today();
    let former = opened
        .log_keys()
        .windows(2)
        .map(|pair| FormerKey { vkey: app.ledger.vkey(pair[0].1).to_string(), to_size: pair[1].0 });
    let holds = app.ledger.holds().standing().into_iter();
    let replayed = opened.replayed_until.map_or(0, |until| state.index().count_before(until));
    Ok(Json(LedgerView {
        origin: app.ledger.origin().to_string(),
        log_vkey: app.ledger.log_vkey().to_string(),
        former_vkeys: former.collect(),
        size: snapshot.size(),
        operator: opened.operator.clone(),
        utc_offset_min: opened.utc_offset_min,
        today,
        policy: state.policies().in_force(state.size(), today).map(|version| version.version),
        identity_key: state.identity_key(),
        replayed_until: opened.replayed_until,
        replayed_entries: replayed,
        clock: app.ledger.clock(),
        writing: app.ledger.held().is_none(),
        held: holds.map(|hold| HoldView { code: hold.code().to_owned(), detail: hold.to_string() }).collect(),
        limits: Limits {
            payload_bytes: limits::PAYLOAD_BYTES,
            signatures: limits::SIGNATURES,
            submission_bytes: limits::SUBMISSION_BYTES,
            attachments: limits::ATTACHMENTS,
            attachment_bytes: limits::ATTACHMENT_BYTES,
            batch_bytes: limits::BATCH_BYTES,
            batch_lines: limits::BATCH_LINES,
            page_rows: limits::PAGE_ROWS,
        },
    }))
}

/// The newest checkpoint.
pub(super) async fn checkpoint(State(app): Shared) -> Text {
    Text::plain(app.ledger.snapshot().checkpoint.note().to_owned())
}

/// The receipt of an entry.
pub(super) async fn receipt(State(app): Shared, InPath(which): InPath<OneEntry>) -> Result<Text, Problem> {
    let snapshot = app.ledger.snapshot();
    if which.seq >= snapshot.size() {
        return Err(beyond(which.seq, snapshot.size()));
    }
    Ok(Text::plain(app.ledger.reader().receipt(&snapshot, which.seq)?.to_text()))
}

/// An inclusion proof.
pub(super) async fn inclusion(
    State(app): Shared,
    InPath(which): InPath<Inclusion>,
) -> Result<Lasting<Json<ProofView>>, Problem> {
    let size = app.ledger.snapshot().size();
    if which.size > size {
        return Err(beyond(which.size, size));
    }
    if which.seq >= which.size {
        let (seq, asked) = (which.seq, which.size);
        let detail = format!("entry {seq} is not among the first {asked}: ask for a size above {seq}");
        return Err(Problem::not_found("log.beyond", detail));
    }
    let hashes = app.ledger.reader().inclusion(which.size, which.seq)?;
    Ok(Lasting(Json(ProofView { hashes })))
}

/// A consistency proof.
pub(super) async fn consistency(
    State(app): Shared,
    InPath(which): InPath<Consistency>,
) -> Result<Lasting<Json<ProofView>>, Problem> {
    let size = app.ledger.snapshot().size();
    if which.from == 0 || which.from > which.to || which.to > size {
        return Err(beyond(which.to.max(which.from), size));
    }
    let hashes = app.ledger.reader().consistency(which.from, which.to)?;
    Ok(Lasting(Json(ProofView { hashes })))
}

fn beyond(asked: u64, size: u64) -> Problem {
    let detail =
        format!("{asked} does not fit the published size {size}: ask within it, smaller before larger");
    Problem::not_found("log.beyond", detail)
}

/// A tile or bundle of entries.
pub(super) async fn tile(
    State(app): Shared,
    InPath(which): InPath<Tile>,
) -> Result<Lasting<NoApi<Response>>, Problem> {
    let size = app.ledger.snapshot().size();
    let malformed = |error: crate::log::MalformedPath| Problem::new(400, error.code(), error.to_string());
    let unpublished =
        || Problem::not_found("tile.unpublished", format!("the log of {size} entries has no such tile"));
    let bytes = if let Some(path) = which.tile.strip_prefix("entries/") {
        let bundle = BundleId::parse(path).map_err(malformed)?;
        if !bundle.exists_at(size) {
            return Err(unpublished());
        }
        app.ledger.reader().bundle(&bundle)?
    } else {
        let tile = TileId::parse(&which.tile).map_err(malformed)?;
        if !tile.exists_at(size) {
            return Err(unpublished());
        }
        app.ledger.reader().tile(&tile)?
    };
    let content = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok(Lasting(NoApi((content, bytes).into_response())))
}

/// Whether the process answers.
pub(super) async fn healthz() -> Text {
    Text::plain("ok\n")
}

/// Whether events are accepted.
pub(super) async fn readyz(State(app): Shared) -> Result<Text, Problem> {
    match app.ledger.held() {
        None => Ok(Text::plain("ready\n")),
        // Whatever the reason, there is one status that says: not now.
        Some(held) => Err(Problem {
            retry_after_s: held.retry_after_s(),
            ..Problem::new(503, held.code(), held.to_string())
        }),
    }
}

/// The OpenAPI document.
pub(super) async fn openapi(State(app): Shared) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], app.openapi.clone()).into_response()
}
