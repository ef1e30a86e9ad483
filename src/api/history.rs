//! `/v1/subjects/{subject}/history`: every event about a subject and what it did to the score.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::EventRow;
use super::extract::{InPath, InQuery, page_rows};
use super::looks::{Look, Turn};
use super::respond::Prepared;
use super::subjects::{One, unknown};
use super::{App, Problem, Shared};
use crate::engines::Figure;
use crate::event::SubjectId;
use crate::facts::{At, Reply};
use crate::time::Date;

/// One event about a subject, and the figure after it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRow {
    /// The entry.
    #[serde(flatten)]
    pub event: EventRow,
    /// The date it was recorded on.
    pub on: Date,
    /// What was shown on that date without it.
    pub before: Option<Figure>,
    /// What was shown on that date with it.
    pub after: Option<Figure>,
    /// What the subject replied to it, or to its announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

/// A page of history.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The events, oldest first.
    pub history: Vec<HistoryRow>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<u64>,
}

/// Which page of a history.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct HistoryPart {
    /// After this seq.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
}

/// Every event about a subject and what it did.
pub(super) async fn list(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(part): InQuery<HistoryPart>,
) -> Result<Prepared<HistoryPage>, Problem> {
    let limit = page_rows(part.limit)?;
    app.look(Look::History, move |app, turn| Prepared::of(&page(app, path.subject, part.after, limit, turn)?))
        .await
}

fn page(
    app: &App,
    subject: SubjectId,
    after: Option<u64>,
    limit: usize,
    turn: &Turn,
) -> Result<HistoryPage, Problem> {
    let snapshot = app.ledger.snapshot();
    let state = &snapshot.state;
    let dossier = state.dossier(&subject).ok_or_else(|| unknown(&subject))?;
    let first = after.map_or(0, |after| after.saturating_add(1));
    let replies = dossier.replies();
    let mut page = HistoryPage { size: snapshot.size(), history: Vec::new(), next: None };
    for seq in dossier.timeline_from(first) {
        if page.history.len() == limit || (!page.history.is_empty() && turn.is_over()) {
            page.next = page.history.last().map(|row| row.event.seq);
            break;
        }
        let Some(row) = state.index().row(seq) else { continue };
        let on = state.date_of(row.recorded_at);
        let figure = |size| state.figure(&subject, At { size, as_of: on }).map(|(figure, _)| figure);
        page.history.push(HistoryRow {
            event: EventRow::corrected(seq, &row, state),
            on,
            before: figure(seq),
            after: figure(seq + 1),
            reply: replies.get(&row.id).copied(),
        });
    }
    Ok(page)
}
