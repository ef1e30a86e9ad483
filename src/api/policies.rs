//! `/v1/policies`

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::InPath;
use super::{App, Problem, Shared};
use crate::dsse::EventId;
use crate::event::Policy;
use crate::facts::PolicyVersion;
use crate::time::Date;

/// A policy version.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRow {
    /// Its number.
    pub version: u32,
    /// The event that published it.
    pub event: EventId,
    /// Its first day in force.
    pub effective_from: Date,
    /// Whether a later version cancelled it before it came into force.
    pub cancelled: bool,
    /// Whether it is in force today.
    pub in_force: bool,
}

/// Every version.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyList {
    /// The log's size that the list reflects.
    pub size: u64,
    /// The versions, in the order published.
    pub policies: Vec<PolicyRow>,
}

/// One version, whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyView {
    /// The version.
    #[serde(flatten)]
    pub row: PolicyRow,
    /// The policy.
    pub policy: Policy,
}

/// Which version.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Its number.
    version: u32,
}

/// Every version.
pub(super) async fn list(State(app): Shared) -> Json<PolicyList> {
    let snapshot = app.ledger.snapshot();
    let versions = snapshot.state.policies().versions();
    let policies = versions.iter().map(|version| row(&app, version)).collect();
    Json(PolicyList { size: snapshot.size(), policies })
}

/// One version.
pub(super) async fn one(
    State(app): Shared,
    InPath(which): InPath<Which>,
) -> Result<Json<PolicyView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let mut versions = snapshot.state.policies().versions().iter();
    let version = versions.find(|one| one.version == which.version);
    let version = version.ok_or_else(|| unknown(which.version))?;
    Ok(Json(PolicyView { row: row(&app, version), policy: (*version.policy).clone() }))
}

/// The refusal for a version that is not there.
pub(super) fn unknown(version: u32) -> Problem {
    Problem::not_found("policy.unknown", format!("there is no policy version {version}"))
}

fn row(app: &App, version: &PolicyVersion) -> PolicyRow {
    let snapshot = app.ledger.snapshot();
    let in_force = snapshot.state.policies().in_force(snapshot.size(), app.today());
    PolicyRow {
        version: version.version,
        event: version.event,
        effective_from: version.effective_from,
        cancelled: !version.span.is_open(),
        in_force: in_force.is_some_and(|one| one.version == version.version),
    }
}
