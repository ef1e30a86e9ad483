//! `POST /v1/events/batch`: a submission per line in, a fate per line out, in order.
//!
//! Lines are parsed and verified on every core, recorded in order, and answered as they become
//! durable. Reading does not wait for the answers to be read, so that a client may send everything
//! first: what is kept of a line until then is small, and all of it is counted. Once that count is
//! full, reading stops until somebody reads answers, or is cut off for not doing so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aide::transform::TransformOperation;
use aide::{NoApi, OperationInput};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use super::extract::{InQuery, late};
use super::flight::Held;
use super::lines::{Bounds, Cut, Lines};
use super::rates::Charge;
use super::submit::Recorded;
use super::{App, Problem, Shared, openapi};
use crate::ledger::{Accepted, Admissible, Fate, Refusal, Submission};
use crate::limits;

/// Chunks on their way at once.
const CHUNKS: usize = 8;

/// What may be asked of a batch.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Options {
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

/// A line on its way through the ledger, or why it never got there.
struct Sent {
    fate: Result<Fate, Problem>,
    charge: Option<Charge>,
    held: Held,
}

/// What became of a line, kept until somebody reads it.
struct Settled {
    fate: Result<Accepted, Problem>,
    _held: Held,
}

/// The body, streamed.
pub(super) struct Streamed(Body);

impl<S: Send + Sync> axum::extract::FromRequest<S> for Streamed {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, _state: &S) -> Result<Self, Problem> {
        let says = |name| request.headers().contains_key(name);
        let has_end = says(header::CONTENT_LENGTH) || says(header::TRANSFER_ENCODING);
        if !has_end && axum::body::HttpBody::is_end_stream(request.body()) {
            return Err(Problem::new(
                411,
                "length.required",
                "the request does not say where its body ends, so none was read: send Content-Length, or Transfer-Encoding: chunked",
            ));
        }
        Ok(Self(request.into_body()))
    }
}

impl OperationInput for Streamed {}

/// Records many events; each line has its own fate.
pub(super) async fn submit(
    State(app): Shared,
    InQuery(options): InQuery<Options>,
    Streamed(body): Streamed,
) -> NoApi<Response> {
    let receipts = options.receipts.unwrap_or(true);
    let (chunks, verified) = mpsc::channel(CHUNKS);
    // Neither is bounded by its length: what lies in them is held against the bytes in flight.
    let (sent, fates) = mpsc::unbounded_channel();
    let (settled, known) = mpsc::unbounded_channel();
    let at_hand = Arc::new(AtomicUsize::new(if receipts { 0 } else { limits::RECEIPT_BYTES_AT_HAND }));
    tokio::spawn(read_lines(app.clone(), body, chunks));
    tokio::spawn(record(app.clone(), verified, sent));
    tokio::spawn(settle(app.clone(), fates, settled, at_hand.clone()));
    let answers = futures_util::stream::unfold((known, 0), move |(mut known, mut line)| {
        let (app, at_hand) = (app.clone(), at_hand.clone());
        async move {
            let first = known.recv().await?;
            let mut piece = Vec::new();
            let mut next = Some(first);
            // Those of one commit are known together, and sent together.
            while let Some(settled) = next {
                write(&app, line, settled, receipts, &at_hand, &mut piece);
                line += 1;
                next = if piece.len() < limits::ANSWER_PIECE_BYTES { known.try_recv().ok() } else { None };
            }
            Some((Ok::<_, std::convert::Infallible>(piece), (known, line)))
        }
    });
    let content = [(header::CONTENT_TYPE, openapi::NDJSON)];
    // Compression asks once more after the end.
    NoApi((content, Body::from_stream(answers.fuse())).into_response())
}

/// What the OpenAPI document says of it.
pub(super) fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("batch_submit")
        .tag("batch")
        .summary("Record many events: a submission per line in, its fate per line out, in order (NDJSON)")
        .description("Every line has one answer but an empty one, of no byte before its line feed or its carriage return and line feed. A body that is over its limits or breaks off has one more, in place of what was not read; one whose `Content-Length` is over them is refused whole.");
    openapi::line_by_line::<openapi::Submitted, LineFate>(operation)
}

/// A chunk on its way, or what ended the body early; and what it counts for.
struct Chunk {
    lines: Result<Verifying, Problem>,
    held: Held,
}

/// Lines that are being verified.
struct Verifying {
    /// What each counts for.
    bytes: Vec<usize>,
    checked: JoinHandle<Result<Vec<Checked>, JoinError>>,
}

impl Verifying {
    /// What each line is; each is answered also where the work on them broke down.
    async fn known(self) -> Vec<(usize, Result<Admissible, Problem>)> {
        let checked = match self.checked.await.flatten() {
            Ok(checked) => checked.into_iter().map(|one| one.map_err(Problem::from)).collect(),
            Err(error) => {
                let detail = format!("the line was not looked at, send it again: {error}");
                let problem = Problem::new(500, "batch.unverified", detail);
                vec![Err(problem); self.bytes.len()]
            }
        };
        self.bytes.into_iter().zip(checked).collect()
    }
}

/// A body's pieces as they come, each once there is room for it, and what they hold.
struct Pieces {
    app: Arc<App>,
    body: BodyDataStream,
    held: Arc<std::sync::Mutex<Held>>,
    /// How long the sender has been waited for.
    waited: Duration,
}

impl Pieces {
    fn stream(self) -> impl Stream<Item = Result<Bytes, Problem>> + Unpin {
        Box::pin(futures_util::stream::unfold(self, async |mut pieces| {
            let piece = pieces.next().await?;
            Some((piece, pieces))
        }))
    }

    async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        let asked = Instant::now();
        let piece = tokio::time::timeout(self.app.bounds.body, self.body.next()).await;
        self.waited += asked.elapsed();
        if piece.is_err() || self.waited > self.app.bounds.whole_batch {
            return Some(Err(late()));
        }
        let broken =
            |_| Problem::new(400, "batch.broken", "the body broke off: send what was not answered again");
        match piece.ok()?? {
            Ok(piece) => Some(self.take(piece).await),
            Err(error) => Some(Err(broken(error))),
        }
    }

    async fn take(&mut self, piece: Bytes) -> Result<Bytes, Problem> {
        let lines = memchr::memchr_iter(b'\n', &piece).count();
        let held = self.app.batches_in_flight.take(piece.len() + limits::LINE_BYTES * lines).await?;
        lock(&self.held).merge(held);
        Ok(piece)
    }
}

fn lock(held: &std::sync::Mutex<Held>) -> std::sync::MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Cuts the body into lines and sends chunks of them to be verified.
async fn read_lines(app: Arc<App>, body: Body, chunks: mpsc::Sender<Chunk>) {
    let held = Arc::new(std::sync::Mutex::new(app.batches_in_flight.none()));
    let (body, waited) = (body.into_data_stream(), Duration::ZERO);
    let pieces = Pieces { app: app.clone(), body, held: held.clone(), waited }.stream();
    let mut cut = Cut::new(pieces, Bounds::default());
    while let Some(lines) = cut.next().await {
        let ended = lines.is_err();
        let bytes =
            lines.as_ref().map_or(0, |lines| lines.bytes().map(|bytes| bytes + limits::LINE_BYTES).sum());
        let part = {
            let mut held = lock(&held);
            let part = held.split(bytes);
            // Blanks and what was too long count no longer.
            held.shrink(cut.kept_bytes());
            part
        };
        let chunk = Chunk { lines: lines.map(|lines| verify(&app, lines)), held: part };
        if chunks.send(chunk).await.is_err() {
            return;
        }
        if ended {
            drop(chunks);
            return cut.drain().await;
        }
    }
}

/// Verifies lines as soon as a core is free for it: more threads than cores would only take turns.
fn verify(app: &Arc<App>, lines: Lines) -> Verifying {
    let verifying = app.verifying.clone();
    let bytes = lines.bytes().collect();
    let checked = tokio::spawn(async move {
        let core = verifying.acquire_owned().await;
        let checked = tokio::task::spawn_blocking(move || {
            let _core = core;
            let parse = |line: Option<&[u8]>| Submission::parse(line.ok_or(Refusal::TooLarge)?);
            Submission::verify_each(lines.iter().map(parse))
        });
        checked.await
    });
    Verifying { bytes, checked }
}

/// Hands verified events to the ledger in order.
async fn record(app: Arc<App>, mut chunks: mpsc::Receiver<Chunk>, sent: mpsc::UnboundedSender<Sent>) {
    while let Some(Chunk { lines, mut held }) = chunks.recv().await {
        let checked = match lines {
            Ok(lines) => lines.known().await,
            Err(problem) => {
                let _ = sent.send(Sent { fate: Err(problem), charge: None, held });
                return;
            }
        };
        for (bytes, event) in checked {
            let held = held.split(bytes + limits::LINE_BYTES);
            let charged = event.and_then(|event| {
                let snapshot = app.ledger.snapshot();
                Ok((app.rates.charge(&snapshot.state, &event, Instant::now())?, event))
            });
            let (charge, fate) = match charged {
                Ok((charge, event)) => (charge, app.ledger.enqueue(event).await.map_err(Problem::from)),
                Err(problem) => (None, Err(problem)),
            };
            if let Err(mpsc::error::SendError(unheard)) = sent.send(Sent { fate, charge, held }) {
                return app.rates.give_back(unheard.charge);
            }
        }
    }
}

/// Waits for what becomes of each line, and keeps no more of it than the answer needs.
async fn settle(
    app: Arc<App>,
    mut fates: mpsc::UnboundedReceiver<Sent>,
    settled: mpsc::UnboundedSender<Settled>,
    at_hand: Arc<AtomicUsize>,
) {
    while let Some(Sent { fate, charge, mut held }) = fates.recv().await {
        let mut fate = match fate {
            Ok(fate) => fate.known().await.map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        if !fate.as_ref().is_ok_and(|accepted| accepted.fresh) {
            app.rates.give_back(charge);
        }
        if let Ok(accepted) = &mut fate {
            let bytes = accepted.entry.len();
            if at_hand.load(Ordering::Relaxed) + bytes > limits::RECEIPT_BYTES_AT_HAND {
                // It can be read again from the log.
                accepted.entry = Arc::default();
            } else {
                at_hand.fetch_add(bytes, Ordering::Relaxed);
            }
        }
        held.shrink(limits::LINE_BYTES);
        // Who no longer listens still has everything recorded and counted.
        let _ = settled.send(Settled { fate, _held: held });
    }
}

/// Writes the answer about a line.
fn write(
    app: &App,
    line: usize,
    settled: Settled,
    receipts: bool,
    at_hand: &AtomicUsize,
    text: &mut Vec<u8>,
) {
    let receipted = settled.fate.and_then(|accepted| {
        let bytes = accepted.entry.len();
        at_hand.fetch_sub(bytes, Ordering::Relaxed);
        let receipt = match (receipts, bytes) {
            (false, _) => None,
            (true, 0) => Some(app.ledger.reader().receipt(&app.ledger.snapshot(), accepted.seq)?),
            (true, _) => Some(app.ledger.receipt(&accepted)?),
        };
        let status = if accepted.fresh { 201 } else { 200 };
        Ok((status, Recorded::new(accepted, receipt.map(|receipt| receipt.to_text()))))
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
    // What fails to be written is a line without an answer, which the client counts.
    let _ = serde_json::to_writer(&mut *text, &fate);
    text.push(b'\n');
}
