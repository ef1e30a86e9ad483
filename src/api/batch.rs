//! `POST /v1/events/batch`: a submission per line in, a fate per line out, in order.
//!
//! Lines are parsed and verified on every core, recorded in order, and answered as they become
//! durable. Reading never waits for the answers to be read: a client may send everything first.

use std::sync::Arc;

use aide::transform::TransformOperation;
use aide::{NoApi, OperationInput};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::extract::InQuery;
use super::submit::Recorded;
use super::{App, Problem, Shared};
use crate::ledger::{Admissible, Refusal, Submission};
use crate::limits;

/// Lines verified together on one core.
const CHUNK_LINES: usize = 64;
/// Bytes after which a chunk is sent to be verified, however few its lines.
const CHUNK_BYTES: usize = 512 * 1024;
/// Chunks on their way at once.
const CHUNKS: usize = 8;

/// What may be asked of a batch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Options {
    /// Whether each line is answered with a receipt; yes unless `false`.
    receipts: Option<bool>,
}

/// What became of one line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LineFate {
    /// The line, from 0.
    pub line: usize,
    /// The status that the event alone would have been answered with.
    pub status: u16,
    /// The recorded event.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
    /// The stable code of the refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong and what to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A verified line, or why it is not.
type Checked = Result<Admissible, Refusal>;
/// Where fates go, in order.
type Fates = mpsc::UnboundedSender<Result<crate::ledger::Fate, Ended>>;

/// A line that never reached the ledger.
enum Ended {
    Refused(Refusal),
    Broken(Problem),
}

/// The body, streamed.
pub struct Lines(Body);

impl<S: Send + Sync> axum::extract::FromRequest<S> for Lines {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(request.into_body()))
    }
}

impl OperationInput for Lines {}

/// Records many events; each line has its own fate.
pub async fn submit(
    State(app): Shared,
    InQuery(options): InQuery<Options>,
    Lines(body): Lines,
) -> NoApi<Response> {
    let (chunks, verified) = mpsc::channel(CHUNKS);
    // Bounded by the lines of a batch, so that reading the body never waits for the reader of answers.
    let (fates, known) = mpsc::unbounded_channel();
    tokio::spawn(read_lines(body, chunks));
    tokio::spawn(record(app.clone(), verified, fates));
    let receipts = options.receipts.unwrap_or(true);
    let answers = futures_util::stream::unfold((known, 0), move |(mut known, line)| {
        let app = app.clone();
        async move {
            let fate = known.recv().await?;
            let answer = answer(&app, line, fate, receipts).await;
            Some((Ok::<_, std::convert::Infallible>(answer), (known, line + 1)))
        }
    });
    let content = [(header::CONTENT_TYPE, "application/x-ndjson")];
    NoApi((content, Body::from_stream(answers)).into_response())
}

/// What the OpenAPI document says of it.
pub fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .summary("Record many events: a submission per line in, its fate per line out, in order (NDJSON)")
        .response_with::<200, Json<LineFate>, _>(|response| response.description("One such object per line"))
}

/// A chunk on its way, or what ended the body early.
type Chunk = Result<JoinHandle<Vec<Checked>>, Problem>;

/// Cuts the body into lines and sends chunks of them to be verified.
async fn read_lines(body: Body, chunks: mpsc::Sender<Chunk>) {
    let mut body = body.into_data_stream();
    let mut cut = Cutter::default();
    while let Some(piece) = body.next().await {
        let Ok(piece) = piece else {
            let broken = Problem::new(400, "batch.broken", "the body broke off: send the rest again");
            let _ = chunks.send(Err(broken)).await;
            return;
        };
        let full = cut.take(&piece);
        for chunk in cut.ready(false) {
            if chunks.send(Ok(verify(chunk))).await.is_err() {
                return;
            }
        }
        if let Err(problem) = full {
            for chunk in cut.ready(true) {
                let _ = chunks.send(Ok(verify(chunk))).await;
            }
            let _ = chunks.send(Err(problem)).await;
            return;
        }
    }
    cut.finish();
    for chunk in cut.ready(true) {
        if chunks.send(Ok(verify(chunk))).await.is_err() {
            return;
        }
    }
}

fn verify(lines: Vec<Vec<u8>>) -> JoinHandle<Vec<Checked>> {
    tokio::task::spawn_blocking(move || {
        lines.iter().map(|line| Submission::parse(line).and_then(Submission::verify)).collect()
    })
}

/// Lines cut out of a body, bounded in length, number and sum.
#[derive(Default)]
struct Cutter {
    line: Vec<u8>,
    lines: Vec<Vec<u8>>,
    waiting_bytes: usize,
    count: usize,
    total: usize,
}

impl Cutter {
    fn take(&mut self, piece: &[u8]) -> Result<(), Problem> {
        self.total += piece.len();
        if self.total > limits::BATCH_BYTES {
            let detail =
                format!("a batch holds at most {} bytes: send the rest in another", limits::BATCH_BYTES);
            return Err(Problem::new(413, "batch.too_large", detail));
        }
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            // One byte over the limit is enough to be refused by; more is not kept.
            let room = (limits::SUBMISSION_BYTES + 2).saturating_sub(self.line.len());
            let (text, ended) = part.strip_suffix(b"\n").map_or((part, false), |text| (text, true));
            self.line.extend_from_slice(&text[..text.len().min(room)]);
            if ended {
                self.end_line()?;
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Problem> {
        let line = std::mem::take(&mut self.line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        if self.count == limits::BATCH_LINES {
            let detail =
                format!("a batch holds at most {} lines: send the rest in another", limits::BATCH_LINES);
            return Err(Problem::new(413, "batch.too_many", detail));
        }
        self.count += 1;
        self.waiting_bytes += line.len();
        self.lines.push(line);
        Ok(())
    }

    fn finish(&mut self) {
        let _ = self.end_line();
    }

    /// The chunks that are full; with `all`, the rest too.
    fn ready(&mut self, all: bool) -> Vec<Vec<Vec<u8>>> {
        let full = self.lines.len() >= CHUNK_LINES || self.waiting_bytes >= CHUNK_BYTES;
        if self.lines.is_empty() || !(full || all) {
            return Vec::new();
        }
        self.waiting_bytes = 0;
        let mut lines = std::mem::take(&mut self.lines).into_iter().peekable();
        let mut chunks = Vec::new();
        while lines.peek().is_some() {
            chunks.push(lines.by_ref().take(CHUNK_LINES).collect());
        }
        chunks
    }
}

/// Hands verified events to the ledger in order.
async fn record(app: Arc<App>, mut chunks: mpsc::Receiver<Chunk>, fates: Fates) {
    while let Some(chunk) = chunks.recv().await {
        let checked = match chunk {
            Ok(chunk) => chunk.await.unwrap_or_default(),
            Err(problem) => {
                let _ = fates.send(Err(Ended::Broken(problem)));
                return;
            }
        };
        for event in checked {
            let fate = match event {
                Ok(event) => app.ledger.enqueue(event).await.map_err(Ended::Refused),
                Err(refusal) => Err(Ended::Refused(refusal)),
            };
            if fates.send(fate).is_err() {
                return;
            }
        }
    }
}

async fn answer(app: &App, line: usize, fate: Result<crate::ledger::Fate, Ended>, receipts: bool) -> Vec<u8> {
    let known = match fate {
        Ok(fate) => fate.known().await.map_err(Problem::from),
        Err(Ended::Refused(refusal)) => Err(refusal.into()),
        Err(Ended::Broken(problem)) => Err(problem),
    };
    let receipted = known.and_then(|accepted| {
        let receipt = if receipts { Some(app.ledger.receipt(&accepted)?.to_text()) } else { None };
        Ok((if accepted.fresh { 201 } else { 200 }, Recorded::new(accepted, receipt)))
    });
    let fate = match receipted {
        Ok((status, recorded)) => {
            LineFate { line, status, recorded: Some(recorded), code: None, detail: None }
        }
        Err(problem) => LineFate {
            line,
            status: problem.status,
            recorded: None,
            code: Some(problem.code),
            detail: Some(problem.detail),
        },
    };
    let mut json = serde_json::to_vec(&fate).unwrap_or_default();
    json.push(b'\n');
    json
}
