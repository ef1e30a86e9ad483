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
use tokio::task::{JoinError, JoinHandle};

use super::extract::InQuery;
use super::lines::{Bounds, Cut, Lines};
use super::submit::Recorded;
use super::{App, Problem, Shared};
use crate::ledger::{Admissible, Refusal, Submission};
use crate::limits;

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
type Chunk = Result<Verifying, Problem>;

/// Lines that are being verified.
struct Verifying {
    count: usize,
    checked: JoinHandle<Result<Vec<Checked>, JoinError>>,
}

impl Verifying {
    /// What each line is; each is answered also where the work on them broke down.
    async fn known(self) -> Vec<Result<Admissible, Ended>> {
        match self.checked.await.flatten() {
            Ok(checked) => checked.into_iter().map(|one| one.map_err(Ended::Refused)).collect(),
            Err(error) => {
                let problem =
                    Problem::new(500, "batch.unverified", format!("the line was not looked at: {error}"));
                (0..self.count).map(|_| Err(Ended::Broken(problem.clone()))).collect()
            }
        }
    }
}

/// Cuts the body into lines and sends chunks of them to be verified.
async fn read_lines(app: Arc<App>, body: Body, chunks: mpsc::Sender<Chunk>) {
    let mut cut = Cut::new(body.into_data_stream(), Bounds::default());
    while let Some(lines) = cut.next().await {
        let ended = lines.is_err();
        if chunks.send(lines.map(|lines| verify(&app, lines))).await.is_err() {
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
    let count = lines.len();
    let checked = tokio::spawn(async move {
        let core = verifying.acquire_owned().await;
        let checked = tokio::task::spawn_blocking(move || {
            let _core = core;
            let parse = |line: Option<&[u8]>| Submission::parse(line.ok_or(Refusal::TooLarge)?);
            Submission::verify_each(lines.iter().map(parse))
        });
        checked.await
    });
    Verifying { count, checked }
}

/// Hands verified events to the ledger in order.
async fn record(app: Arc<App>, mut chunks: mpsc::Receiver<Chunk>, fates: Fates) {
    while let Some(chunk) = chunks.recv().await {
        let checked = match chunk {
            Ok(chunk) => chunk.known().await,
            Err(problem) => {
                let _ = fates.send(Err(Ended::Broken(problem)));
                return;
            }
        };
        for event in checked {
            let fate = match event {
                Ok(event) => app.ledger.enqueue(event).await.map_err(Ended::Refused),
                Err(ended) => Err(ended),
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
