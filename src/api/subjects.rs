//! `/v1/subjects`

use std::collections::BTreeSet;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::EventRow;
use super::extract::{InPath, InQuery, page_rows};
use super::members::{KeyView, keys_of};
use super::names::Found;
use super::ranking::{Cursor, InField, Ranking, Row, Sort};
use super::register::RegisterView;
use super::respond::{Lasting, Prepared};
use super::{App, Problem, Shared};
use crate::clock::Date;
use crate::event::{Commitment, GroupId, PartyId, SubjectId, TopicId};
use crate::ledger::Snapshot;
use crate::score::{At, Dossier, Enrolment, Figure, Outlook, Reply, Score};

/// How long a listing waits for the entries of a ledger at rest to be ranked.
const PATIENCE_AT_REST: Duration = Duration::from_secs(2);
/// How long it does while more are recorded.
const PATIENCE_MOVING: Duration = Duration::from_millis(100);

/// A subject in a listing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SubjectRow {
    /// Its id.
    pub subject: SubjectId,
    /// The name in its profile, where that is kept here.
    pub name: Option<String>,
    /// Its fields.
    pub topics: Vec<TopicId>,
    /// What is shown of its score.
    #[serde(flatten)]
    pub figure: Figure,
    /// How many assessments of it stand.
    pub assessments: usize,
}

/// A page of subjects.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SubjectPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The date that scores are read on.
    pub as_of: Date,
    /// The subjects.
    pub subjects: Vec<SubjectRow>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<String>,
}

/// A subject.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SubjectView {
    /// The log's size that the view reflects.
    pub size: u64,
    /// The date that the score is read on.
    pub as_of: Date,
    /// The subject and its figure.
    #[serde(flatten)]
    pub row: SubjectRow,
    /// Who controls it.
    pub group: GroupId,
    /// Who enrolled it.
    pub registrar: PartyId,
    /// When it was enrolled.
    pub enrolled_on: Date,
    /// The commitment to its profile.
    pub profile: Commitment,
    /// Its keys.
    pub keys: Vec<KeyView>,
    /// How many of its contests are open.
    pub open_contests: usize,
    /// What is registered about it.
    #[serde(flatten)]
    pub register: RegisterView,
}

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

/// Which subjects, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// In this field.
    topic: Option<TopicId>,
    /// In this band.
    band: Option<char>,
    /// With at least this score, in hundredths of a point.
    min_score: Option<u16>,
    /// Whose name holds this text or its words in any order, with or without diacritics, whose linked account
    /// has this handle or address, or whose id begins with it.
    q: Option<String>,
    /// `best` (the default) or `worst` first; the unrated come last either way.
    sort: Option<Sort>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many at most.
    limit: Option<usize>,
    /// The date that scores are read on.
    as_of: Option<Date>,
}

/// Which subject.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct One {
    /// Its id.
    pub subject: SubjectId,
}

/// At which size and date.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Moment {
    /// How many entries count; by default those published, or those up to `as_of`.
    size: Option<u64>,
    /// The date it is read on; by default today, or the date of the last entry counted.
    as_of: Option<Date>,
}

/// Whose score, at which size and date.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Fixed {
    /// The subject.
    subject: SubjectId,
    /// How many entries count.
    size: u64,
    /// The date it is read on.
    as_of: Date,
}

/// Which page of a history.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct HistoryPart {
    /// After this seq.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
}

/// The refusal for a subject that is not there.
pub fn unknown(subject: &SubjectId) -> Problem {
    Problem::not_found("subject.unknown", format!("there is no subject {subject} at that size"))
}

/// Subjects by score.
pub async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Prepared<SubjectPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let after: Option<Cursor> = which.after.as_deref().map(str::parse).transpose()?;
    let snapshot = app.ledger.snapshot();
    let ranking = match which.as_of {
        None => newest(&app, &snapshot).await,
        Some(as_of) => {
            snapshot.state.moment(Some(snapshot.size()), Some(as_of), app.today())?;
            let ranking = app.rankings.on(&snapshot, as_of).await;
            ranking.map_err(|error| Problem::new(500, "ranking.stopped", error.to_string()))?
        }
    };
    // The ranking may have come further than the snapshot from before.
    let snapshot = app.ledger.snapshot();
    let (state, At { size, as_of }) = (&snapshot.state, ranking.at);
    let sought = which.q.as_deref().filter(|text| !text.trim().is_empty());
    let sought = sought.map(|text| Sought::new(&app, state, text));
    let field = which.topic.as_ref().map(|topic| (topic, ranking.field(topic)));
    let sort = which.sort.unwrap_or_default();
    let mut subjects: Vec<SubjectRow> = Vec::new();
    let mut next = None;
    ranking.after(sort, after, |ranked| {
        if which.min_score.is_some_and(|least| ranked.score().is_none_or(|score| score < least)) {
            // The best come first: none that follows has as much.
            return if sort == Sort::Best { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        }
        let in_field =
            field.is_none_or(|(_, InField::Bits(bits) | InField::Perhaps(bits))| ranked.topics & bits != 0);
        let fits = in_field
            && which.band.is_none_or(|band| ranked.is_in_band(band))
            && sought.as_ref().is_none_or(|sought| sought.fits(ranked));
        if !fits {
            return ControlFlow::Continue(());
        }
        let Some(dossier) = state.dossiers().get(ranked.ordinal as usize) else {
            return ControlFlow::Continue(());
        };
        if let Some((topic, InField::Perhaps(_))) = field
            && !enrolment(dossier, size).is_some_and(|one| one.topics.contains(topic))
        {
            return ControlFlow::Continue(());
        }
        if subjects.len() == limit {
            let last = subjects.last();
            next = last.map(|row| Cursor::at(row.figure.score, row.subject).to_string());
            return ControlFlow::Break(());
        }
        let figure = ranked.figure().or_else(|| Some(state.figure(&ranked.subject, ranking.at)?.0));
        let row = figure.map(|figure| row(&app, dossier, size, figure));
        // What was found by a name that is no longer here is not found.
        let gone = |row: &SubjectRow| sought.as_ref().is_some_and(|sought| sought.is_gone(row));
        subjects.extend(row.filter(|row| !gone(row)));
        ControlFlow::Continue(())
    });
    Prepared::of(&SubjectPage { size, as_of, subjects, next })
}

/// The newest ranking. Who asks a ledger at rest sees what was written; while writes or a new day
/// go on, an older one answers sooner than it would be brought forward.
async fn newest(app: &App, snapshot: &Arc<Snapshot>) -> Arc<Ranking> {
    let asked = Instant::now();
    loop {
        let ranking = app.rankings.newest(snapshot, app.latest()).await;
        let at_rest = app.ledger.snapshot().size() == snapshot.size();
        let patience = if at_rest { PATIENCE_AT_REST } else { PATIENCE_MOVING };
        if ranking.at.size >= snapshot.size() || asked.elapsed() >= patience {
            return ranking;
        }
    }
}

/// What `q` asks for.
struct Sought {
    names: Found,
    linked: BTreeSet<SubjectId>,
    ids: Option<RangeInclusive<SubjectId>>,
}

impl Sought {
    fn new(app: &App, state: &crate::state::State, text: &str) -> Self {
        app.names.read_few();
        let text = text.trim();
        let within = |filler: &str| {
            let rest = text.to_ascii_lowercase();
            let rest = rest.strip_prefix("kol-").filter(|rest| rest.len() <= 13)?;
            format!("kol-{rest}{}", filler.repeat(13 - rest.len())).parse().ok()
        };
        let ids = within("0").zip(within("z")).map(|(first, last)| first..=last);
        Self { names: app.names.found(text), linked: app.handles.found(state, text), ids }
    }

    fn fits(&self, ranked: &Row) -> bool {
        self.names.holds(ranked.name) || self.is_named(&ranked.subject)
    }

    /// Whether it is the subject's id or account, which do not go with its name.
    fn is_named(&self, subject: &SubjectId) -> bool {
        self.linked.contains(subject) || self.ids.as_ref().is_some_and(|ids| ids.contains(subject))
    }

    fn is_gone(&self, row: &SubjectRow) -> bool {
        row.name.is_none() && !self.is_named(&row.subject)
    }
}

/// The enrolment that stands at `size`, or the last one.
pub(super) fn enrolment(dossier: &Dossier, size: u64) -> Option<&Enrolment> {
    dossier
        .enrolment(size)
        .or_else(|| dossier.enrolments.open().next_back())
        .or_else(|| dossier.enrolments.last_ended())
}

fn row(app: &App, dossier: &Dossier, size: u64, figure: Figure) -> SubjectRow {
    let enrolment = enrolment(dossier, size);
    SubjectRow {
        subject: dossier.subject,
        name: enrolment.and_then(|one| app.names.shown(&one.profile)),
        topics: enrolment.map(|one| one.topics.clone()).unwrap_or_default(),
        figure,
        assessments: dossier.assessments(size).count(),
    }
}

/// One subject.
pub async fn one(State(app): Shared, InPath(path): InPath<One>) -> Result<Json<SubjectView>, Problem> {
    let snapshot = app.ledger.snapshot();
    let state = &snapshot.state;
    let at = state.moment(None, None, app.today())?;
    let missing = || unknown(&path.subject);
    let dossier = state.dossier(&path.subject).ok_or_else(missing)?;
    let (figure, _) = state.figure(&path.subject, at).ok_or_else(missing)?;
    let enrolment = enrolment(dossier, at.size).ok_or_else(missing)?;
    Ok(Json(SubjectView {
        size: at.size,
        as_of: at.as_of,
        row: row(&app, dossier, at.size, figure),
        group: enrolment.group.clone(),
        registrar: enrolment.registrar.clone(),
        enrolled_on: enrolment.recorded.on,
        profile: enrolment.profile,
        keys: keys_of(state.parties(), &PartyId::from(path.subject), at.size),
        open_contests: dossier.open_contests(at.size).count(),
        register: RegisterView::of(&app, &snapshot, path.subject),
    }))
}

/// A score with its explanation.
pub async fn score(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(moment): InQuery<Moment>,
) -> Result<Prepared<Score>, Problem> {
    served(&app, &path.subject, &moment)
}

/// The same under a path of its own, for ever.
pub async fn fixed_score(
    State(app): Shared,
    InPath(path): InPath<Fixed>,
) -> Result<Lasting<Prepared<Score>>, Problem> {
    let moment = Moment { size: Some(path.size), as_of: Some(path.as_of) };
    served(&app, &path.subject, &moment).map(Lasting)
}

fn served(app: &App, subject: &SubjectId, moment: &Moment) -> Result<Prepared<Score>, Problem> {
    let snapshot = app.ledger.snapshot();
    let at = snapshot.state.moment(moment.size, moment.as_of, app.today())?;
    if let Some(kept) = app.answers.score(subject, at) {
        return Ok(kept);
    }
    let score = snapshot.state.score(subject, at).ok_or_else(|| unknown(subject))?;
    let answer = Prepared::of(&score)?;
    app.answers.keep(subject, at, &answer);
    Ok(answer)
}

/// The next change of a score that is known already.
pub async fn next(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(moment): InQuery<Moment>,
) -> Result<Json<Outlook>, Problem> {
    let snapshot = app.ledger.snapshot();
    let at = snapshot.state.moment(moment.size, moment.as_of, app.today())?;
    let looked = tokio::task::spawn_blocking(move || snapshot.state.outlook(&path.subject, at)).await;
    let outlook = looked.map_err(|error| Problem::new(500, "next.stopped", error.to_string()))?;
    outlook.map(Json).ok_or_else(|| unknown(&path.subject))
}

/// Every event about a subject and what it did.
pub async fn history(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(part): InQuery<HistoryPart>,
) -> Result<Json<HistoryPage>, Problem> {
    let limit = page_rows(part.limit)?;
    let snapshot = app.ledger.snapshot();
    let state = &snapshot.state;
    let dossier = state.dossier(&path.subject).ok_or_else(|| unknown(&path.subject))?;
    let first = part.after.map_or(0, |after| after.saturating_add(1));
    let replies = dossier.replies();
    let rows = dossier.timeline_from(first).take(limit).filter_map(|seq| {
        let row = state.index().row(seq)?;
        let on = state.date_of(row.recorded_at);
        let figure = |size| state.figure(&path.subject, At { size, as_of: on }).map(|(figure, _)| figure);
        let reply = replies.get(&row.id).copied();
        Some(HistoryRow {
            event: EventRow::corrected(seq, &row, state),
            on,
            before: figure(seq),
            after: figure(seq + 1),
            reply,
        })
    });
    let history: Vec<HistoryRow> = rows.collect();
    let next =
        history.last().map(|row| row.event.seq).filter(|_| dossier.timeline_from(first).nth(limit).is_some());
    Ok(Json(HistoryPage { size: snapshot.size(), history, next }))
}
