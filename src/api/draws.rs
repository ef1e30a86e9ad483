//! `/v1/draws` and `/v1/contests/{contest}/draw`

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contests::One;
use super::events::seq_of;
use super::extract::InPath;
use super::{Problem, Shared};
use crate::dsse::EventId;
use crate::event::{DrawValue, PartyId};
use crate::state::{self, Brought, Draw, Drawer};
use crate::time::Date;

/// A draw: who has brought which value to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawView {
    /// The `contest.filed` or `appeal.filed` event that began it.
    pub filing: EventId,
    /// The size after that event, at which the pool is read.
    pub size: u64,
    /// The last day on which values are revealed; later they count as zero.
    pub reveal_by: Date,
    /// The operator's value.
    pub operator: BroughtView,
    /// The auditor's value.
    pub auditor: BroughtView,
}

/// What one of the two has brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BroughtView {
    /// Whether it is there.
    pub status: BroughtStatus,
    /// What it counts for; absent while it is due.
    pub value: Option<DrawValue>,
}

/// Whether a value is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BroughtStatus {
    /// It is due.
    Due,
    /// It was revealed.
    Revealed,
    /// It was not revealed in time: a finding, and it counts as zero.
    Withheld,
    /// Nobody had committed to a chain: a finding, and it counts as zero.
    NotCommitted,
}

/// A chain from which values are revealed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChainView {
    /// The `draw.committed` event.
    pub chain: EventId,
    /// Whose it is.
    pub holder: PartyId,
    /// The value revealed last; at first the tip. The next one hashes to it.
    pub last: DrawValue,
    /// How many values are left.
    pub left: u32,
    /// The filing for which the next value is due; absent: none.
    pub due_for: Option<EventId>,
}

/// The chains that serve draws.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chains {
    /// The log's size that this reflects.
    pub size: u64,
    /// The operator's.
    pub operator: Option<ChainView>,
    /// The auditor's.
    pub auditor: Option<ChainView>,
}

/// A panel as it was drawn, for whoever draws it again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DrawnView {
    /// The `contest.filed` event.
    pub contest: EventId,
    /// The draw.
    pub draw: DrawView,
    /// BLAKE3("tinnhiem panel 1" ‖ filing ‖ operator's value ‖ auditor's value) in hex; absent while one is due.
    pub seed: Option<String>,
    /// How many members the panel has.
    pub seats: u8,
    /// The pool by BLAKE3(seed ‖ member), the first of each group that acts now: the first of these sit.
    pub order: Vec<PartyId>,
    /// The member that the subject challenged, who does not sit.
    pub challenged: Option<PartyId>,
    /// The members that sit by the draw, and those appointed who still may; fewer than the panel has: the
    /// council appoints the others.
    pub sit: Vec<PartyId>,
}

/// The chains that serve draws, and what is due of them.
pub async fn chains(State(app): Shared) -> Json<Chains> {
    let snapshot = app.ledger.snapshot();
    let (draws, today) = (snapshot.state.draws(), app.latest());
    let view = |drawer| {
        draws.chain(drawer).map(|chain| ChainView {
            chain: chain.event,
            holder: chain.holder.clone(),
            last: chain.last,
            left: chain.left,
            due_for: draws.next(drawer, today).copied(),
        })
    };
    let (operator, auditor) = (view(Drawer::Operator), view(Drawer::Auditor));
    Json(Chains { size: snapshot.size(), operator, auditor })
}

/// The panel of a contest, or of its appeal, drawn again.
pub async fn one(State(app): Shared, InPath(which): InPath<One>) -> Result<Json<DrawnView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let seq = seq_of(&snapshot, &which.contest)?;
    let unknown = || Problem::not_found("draw.unknown", format!("{} has no panel to draw", which.contest));
    drawn(&snapshot.state, seq, app.latest()).map(Json).ok_or_else(unknown)
}

/// The panel of the contest filed at `seq`, drawn again on a date.
pub fn drawn(state: &state::State, seq: u64, date: Date) -> Option<DrawnView> {
    let row = state.index().row(seq)?;
    let dossier = state.dossier(&row.subject?)?;
    let contest = dossier.contest(&row.id)?;
    let panelled = contest.panelled.as_deref()?;
    let draw = draw_view(state, &panelled.draw, date)?;
    let panel = state.drawn_panel(dossier, contest, date);
    let challenged = panelled.challenged.clone();
    let (seed, sit, order) = match panel {
        Some(panel) => {
            let sit = state.sitting(&panel, panelled, challenged.as_ref());
            (Some(blake3::Hash::from_bytes(panel.seed).to_hex().to_string()), sit, panel.order)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let seats = state.draws().draw(&panelled.draw)?.seats;
    Some(DrawnView { contest: row.id, draw, seed, seats, order, challenged, sit })
}

/// A draw as it stands on a date.
pub(super) fn draw_view(state: &state::State, filing: &EventId, date: Date) -> Option<DrawView> {
    let draw = state.draws().draw(filing)?;
    let view = |drawer| BroughtView { status: status(draw, drawer, date), value: draw.value(drawer, date) };
    Some(DrawView {
        filing: *filing,
        size: draw.size,
        reveal_by: draw.reveal_by(),
        operator: view(Drawer::Operator),
        auditor: view(Drawer::Auditor),
    })
}

fn status(draw: &Draw, drawer: Drawer, date: Date) -> BroughtStatus {
    match draw.brought(drawer) {
        Brought::Value(_) => BroughtStatus::Revealed,
        Brought::Nothing => BroughtStatus::NotCommitted,
        Brought::Due(_) if draw.reveal_by() < date => BroughtStatus::Withheld,
        Brought::Due(_) => BroughtStatus::Due,
    }
}
