//! `GET /v1/events/stream`: entries as they are recorded, as server-sent events.
//!
//! ```text
//! retry: 3000                                  once, first
//!
//! id: 417                                      an entry: its seq, and a row as `/v1/events` has it
//! data: {"seq":417,"id":"…","type":"…",…}
//!
//! id: 431                                      nothing for a while: all up to this was looked through
//! ```
//!
//! An event without data is none to who listens, but is remembered as the last id. So whoever comes again with
//! `Last-Event-ID`, as browsers do by themselves, or with `after`, misses nothing and is told nothing twice,
//! and a filter that seldom fits does not make them begin far back.
//!
//! **Nothing is kept for a reader but a place in the log.** The next piece is made from the published snapshot once
//! the one before is taken, so that a slow reader costs one piece. Who takes nothing is cut off like everybody
//! who does not read an answer; who takes so little that the log runs away from it is told so and sent to the
//! listing, as who asks for what is too long ago. A machine that is gone answers no more to what it is sent at
//! the latest every few seconds, and its connection ends. All streams end when the server stops.
//!
//! The log is looked at several times a second: one comparison of two numbers while nothing is recorded.

use std::convert::Infallible;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aide::transform::TransformOperation;
use aide::{NoApi, OperationInput};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::events::{EventRow, Filter};
use super::extract::{InQuery, page_rows};
use super::{App, Bounds, Problem, Shared, openapi};
use crate::event::{PartyId, SubjectId, TYPES};
use crate::limits;

/// The media type of what is sent.
pub(super) const MEDIA: &str = "text/event-stream";
/// What is sent first: how long to wait before coming again, in milliseconds.
const FIRST: &str = "retry: 3000\n\n";
/// What keeps a proxy from waiting for more before it passes on what it has.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The places of those who listen.
pub(super) struct Streams(Arc<Semaphore>);

impl Streams {
    /// As many as may be.
    pub(super) fn within(bounds: &Bounds) -> Self {
        Self(Arc::new(Semaphore::new(bounds.streams)))
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        const AGAIN_S: u32 = 10;
        self.0.clone().try_acquire_owned().map_err(|_| {
            let detail =
                "as many listen as may: come again later, or ask for `/v1/events?after=` now and then";
            Problem::new(503, "stream.full", detail).after_s(AGAIN_S)
        })
    }
}

/// Whether the server that a request came to is stopping.
#[derive(Clone)]
pub(super) struct Leaving(pub watch::Receiver<bool>);

/// From where on who comes again has not been told.
pub(super) struct Resuming {
    last: Option<u64>,
    leaving: Option<Leaving>,
}

impl<S: Sync> FromRequestParts<S> for Resuming {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let leaving = parts.extensions.get::<Leaving>().cloned();
        let Some(value) = parts.headers.get("last-event-id").filter(|value| !value.is_empty()) else {
            return Ok(Self { last: None, leaving });
        };
        let seq = value.to_str().ok().and_then(|text| Some((text, text.parse::<u64>().ok()?)));
        let last = seq.filter(|(text, seq)| seq.to_string() == *text).map(|(_, seq)| seq);
        if last.is_none() {
            let detail =
                "Last-Event-ID is the seq of the last entry that was told: leave it out to begin now";
            return Err(Problem::new(400, "stream.last_event_id", detail));
        }
        Ok(Self { last, leaving })
    }
}

impl OperationInput for Resuming {}

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// About this subject.
    subject: Option<SubjectId>,
    /// Issued by this party.
    issuer: Option<PartyId>,
    /// Of this type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = TYPES))]
    type_name: Option<String>,
    /// After this seq; those that come from now on unless given.
    after: Option<u64>,
    /// After how many the stream ends; it does not unless given.
    limit: Option<usize>,
}

/// One who listens.
struct Listener {
    app: Arc<App>,
    filter: Filter,
    /// The seq to look at next.
    next: u64,
    /// How many entries are told before it ends.
    left: usize,
    leaving: Option<Leaving>,
    is_first: bool,
    told_at: Instant,
    /// Set once there is nothing more to say.
    ended: bool,
    _place: OwnedSemaphorePermit,
}

/// Entries as they are recorded.
pub(super) async fn stream(
    State(app): Shared,
    resuming: Resuming,
    InQuery(which): InQuery<Which>,
) -> Result<NoApi<Response>, Problem> {
    let left = which.limit.map_or(Ok(usize::MAX), |limit| page_rows(Some(limit)))?;
    let snapshot = app.ledger.snapshot();
    let filter = Filter::of(&snapshot, which.subject, which.issuer, which.type_name.as_deref())?;
    let size = snapshot.size();
    let next = match resuming.last.or(which.after) {
        None => size,
        Some(last) if last >= size => {
            return Err(Problem::not_found("event.unknown", format!("the log has no entry {last} yet")));
        }
        Some(last) => last + 1,
    };
    if size - next > app.bounds.stream_behind {
        return Err(behind(next, app.bounds.stream_behind));
    }
    let listener = Listener {
        _place: app.streams.place()?,
        app,
        filter,
        next,
        left,
        leaving: resuming.leaving,
        is_first: true,
        told_at: Instant::now(),
        ended: false,
    };
    let pieces = unfold(listener, |mut listener| async move {
        let piece = listener.piece().await?;
        Some((Ok::<_, Infallible>(Bytes::from(piece)), listener))
    });
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    Ok(NoApi(([kind, UNBUFFERED], Body::from_stream(pieces)).into_response()))
}

fn behind(next: u64, most: u64) -> Problem {
    let after = next.saturating_sub(1);
    let detail = format!(
        "over {most} entries were recorded since: read on with `/v1/events?after={after}`, and listen from its end"
    );
    Problem::new(410, "stream.behind", detail)
}

impl Listener {
    /// The next piece that there is to tell, once there is one; none at the end.
    async fn piece(&mut self) -> Option<String> {
        loop {
            if self.ended || self.left == 0 || self.is_leaving() {
                return None;
            }
            let mut piece = String::new();
            if std::mem::take(&mut self.is_first) {
                piece += FIRST;
            }
            let at_tip = self.look(&mut piece);
            if piece.is_empty() && at_tip && self.told_at.elapsed() >= self.app.bounds.stream_silent {
                self.say_nothing(&mut piece);
            }
            if !piece.is_empty() {
                self.told_at = Instant::now();
                return Some(piece);
            }
            if at_tip {
                self.pause().await;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Looks at the next entries and tells of those that fit; whether there is none left to look at.
    fn look(&mut self, piece: &mut String) -> bool {
        let snapshot = self.app.ledger.snapshot();
        if snapshot.size().saturating_sub(self.next) > self.app.bounds.stream_behind {
            let problem = behind(self.next, self.app.bounds.stream_behind);
            let problem = serde_json::to_string(&problem).unwrap_or_default();
            let _ = write!(piece, "event: behind\ndata: {problem}\n\n");
            self.ended = true;
            return true;
        }
        for (seq, row) in snapshot.state.index().rows_from(self.next).take(limits::STREAM_ROWS) {
            if self.left == 0 || piece.len() > limits::STREAM_PIECE_BYTES {
                return false;
            }
            self.next = seq + 1;
            if self.filter.takes(&row) {
                let row = serde_json::to_string(&EventRow::new(seq, &row)).unwrap_or_default();
                let _ = write!(piece, "id: {seq}\ndata: {row}\n\n");
                self.left -= 1;
            }
        }
        self.next >= snapshot.size()
    }

    /// Says how far the log was looked through.
    fn say_nothing(&self, piece: &mut String) {
        match self.next.checked_sub(1) {
            Some(last) => drop(write!(piece, "id: {last}\n\n")),
            None => piece.push_str(":\n\n"),
        }
    }

    fn is_leaving(&self) -> bool {
        self.leaving.as_ref().is_some_and(|leaving| *leaving.0.borrow())
    }

    /// Waits for a moment, or until the server stops.
    async fn pause(&mut self) {
        let moment = tokio::time::sleep(Duration::from_millis(limits::STREAM_LOOK_MS));
        match &mut self.leaving {
            None => moment.await,
            Some(leaving) => tokio::select! {
                () = moment => {}
                _ = leaving.0.wait_for(|leaving| *leaving) => {}
            },
        }
    }
}

/// What the OpenAPI document says of it.
pub(super) fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("stream_stream")
        .tag("stream")
        .summary("Entries as they are recorded, as server-sent events")
        .description(
            "Each event's `id` is the entry's seq and its `data` a row as in `/v1/events`; events with an `id` alone say how far \
             the log was looked through. Who comes again with `Last-Event-ID`, or `after`, misses nothing and is told \
             nothing twice. Whom the log runs away from is sent an event `behind` with the problem `stream.behind`, and the \
             stream ends.",
        );
    openapi::answers(operation, MEDIA, "Server-sent events (WHATWG HTML, 9.2)")
}
