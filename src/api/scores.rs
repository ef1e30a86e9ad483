//! `/v1/scores.csv`, `/v1/scores.ndjson`: every score of one day in one file, the best first.
//!
//! **The file is made as it is read.** A country has hundreds of thousands of KOLs, and the file of all of them
//! would take as much memory for everybody who reads slowly. What is kept for a reader is the ranking of one
//! moment, which readers of that moment share, and a place in it; each piece takes its turn like any long look.
//! There are only so many readers at once, and none reads without end.
//!
//! **Each row stands for itself.** It begins with the size of the log and the day, which are the same in all
//! rows whatever is recorded meanwhile; the `Link` of the answer names the file of that very moment.
//!
//! **What caches may keep.** Scores at a size and on a day never change, names do: whoever has the right to it has
//! a name destroyed, and then it must be nowhere. So only a file without names is kept for ever.
//!
//! What breaks off while it is read ends without its last chunk (RFC 9112, 7.1), which readers notice.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use aide::NoApi;
use aide::transform::TransformOperation;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{iter, unfold};
use futures_util::{Stream, StreamExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::cells::cell;
use super::extract::InQuery;
use super::looks::{Look, busy};
use super::ranking::{Place, Ranking, Row, Sort};
use super::respond::Lasting;
use super::subjects::{SubjectRow, nameless, row};
use super::{App, Bounds, Problem, Shared, openapi};
use crate::event::naming;
use crate::facts::At;
use crate::ledger::Snapshot;
use crate::limits;
use crate::time::Date;

/// The columns of a table.
const COLUMNS: &str =
    "size,as_of,subject,name,topics,state,score,low,high,band,confidence,assessments,certificate\r\n";

/// A KOL's score in the file.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScoreRow {
    /// The log's size that the file reflects.
    pub size: u64,
    /// The date that scores are read on.
    pub as_of: Date,
    /// The KOL and its score; its name as it is shown, of 200 characters at most.
    #[serde(flatten)]
    pub row: SubjectRow,
}

/// Of which moment, and whether names are told.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// How many entries count; by default those published, or those up to `as_of`.
    size: Option<u64>,
    /// The date that scores are read on; by default today, or the date of the last entry counted.
    as_of: Option<Date>,
    /// Whether names are told; yes unless `false`. Without names the file of a `size` and `as_of` never changes.
    names: Option<bool>,
}

/// The places of those who read a file.
pub(super) struct Files(Arc<Semaphore>);

impl Files {
    /// As many as may be, and no more than may wait for a look.
    pub(super) fn within(bounds: &Bounds) -> Self {
        Self(Arc::new(Semaphore::new(bounds.looks_waiting.clamp(1, limits::SCORE_FILES))))
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.0.clone().try_acquire_owned().map_err(|_| busy())
    }
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A table with commas.
    Csv,
    /// A JSON object a line.
    Lines,
}

impl Form {
    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Lines => openapi::NDJSON,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Lines => "ndjson",
        }
    }

    /// Adds a row.
    fn write(self, row: &ScoreRow, piece: &mut Vec<u8>) {
        match self {
            Self::Csv => piece.extend_from_slice(line(row).as_bytes()),
            Self::Lines => {
                // Everything in it has a form in JSON.
                let _ = serde_json::to_writer(&mut *piece, row);
                piece.push(b'\n');
            }
        }
    }
}

/// A file on its way to a reader.
struct Writing {
    app: Arc<App>,
    snapshot: Arc<Snapshot>,
    ranking: Arc<Ranking>,
    form: Form,
    names: bool,
    /// Bytes after which a piece ends.
    most: usize,
    /// The last place that was written.
    after: Option<Place>,
    is_done: bool,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Writing {
    /// The next piece, once it is its turn.
    async fn piece(self) -> Result<(Bytes, Self), Problem> {
        let app = self.app.clone();
        app.look(Look::Scores, move |_, _| Ok(self.written())).await
    }

    fn written(mut self) -> (Bytes, Self) {
        let mut piece = Vec::with_capacity(self.most.min(limits::ANSWER_PIECE_BYTES));
        if self.form == Form::Csv && self.after.is_none() {
            piece.extend_from_slice(COLUMNS.as_bytes());
        }
        let (mut last, mut is_done) = (self.after, true);
        self.ranking.after(Sort::Best, self.after, |ranked| {
            // Every piece gets on by a row at least, however short it is to be.
            if last != self.after && piece.len() >= self.most {
                is_done = false;
                return ControlFlow::Break(());
            }
            last = Some(ranked.place());
            if let Some(row) = self.row(ranked) {
                self.form.write(&row, &mut piece);
            }
            ControlFlow::Continue(())
        });
        (self.after, self.is_done) = (last, is_done);
        (piece.into(), self)
    }

    fn row(&self, ranked: &Row) -> Option<ScoreRow> {
        let (state, at) = (&self.snapshot.state, self.ranking.at);
        let dossier = state.dossiers().get(ranked.ordinal as usize)?;
        let figure = ranked.figure().or_else(|| Some(state.figure(&ranked.subject, at)?.0))?;
        let mut row = match self.names {
            true => row(&self.app, state, dossier, at, figure),
            false => nameless(state, dossier, at, figure),
        };
        row.name = row.name.map(|name| naming::shown(&name, limits::NAME_CHARS));
        Some(ScoreRow { size: at.size, as_of: at.as_of, row })
    }
}

/// Every score as a table.
pub(super) async fn csv(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<NoApi<Response>, Problem> {
    file(app, which, Form::Csv).await.map(NoApi)
}

/// Every score as lines of JSON.
pub(super) async fn ndjson(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<NoApi<Response>, Problem> {
    file(app, which, Form::Lines).await.map(NoApi)
}

async fn file(app: Arc<App>, which: Which, form: Form) -> Result<Response, Problem> {
    let place = app.files.place()?;
    let snapshot = app.ledger.snapshot();
    let ranking = match (which.size, which.as_of) {
        (None, None) => app.newest_ranking(&snapshot).await,
        (size, as_of) => {
            let at = snapshot.state.moment(size, as_of, app.today())?;
            app.ranking_at(snapshot, at).await?
        }
    };
    let (at, names) = (ranking.at, which.names.unwrap_or(true));
    let is_fixed = which.size.is_some() && which.as_of.is_some() && !names;
    let writing = Writing {
        // The ranking may have come further than the snapshot from before.
        snapshot: app.ledger.snapshot(),
        until: Instant::now() + app.bounds.whole_batch,
        app,
        ranking,
        form,
        names,
        most: limits::ANSWER_PIECE_BYTES,
        after: None,
        is_done: false,
        _place: place,
    };
    // Whatever keeps the first piece from being made is answered with its status.
    let (first, rest) = writing.piece().await?;
    let answer = answer(form, at, names, Body::from_stream(pieces(first, rest).fuse()));
    Ok(if is_fixed { Lasting(answer).into_response() } else { answer })
}

/// The file piece by piece, to its end or to where it breaks off.
fn pieces(first: Bytes, rest: Writing) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let rest = unfold(Some(rest), async |rest| {
        let rest = rest.filter(|rest| !rest.is_done)?;
        let piece = match Instant::now() < rest.until {
            true => rest.piece().await.map_err(|problem| problem.detail),
            false => Err("it is read too slowly".to_owned()),
        };
        Some(match piece {
            Ok((piece, rest)) => (Ok(piece), Some(rest)),
            Err(why) => (Err(io::Error::other(why)), None),
        })
    });
    iter([Ok(first)]).chain(rest)
}

fn answer(form: Form, at: At, names: bool, body: Body) -> Response {
    let (At { size, as_of }, ending) = (at, form.ending());
    let nameless = if names { "" } else { "&names=false" };
    let told = [
        (header::LINK, format!("<?size={size}&as_of={as_of}{nameless}>; rel=\"canonical\"")),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"scores-{as_of}-{size}.{ending}\"")),
    ];
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.extend(told.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?))));
    response
}

/// A row of the table.
fn line(one: &ScoreRow) -> String {
    let ScoreRow { size, as_of, row } = one;
    let figure = &row.figure;
    let topics: Vec<&str> = row.topics.iter().map(|topic| topic.as_str()).collect();
    let standing = word(&figure.standing, "state");
    let score = figure.score.map(|score| score.to_string()).unwrap_or_default();
    let [low, high] =
        figure.range.map(|range| [range.low, range.high].map(|end| end.to_string())).unwrap_or_default();
    let band = figure.band.map(String::from).unwrap_or_default();
    let confidence = figure.confidence.map(|one| word(&one, "")).unwrap_or_default();
    let certificate = row.certificate.as_ref().map(|one| word(&one.standing, "state")).unwrap_or_default();
    let cells = [
        size.to_string(),
        as_of.to_string(),
        row.subject.to_string(),
        cell(row.name.as_deref().unwrap_or_default()),
        cell(&topics.join(" ")),
        standing,
        score,
        low,
        high,
        cell(&band),
        confidence,
        row.assessments.to_string(),
        certificate,
    ];
    cells.join(",") + "\r\n"
}

/// A name as it stands in JSON: the value itself, or a member of it.
fn word(value: &impl Serialize, member: &str) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    let named = if member.is_empty() { &value } else { &value[member] };
    named.as_str().unwrap_or_default().to_owned()
}

/// What the OpenAPI document says of the table.
pub(super) fn document_csv(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    openapi::answers(document(operation, "scores_csv", "as a table"), "text/csv", "A table (RFC 4180)")
}

/// What the OpenAPI document says of the lines.
pub(super) fn document_ndjson(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = document(operation, "scores_ndjson", "as lines of JSON (NDJSON)");
    openapi::answers_line_by_line::<ScoreRow>(operation, "A KOL a line")
}

fn document<'a>(operation: TransformOperation<'a>, id: &str, form: &str) -> TransformOperation<'a> {
    operation.id(id).tag("scores").summary(&format!("Every score of one day {form}, the best first")).description(
        "All rows are of one moment, with which each begins; `Link` names the file of that very moment. In a table, \
         what would be a formula is preceded by an apostrophe. A file that breaks off lacks its last chunk.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::ledger::{Ledger, Setup};

    async fn writing(app: &Arc<App>, form: Form, most: usize) -> Writing {
        let snapshot = app.ledger.snapshot();
        Writing {
            ranking: app.newest_ranking(&snapshot).await,
            snapshot,
            form,
            names: true,
            most,
            after: None,
            is_done: false,
            until: Instant::now() + app.bounds.whole_batch,
            _place: app.files.place().unwrap(),
            app: app.clone(),
        }
    }

    /// The pieces of a file, and whether it came to its end.
    async fn read(writing: Writing) -> (Vec<Bytes>, bool) {
        let (first, rest) = writing.piece().await.ok().unwrap();
        let all: Vec<io::Result<Bytes>> = pieces(first, rest).collect().await;
        let is_whole = all.iter().all(io::Result::is_ok);
        (all.into_iter().filter_map(Result::ok).collect(), is_whole)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_is_the_same_in_pieces_of_any_length_and_has_places() {
        let directory = tempfile::tempdir().unwrap();
        let today = "2026-06-01".parse().unwrap();
        crate::demo::seed(directory.path(), today).await.unwrap();
        let setup = Setup::at(directory.path(), Clock::system()).unwrap();
        let ledger = Arc::new(Ledger::open(setup).unwrap());
        let bounds = Bounds { looks_waiting: 2, ..Bounds::default() };
        let (_, app) = crate::api::parts(ledger, Some(today), bounds);
        for form in [Form::Csv, Form::Lines] {
            let (whole, _) = read(writing(&app, form, usize::MAX).await).await;
            assert_eq!(whole.len(), 1);
            for most in [1, 150, 1_000] {
                let (pieces, is_whole) = read(writing(&app, form, most).await).await;
                assert!(is_whole && pieces.len() > 1, "{} pieces of {most}", pieces.len());
                assert_eq!(pieces.concat(), whole[0], "{most}");
            }
            let late = Writing { until: Instant::now(), ..writing(&app, form, 1).await };
            let (begun, is_whole) = read(late).await;
            assert!(!is_whole && begun.len() == 1, "who reads too slowly is cut off");
        }
        let held = [app.files.place(), app.files.place()];
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(app.files.place().err().unwrap().code, "look.busy");
        drop(held);
        assert!(app.files.place().is_ok());
    }
}
