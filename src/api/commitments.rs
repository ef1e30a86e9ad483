//! `/v1/commitments` and `/v1/subjects/{subject}/receipt`: what the operator committed to, and proofs from it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{InPath, InQuery, page_rows};
use super::looks::Look;
use super::subjects::One;
use super::{App, Problem, Shared};
use crate::dsse::EventId;
use crate::event::{PartyId, StateCommitted};
use crate::ledger::Snapshot;
use crate::log::Receipt;
use crate::proof::{ScoreReceipt, Trees};
use crate::state::Committed;

/// A commitment and who attested it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CommitmentView {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// What it says.
    pub committed: StateCommitted,
    /// The auditors who made the state anew, in that order.
    pub attested: Vec<AttestationView>,
}

/// What an auditor said of a commitment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AttestationView {
    /// The event.
    pub event: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// Who says so.
    pub auditor: PartyId,
    /// Whether the auditor found the same roots.
    pub agrees: bool,
}

/// A page of commitments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CommitmentPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The commitments, the newest first.
    pub commitments: Vec<CommitmentView>,
    /// The `before` of the next page; absent at the end.
    pub next: Option<u64>,
}

/// Which commitments.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// To sizes below this.
    before: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
}

/// For which size.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Of {
    /// The newest commitment to a size up to this one; by default the newest of all.
    size: Option<u64>,
}

/// Commitments, newest first.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Json<CommitmentPage>, Problem> {
    let rows = page_rows(which.limit)?;
    let snapshot = app.ledger.snapshot();
    let before = which.before.unwrap_or(u64::MAX);
    let mut earlier = snapshot.state.commitments().rev().filter(|one| one.body.size < before);
    let commitments: Vec<CommitmentView> = earlier.by_ref().take(rows).map(view).collect();
    let more = earlier.next().is_some();
    let next = commitments.last().filter(|_| more).map(|last| last.committed.size);
    Ok(Json(CommitmentPage { size: snapshot.size(), commitments, next }))
}

fn view(one: &Committed) -> CommitmentView {
    let attested = one.attested.iter().map(|one| AttestationView {
        event: one.event,
        seq: one.seq,
        auditor: one.auditor.clone(),
        agrees: one.agrees,
    });
    CommitmentView { event: one.event, seq: one.seq, committed: one.body, attested: attested.collect() }
}

/// What would be committed to now.
pub(super) async fn next(State(app): Shared) -> Result<Json<StateCommitted>, Problem> {
    let made = app.look(Look::Ledger, |app, _| {
        let snapshot = app.ledger.snapshot();
        let trees = app.ledger.tree_maker().trees(&snapshot.state, snapshot.size());
        let today = snapshot.state.date_of(app.ledger.now().max(snapshot.state.last_at()));
        Ok(trees.roots().committed_on(today))
    });
    made.await.map(Json)
}

/// A score with all that it is made of, proven against a commitment.
pub(super) async fn receipt(
    State(app): Shared,
    InPath(One { subject }): InPath<One>,
    InQuery(of): InQuery<Of>,
) -> Result<Json<ScoreReceipt>, Problem> {
    let snapshot = app.ledger.snapshot();
    if of.size.is_some() {
        // Of a size that the log has not, nobody is to be told less as if it were that.
        snapshot.state.moment(of.size, None, app.today())?;
    }
    let none = || {
        let first = snapshot.state.commitments().next();
        let detail = match first {
            Some(first) => format!("the first commitment is to size {}", first.body.size),
            None => "nothing was committed to yet: the operator does so, daily where it serves with --operator-key (`tinnhiem state commit`)"
                .to_owned(),
        };
        Problem::not_found("commitment.unknown", detail)
    };
    let committed = snapshot.state.commitment_up_to(of.size.unwrap_or(u64::MAX)).ok_or_else(none)?;
    let trees = trees(&app, &snapshot, committed.body.size).await?;
    if !trees.roots().agree_with(&committed.body) {
        let detail = "the operator committed to another state than the log makes: tell the auditors";
        return Err(Problem::new(500, "commitment.root", detail));
    }
    let proof = |seq: u64| -> Result<Receipt, Problem> { Ok(app.ledger.reader().receipt(&snapshot, seq)?) };
    let commitment = proof(committed.seq)?;
    let agreeing = committed.attested.iter().filter(|one| one.agrees);
    let attestations = agreeing.map(|one| proof(one.seq)).collect::<Result<Vec<_>, _>>()?;
    let made = ScoreReceipt::of(&snapshot.state, &trees, &subject, &commitment, &attestations);
    let unknown = || {
        let detail = format!(
            "there was no {subject} when the state of size {} was committed to, on {}; the operator commits to it anew daily, or at once with `tinnhiem state commit`: ask again after that",
            committed.body.size, committed.body.date
        );
        Problem::not_found("subject.unknown", detail)
    };
    made.map(Json).ok_or_else(unknown)
}

async fn trees(app: &Arc<App>, snapshot: &Arc<Snapshot>, size: u64) -> Result<Arc<Trees>, Problem> {
    if let Some(kept) = app.ledger.tree_maker().kept(size) {
        return Ok(kept);
    }
    let snapshot = snapshot.clone();
    app.look(Look::Ledger, move |app, _| Ok(app.ledger.tree_maker().committed(&snapshot.state, size))).await
}
