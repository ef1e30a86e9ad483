//! `/v1/contests`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::draws::{DrawView, draw_view};
use super::events::seq_of;
use super::extract::{InPath, InQuery, page_rows};
use super::looks::{Look, Turn};
use super::moments::{Cursor, Mark};
use super::queries::unknown_value;
use super::respond::Prepared;
use super::{App, Problem, Shared};
use crate::dsse::EventId;
use crate::event::{Contesting, DeclineCode, EventType, Grounds, Outcome, PartyId, SubjectId};
use crate::facts::Contest;
use crate::ledger::Snapshot;
use crate::limits;
use crate::state::{Brought, Drawer};
use crate::time::Date;

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
    /// How it stands.
    pub status: Status,
    /// How far it has come today.
    pub stage: Contesting,
    /// Who must act for it to go on: parties, `council`; nobody once it is over.
    pub waits_for: Vec<PartyId>,
    /// The last day to admit or decline it, after which it is admitted; absent where that is not required.
    pub admit_by: Option<Date>,
    /// The last day on which it, or its appeal, may be decided; absent where no clock runs.
    pub decide_by: Option<Date>,
    /// The last day to which that may be put off; absent where it may not, or not again.
    pub extend_to: Option<Date>,
    /// The last day to appeal the decision; absent where it cannot be.
    pub appeal_by: Option<Date>,
    /// The `appeal.filed` event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<EventId>,
    /// Why it was not admitted.
    pub declined: Option<DeclineCode>,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// The event that decided it.
    pub decided_by: Option<EventId>,
    /// The panel that sits.
    pub panel: Option<PanelView>,
    /// The draw that makes the panel; absent where there is none.
    pub draw: Option<DrawView>,
}

/// A panel that sits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PanelView {
    /// The `panel.seated` event.
    pub panel: EventId,
    /// Its members.
    pub members: Vec<PartyId>,
    /// The member that the subject challenged.
    pub challenged: Option<PartyId>,
    /// The last day to challenge one; absent once one was.
    pub challenge_by: Option<Date>,
    /// The first day on which it decides; absent once one was challenged.
    pub decides_from: Option<Date>,
}

/// How a contest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for a decision, or for that of its appeal.
    Open,
    /// Decided.
    Decided,
    /// Not admitted.
    Declined,
    /// Withdrawn by the subject.
    Withdrawn,
}

impl Status {
    fn of(contest: &Contest) -> Self {
        match contest.stage {
            stage if stage.is_open() => Self::Open,
            Contesting::Declined => Self::Declined,
            Contesting::Withdrawn => Self::Withdrawn,
            _ => Self::Decided,
        }
    }
}

/// A page of contests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ContestPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The contests, newest first.
    pub contests: Vec<ContestView>,
    /// The day that they are read on.
    pub as_of: Date,
    /// The `before` of the next page, which is of the same size and day; absent at the end.
    pub next: Option<String>,
}

/// Which contests.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Of this subject.
    subject: Option<SubjectId>,
    /// In this status.
    status: Option<Status>,
    /// The `next` of the page before.
    before: Option<String>,
    /// How many at most.
    limit: Option<usize>,
}

/// Which contest.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct One {
    /// Its seq, or the id of its `contest.filed` event.
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,14}|[0-9a-f]{64})$"))]
    pub(super) contest: String,
}

impl Which {
    fn mark(&self) -> Mark {
        Mark::of(&(self.subject, self.status))
    }
}

/// Contests, newest first.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Prepared<ContestPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let before: Option<Cursor<u64>> = Cursor::of_listing(which.before.as_deref(), which.mark())?;
    let (snapshot, as_of) = app.moment_of(before.as_ref())?;
    if let Some(subject) = which.subject.filter(|subject| snapshot.state.dossier(subject).is_none()) {
        return Err(unknown_value("subject", subject, "/v1/subjects"));
    }
    let last = before.map_or(snapshot.size(), |before| before.place.min(snapshot.size()));
    let look =
        move |app: &App, turn: &Turn| Prepared::of(&page(app, &snapshot, as_of, &which, last, limit, turn));
    app.look(Look::Entries, look).await
}

fn page(
    app: &App,
    snapshot: &Arc<Snapshot>,
    as_of: Date,
    which: &Which,
    last: u64,
    limit: usize,
    turn: &Turn,
) -> ContestPage {
    let mut page = ContestPage { size: snapshot.size(), as_of, contests: Vec::new(), next: None };
    for (scanned, seq) in (0..last).rev().enumerate() {
        let is_pause = scanned > 0 && scanned.is_multiple_of(limits::LOOK_ROWS) && turn.is_over();
        if page.contests.len() == limit || scanned == limits::SCAN_ROWS || is_pause {
            page.next = Some(app.cursor(snapshot, as_of, which.mark(), seq + 1));
            break;
        }
        let row = snapshot.state.index().row(seq);
        let wanted = row.filter(|row| {
            row.event_type() == Some(EventType::ContestFiled)
                && which.subject.is_none_or(|subject| row.subject == Some(subject))
        });
        let contest = wanted.and_then(|_| view(snapshot, seq, as_of));
        page.contests.extend(contest.filter(|one| which.status.is_none_or(|status| one.status == status)));
    }
    page
}

/// One contest.
pub(super) async fn one(
    State(app): Shared,
    InPath(which): InPath<One>,
) -> Result<Json<ContestView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let seq = seq_of(&snapshot, &which.contest)?;
    let unknown = || Problem::not_found("contest.unknown", format!("{} is no contest", which.contest));
    view(&snapshot, seq, app.latest()).map(Json).ok_or_else(unknown)
}

fn view(snapshot: &Snapshot, seq: u64, today: Date) -> Option<ContestView> {
    let state = &snapshot.state;
    let row = state.index().row(seq)?;
    let subject = row.subject?;
    let contest = state.dossier(&subject)?.contest(&row.id)?;
    let clock = contest.clock(state.policies(), state.size());
    let panel = contest.panelled.as_deref().and_then(|panelled| {
        let panel = panelled.panel.as_ref()?;
        Some(PanelView {
            panel: panel.event,
            members: panel.members.clone(),
            challenged: panelled.challenged.clone(),
            challenge_by: panelled.challenge_by(),
            decides_from: panelled.decides_from(),
        })
    });
    Some(ContestView {
        contest: row.id,
        seq,
        subject,
        target: contest.target,
        grounds: contest.grounds,
        filed_on: contest.recorded.on,
        status: Status::of(contest),
        stage: contest.stage_on(today, state.policies(), state.size()),
        waits_for: waits_for(snapshot, contest, today),
        admit_by: contest.admit_by,
        decide_by: clock.decide_by,
        extend_to: clock.extend_to,
        appeal_by: contest.appeal_by,
        appeal: contest.appeal,
        declined: contest.declined,
        outcome: contest.ruling.map(|ruling| ruling.outcome),
        decided_by: contest.ruling.map(|ruling| ruling.by),
        panel,
        draw: contest.panelled.as_ref().and_then(|panelled| draw_view(state, &panelled.draw, today)),
    })
}

/// Who must act next.
fn waits_for(snapshot: &Snapshot, contest: &Contest, today: Date) -> Vec<PartyId> {
    let state = &snapshot.state;
    let stage = contest.stage_on(today, state.policies(), state.size());
    if !stage.is_open() {
        return Vec::new();
    }
    if let Some((panelled, panel)) = contest.panelled.as_deref().zip(contest.panel()) {
        let mut members = panel.members.clone();
        members.extend(state.has_vacancy(panelled, panel).then(PartyId::council));
        return members;
    }
    let draw = contest.panelled.as_ref().and_then(|panelled| state.draws().draw(&panelled.draw));
    let due = draw.filter(|draw| stage != Contesting::Filed && today <= draw.reveal_by()).map(|draw| {
        let due = Drawer::BOTH.into_iter().filter(|one| matches!(draw.brought(*one), Brought::Due(_)));
        due.filter_map(|one| state.draws().chain(one)).map(|chain| chain.holder.clone()).collect::<Vec<_>>()
    });
    due.filter(|due| !due.is_empty()).unwrap_or_else(|| vec![PartyId::council()])
}
