//! `/v1/policies/diff`, `/v1/policies/{version}/diff`: who would move under another policy.
//!
//! Both figures are read at the same size and date, so that nothing but the policy tells them apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cores::on_every_core;
use super::extract::{InPath, InQuery, SubmissionBody};
use super::looks::Look;
use super::subjects::enrolment;
use super::{App, Names, Problem, Shared, openapi};
use crate::collections::Span;
use crate::dsse::EventId;
use crate::engines::{self, Figure};
use crate::event::{Policy, SubjectId};
use crate::facts::{At, Dossier, PolicyBook, PolicyVersion};
use crate::limits;
use crate::state;
use crate::time::Date;

/// Movers listed where no limit is asked for.
const MOVERS_DEFAULT: usize = 1_000;

/// Who moves from one policy to another.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PolicyDiff {
    /// The log's size that both figures reflect.
    pub size: u64,
    /// The date that both are read on.
    pub as_of: Date,
    /// The version before.
    pub before: u32,
    /// The version after; absent for a policy that is not published.
    pub after: Option<u32>,
    /// How many subjects there are.
    pub subjects: usize,
    /// How many of them move: to another score, band or standing.
    pub moved: usize,
    /// How many go from one band to another.
    pub bands: Vec<BandMove>,
    /// Those who move: first who gains or loses a score, then by how far.
    pub movers: Vec<Mover>,
}

/// How many subjects go from one band to another.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct BandMove {
    /// The band before; absent: none.
    pub from: Option<char>,
    /// The band after; absent: none.
    pub to: Option<char>,
    /// How many subjects.
    pub subjects: usize,
}

/// A subject that moves.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Mover {
    /// The subject.
    pub subject: SubjectId,
    /// The name in its profile, where that is kept here.
    pub name: Option<String>,
    /// By how much its score rises, in hundredths; absent where one of the two is none.
    pub points: Option<i64>,
    /// What is shown before.
    pub before: Figure,
    /// What is shown after.
    pub after: Figure,
}

/// What is compared with the policy in force.
pub enum Proposal {
    /// A policy that nobody has published.
    Draft(Arc<Policy>),
    /// A published version, with the one that is in force without it.
    Version(u32),
}

/// When, and how many.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Asked {
    /// The date that scores are read on; by default today, or the version's first day where that is later.
    pub as_of: Option<Date>,
    /// How many movers are listed at most.
    #[schemars(range(min = 1, max = limits::MOVERS))]
    pub limit: Option<usize>,
}

/// Which version.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Its number.
    version: u32,
}

/// Who would move under the policy sent.
pub async fn draft(
    State(app): Shared,
    InQuery(asked): InQuery<Asked>,
    body: SubmissionBody,
) -> Result<Json<PolicyDiff>, Problem> {
    let proposal = Proposal::Draft(parsed(&body.bytes)?.into());
    surveyed(&app, proposal, asked).await
}

/// What the OpenAPI document says of it.
pub fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("policy_diff_draft")
        .tag("policy_diff")
        .summary("Who would move under the policy sent, before it is published");
    openapi::takes::<Policy>(operation)
}

/// Who moves by a published version.
pub async fn version(
    State(app): Shared,
    InPath(which): InPath<Which>,
    InQuery(asked): InQuery<Asked>,
) -> Result<Json<PolicyDiff>, Problem> {
    let proposal = Proposal::Version(which.version);
    surveyed(&app, proposal, asked).await
}

async fn surveyed(app: &Arc<App>, proposal: Proposal, asked: Asked) -> Result<Json<PolicyDiff>, Problem> {
    let compared = app.look(Look::Ledger, move |app, _| {
        let snapshot = app.ledger.snapshot();
        diff(&snapshot.state, &proposal, &asked, app.latest(), &app.names)
    });
    compared.await.map(Json)
}

/// A policy as it could be published.
///
/// # Errors
/// What `policy.published` would be refused with.
pub fn parsed(bytes: &[u8]) -> Result<Policy, Problem> {
    let refused = |code: &str, detail: String| {
        Problem::new(if code == "payload.too_large" { 413 } else { 400 }, code, detail)
    };
    let policy = Policy::parse(bytes).map_err(|error| refused(error.code(), error.to_string()))?;
    engines::check_bounds(&policy).map_err(|error| {
        let reason = crate::rules::Reason::PolicyBounds;
        Problem::new(422, reason.code(), format!("{} ({error})", reason.advice()))
    })?;
    Ok(policy)
}

/// Who moves, on every core.
///
/// # Errors
/// A version that is not there, or a moment that is not in the log.
pub fn diff(
    state: &state::State,
    proposal: &Proposal,
    asked: &Asked,
    today: Date,
    names: &Names,
) -> Result<PolicyDiff, Problem> {
    let limit = asked.limit.unwrap_or(MOVERS_DEFAULT);
    if !(1..=limits::MOVERS).contains(&limit) {
        let detail = format!("limit lies between 1 and {}", limits::MOVERS);
        return Err(Problem::new(400, "query.limit", detail));
    }
    let compared = Compared::of(state, proposal, asked.as_of, today)?;
    let dossiers = state.dossiers();
    let mut moved =
        on_every_core(dossiers.len(), |place| Moved::of(&compared, state, place, dossiers.get(place)?));
    moved.sort_unstable_by_key(|one| (one.points.is_some(), -one.points.unwrap_or(0).abs(), one.place));
    let mut bands: BTreeMap<(Option<char>, Option<char>), usize> = BTreeMap::new();
    for one in moved.iter().filter(|one| one.bands.0 != one.bands.1) {
        *bands.entry(one.bands).or_default() += 1;
    }
    let listed = moved.iter().take(limit).filter_map(|one| {
        let dossier = dossiers.get(one.place)?;
        let (before, after) = compared.figures(state, dossier);
        let profile = enrolment(dossier, compared.at.size).map(|one| one.profile);
        Some(Mover {
            subject: dossier.subject,
            name: profile.and_then(|profile| names.shown(&profile)),
            points: one.points,
            before,
            after,
        })
    });
    Ok(PolicyDiff {
        size: compared.at.size,
        as_of: compared.at.as_of,
        before: compared.versions.0,
        after: compared.versions.1,
        subjects: dossiers.len(),
        moved: moved.len(),
        bands: bands.into_iter().map(|((from, to), subjects)| BandMove { from, to, subjects }).collect(),
        movers: listed.collect(),
    })
}

/// The two policies at one moment.
struct Compared {
    at: At,
    before: PolicyBook,
    after: PolicyBook,
    versions: (u32, Option<u32>),
}

impl Compared {
    fn of(
        state: &state::State,
        proposal: &Proposal,
        as_of: Option<Date>,
        today: Date,
    ) -> Result<Self, Problem> {
        let (book, size) = (state.policies(), state.size());
        let (policy, number, from) = match proposal {
            Proposal::Draft(policy) => {
                let next = book.versions().iter().map(|one| one.version).max().unwrap_or(0).saturating_add(1);
                (policy.clone(), next, today)
            }
            Proposal::Version(number) => {
                let unknown = || super::policies::unknown(*number);
                let version = book.version(*number).ok_or_else(unknown)?;
                (version.policy.clone(), *number, version.effective_from.max(today))
            }
        };
        let at = state.moment(Some(size), Some(as_of.unwrap_or(from)), today)?;
        let supposed = PolicyVersion {
            span: Span { from_size: at.size, to_size: None },
            event: EventId::from_bytes([0; 32]),
            version: number,
            effective_from: at.as_of,
            policy,
        };
        let before = book.without(number);
        let none = || Problem::new(422, "policy.first", "no policy is in force without this one then");
        let replaced = before.in_force(at.size, at.as_of).ok_or_else(none)?.version;
        let published = matches!(proposal, Proposal::Version(_)).then_some(number);
        let after = before.supposing(supposed);
        Ok(Self { at, before, after, versions: (replaced, published) })
    }

    fn figures(&self, state: &state::State, dossier: &Dossier) -> (Figure, Figure) {
        let figure = |book| engines::figure(dossier, state.parties(), book, self.at).0;
        (figure(&self.before), figure(&self.after))
    }
}

/// A subject that moves, as little of it as sorting needs.
struct Moved {
    place: usize,
    points: Option<i64>,
    bands: (Option<char>, Option<char>),
}

impl Moved {
    fn of(compared: &Compared, state: &state::State, place: usize, dossier: &Dossier) -> Option<Self> {
        let (before, after) = compared.figures(state, dossier);
        let moves = before.moves_to(&after);
        moves.then(|| Self { place, points: before.points_to(&after), bands: (before.band, after.band) })
    }
}
