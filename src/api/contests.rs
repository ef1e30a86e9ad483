//! `/v1/contests`

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::seq_of;
use super::extract::{InPath, InQuery, page_rows};
use super::{Problem, Shared};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{Grounds, Outcome, SubjectId, TYPES};
use crate::ledger::Snapshot;
use crate::limits;
use crate::score::{Contest, ContestStatus};

/// A contest as it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ContestView {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// Who contests.
    pub subject: SubjectId,
    /// The item contested.
    pub target: EventId,
    /// On what ground.
    pub grounds: Grounds,
    /// When it was filed.
    pub filed_on: Date,
    /// The last day on which it may be decided; absent where no clock runs.
    pub decide_by: Option<Date>,
    /// How it stands.
    pub status: Status,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// The event that decided it.
    pub decided_by: Option<EventId>,
}

/// How a contest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for a decision.
    Open,
    /// Decided.
    Decided,
    /// Withdrawn by the subject.
    Withdrawn,
}

/// A page of contests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ContestPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The contests, newest first.
    pub contests: Vec<ContestView>,
    /// The `before` of the next page; absent at the end.
    pub next: Option<u64>,
}

/// Which contests.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Of this subject.
    subject: Option<SubjectId>,
    /// In this status.
    status: Option<Status>,
    /// Filed before this seq.
    before: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
}

/// Which contest.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct One {
    /// Its seq, or the id of its `contest.filed` event.
    contest: String,
}

/// Contests, newest first.
pub async fn list(State(app): Shared, InQuery(which): InQuery<Which>) -> Result<Json<ContestPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let snapshot = app.ledger.snapshot();
    let filed = TYPES.iter().position(|name| *name == "contest.filed").unwrap_or(TYPES.len()) as u8;
    let mut page = ContestPage { size: snapshot.size(), contests: Vec::new(), next: None };
    let last = which.before.unwrap_or(snapshot.size()).min(snapshot.size());
    for (scanned, seq) in (0..last).rev().enumerate() {
        if page.contests.len() == limit || scanned == limits::SCAN_ROWS {
            page.next = Some(seq + 1);
            break;
        }
        let row = snapshot.state.index().row(seq);
        let wanted = row.filter(|row| {
            row.kind == filed && which.subject.is_none_or(|subject| row.subject == Some(subject))
        });
        let contest = wanted.and_then(|_| view(&snapshot, seq));
        page.contests.extend(contest.filter(|one| which.status.is_none_or(|status| one.status == status)));
    }
    Ok(Json(page))
}

/// One contest.
pub async fn one(State(app): Shared, InPath(which): InPath<One>) -> Result<Json<ContestView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let seq = seq_of(&snapshot, &which.contest)?;
    let unknown = || Problem::not_found("contest.unknown", format!("{} is no contest", which.contest));
    view(&snapshot, seq).map(Json).ok_or_else(unknown)
}

fn view(snapshot: &Snapshot, seq: u64) -> Option<ContestView> {
    let row = snapshot.state.index().row(seq)?;
    let subject = row.subject?;
    let mut contests = snapshot.state.dossier(&subject)?.contests(snapshot.size());
    let contest: &Contest = contests.find(|one| one.recorded.event == row.id)?;
    let (status, outcome, decided_by) = match contest.status {
        ContestStatus::Open => (Status::Open, None, None),
        ContestStatus::Decided { outcome, by } => (Status::Decided, Some(outcome), Some(by)),
        ContestStatus::Withdrawn => (Status::Withdrawn, None, None),
    };
    Some(ContestView {
        contest: row.id,
        seq,
        subject,
        target: contest.target,
        grounds: contest.grounds,
        filed_on: contest.recorded.on,
        decide_by: contest.decide_by,
        status,
        outcome,
        decided_by,
    })
}
