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
pub struct Streamed(Body);

impl<S: Send + Sync> axum::extract::FromRequest<S> for Streamed {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(request.into_body()))
    }
}

impl OperationInput for Streamed {}

/// Records many events; each line has its own fate.
pub async fn submit(
    State(app): Shared,
    InQuery(options): InQuery<Options>,
    Streamed(body): Streamed,
) -> NoApi<Response> {
    let (chunks, verified) = mpsc::channel(CHUNKS);
    // Bounded by the lines of a batch, so that reading the body never waits for the reader of answers.
    let (fates, known) = mpsc::unbounded_channel();
    tokio::spawn(read_lines(app.clone(), body, chunks));
    tokio::spawn(record(app.clone(), verified, fates));
    let receipts = options.receipts.unwrap_or(true);
    let answers = futures_util::stream::unfold((known, 0), move |(mut known, line)| {
        let app = app.clone();
        async move {
            let fate = known.recv().await?;
            let answer = answer(&app, line, fate, receipts).await;
            Some((answer, (known, line + 1)))
        }
    });
    // Those of one commit are known together, and sent together.
    let answers = answers.ready_chunks(limits::COMMIT_ENTRIES);
    let answers = answers.map(|lines| Ok::<_, std::convert::Infallible>(lines.concat()));
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
async fn read_lines(app: Arc<App>, body: Body, chunks: mpsc::Sender<Chunk>) {
    let mut body = body.into_data_stream();
    let mut cut = Cutter::default();
    let mut ended = Ok(());
    while ended.is_ok()
        && let Some(piece) = body.next().await
    {
        ended = match piece {
            Ok(piece) => cut.take(&piece),
            Err(_) => Err(Problem::new(400, "batch.broken", "the body broke off: send the rest again")),
        };
        for chunk in std::mem::take(&mut cut.full) {
            if chunks.send(Ok(verify(&app, chunk))).await.is_err() {
                return;
            }
        }
    }
    let ended = ended.and_then(|()| cut.end_line());
    let _ = chunks.send(Ok(verify(&app, cut.lines))).await;
    if let Err(problem) = ended {
        let _ = chunks.send(Err(problem)).await;
    }
}

/// Verifies lines as soon as a core is free for it: more threads than cores would only take turns.
fn verify(app: &Arc<App>, lines: Lines) -> JoinHandle<Vec<Checked>> {
    let verifying = app.verifying.clone();
    tokio::spawn(async move {
        let core = verifying.acquire_owned().await;
        let checked = tokio::task::spawn_blocking(move || {
            let _core = core;
            Submission::verify_each(lines.iter().map(Submission::parse))
        });
        checked.await.unwrap_or_default()
    })
}

/// Lines that are verified together, one after the other in one piece of memory.
struct Lines {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Default for Lines {
    fn default() -> Self {
        // Room for lines of the usual length, so that growing does not move them.
        Self { bytes: Vec::with_capacity(CHUNK_LINES * 1024), ends: Vec::with_capacity(CHUNK_LINES) }
    }
}

impl Lines {
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// The bytes after the last whole line.
    fn unfinished(&self) -> &[u8] {
        &self.bytes[self.ends.last().copied().unwrap_or(0)..]
    }
}

/// Lines cut out of a body, bounded in length, number and sum.
#[derive(Default)]
struct Cutter {
    lines: Lines,
    full: Vec<Lines>,
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
        let mut rest = piece;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest);
            let (text, after) = rest.split_at(end.unwrap_or(rest.len()));
            // One byte over the limit is enough to be refused by; more is not kept.
            let room = (limits::SUBMISSION_BYTES + 2).saturating_sub(self.lines.unfinished().len());
            self.lines.bytes.extend_from_slice(&text[..text.len().min(room)]);
            rest = after.get(1..).unwrap_or_default();
            if end.is_some() {
                self.end_line()?;
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), Problem> {
        let line = self.lines.unfinished();
        if line.iter().all(u8::is_ascii_whitespace) {
            self.lines.bytes.truncate(self.lines.bytes.len() - line.len());
            return Ok(());
        }
        if self.count == limits::BATCH_LINES {
            let detail =
                format!("a batch holds at most {} lines: send the rest in another", limits::BATCH_LINES);
            return Err(Problem::new(413, "batch.too_many", detail));
        }
        self.count += 1;
        self.lines.ends.push(self.lines.bytes.len());
        if self.lines.ends.len() == CHUNK_LINES || self.lines.bytes.len() >= CHUNK_BYTES {
            self.full.push(std::mem::take(&mut self.lines));
        }
        Ok(())
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
