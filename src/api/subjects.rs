//! `/v1/subjects`

use std::collections::BTreeSet;
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{InPath, InQuery, page_rows};
use super::looks::{Look, Turn};
use super::members::{KeyView, keys_of};
use super::moments::{Cursor, Mark, expired};
use super::names::{Found, check_sought};
use super::queries::unknown_value;
use super::ranking::{InField, Place, Ranking, Row, Sort};
use super::register::RegisterView;
use super::respond::{Lasting, Prepared};
use super::supposed::Supposed;
use super::{App, Problem, Shared};
use crate::engines::{CertificateStanding, Certified, Figure, Outlook, Score};
use crate::event::{Commitment, GroupId, PartyId, SubjectId, TopicId};
use crate::facts::{At, Dossier, Enrolment};
use crate::ledger::Snapshot;
use crate::limits;
use crate::time::Date;

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
    /// Its newest certificate; absent where none was granted, and where it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certified>,
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

/// Which subjects, in which order.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// In this field.
    topic: Option<TopicId>,
    /// In this band.
    band: Option<char>,
    /// With at least this score, in hundredths of a point.
    min_score: Option<u16>,
    /// Whether a certificate of theirs stands.
    certified: Option<bool>,
    /// Whether a contest of theirs is open.
    contested: Option<bool>,
    /// Whose name holds this text or its words in any order, with or without diacritics and punctuation, whose
    /// linked account has this handle or address, or whose id begins with it. It has a letter or digit.
    #[schemars(length(min = 1, max = 500))]
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
pub(super) struct Moment {
    /// How many entries count; by default those published, or those up to `as_of`.
    size: Option<u64>,
    /// The date it is read on; by default today, or the date of the last entry counted.
    as_of: Option<Date>,
}

/// Whose score, at which size and date.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Fixed {
    /// The subject.
    subject: SubjectId,
    /// How many entries count.
    size: u64,
    /// The date it is read on.
    as_of: Date,
}

/// The refusal for a subject that is not there.
pub(super) fn unknown(subject: &SubjectId) -> Problem {
    Problem::not_found("subject.unknown", format!("there is no subject {subject} at that size"))
}

/// Subjects by score.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Prepared<SubjectPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let after: Option<Cursor<Place>> = Cursor::of_listing(which.after.as_deref(), which.mark())?;
    let snapshot = app.ledger.snapshot();
    check_sought(which.q.as_deref())?;
    which.check(&snapshot)?;
    let ranking = match (after.map(|after| after.at), which.as_of) {
        (Some(at), as_of) if as_of.is_some_and(|as_of| as_of != at.as_of) => {
            let detail = format!("`after` goes on with a listing of {}, not of `as_of`", at.as_of);
            return Err(Problem::new(400, "query.after", detail));
        }
        (Some(at), _) if at.size > snapshot.size() => return Err(expired(at)),
        (None, None) => app.newest_ranking(&snapshot).await,
        (Some(at), _) => {
            snapshot.state.moment(Some(at.size), Some(at.as_of), app.today())?;
            app.ranking_at(snapshot, at).await?
        }
        (None, Some(as_of)) => {
            let at = snapshot.state.moment(Some(snapshot.size()), Some(as_of), app.today())?;
            app.ranking_at(snapshot, at).await?
        }
    };
    // The ranking may have come further than the snapshot from before.
    let snapshot = app.ledger.snapshot();
    let place = after.map(|after| after.place);
    // A few rows as they stand are at hand; what is sought, or much, is looked for apart.
    if which.is_at_hand(limit) {
        return Prepared::of(&page(&app, &snapshot, &ranking, &which, place, limit, &|| false));
    }
    let look = move |app: &App, turn: &Turn| {
        Prepared::of(&page(app, &snapshot, &ranking, &which, place, limit, &|| turn.is_over()))
    };
    app.look(Look::Search, look).await
}

impl Which {
    /// What it lists; the date is the moment's.
    fn mark(&self) -> Mark {
        let sort = self.sort.unwrap_or_default() == Sort::Worst;
        let q = self.q.as_deref().map(str::trim);
        Mark::of(&(&self.topic, self.band, self.min_score, self.certified, self.contested, q, sort))
    }

    /// Whether its first rows are those of the ranking.
    fn is_at_hand(&self, limit: usize) -> bool {
        let filters = self.topic.is_some() || self.band.is_some() || self.q.is_some();
        let standings = self.certified.is_some() || self.contested.is_some();
        !filters && !standings && self.min_score.is_none() && limit <= limits::PAGE_ROWS_DEFAULT
    }

    /// Whether its values stand for something in some policy.
    fn check(&self, snapshot: &Snapshot) -> Result<(), Problem> {
        let policies = || snapshot.state.policies().versions().iter().map(|version| &version.policy);
        if let Some(topic) =
            self.topic.as_ref().filter(|topic| !policies().any(|one| one.topics.contains_key(*topic)))
        {
            return Err(unknown_value("topic", topic, "/v1/policies"));
        }
        if let Some(band) =
            self.band.filter(|band| !policies().any(|one| one.bands.iter().any(|one| one.band == *band)))
        {
            return Err(unknown_value("band", band, "/v1/policies"));
        }
        Ok(())
    }
}

/// The rows after a place of a ranking; fewer than asked for where the time is over.
fn page(
    app: &App,
    snapshot: &Snapshot,
    ranking: &Arc<Ranking>,
    which: &Which,
    after: Option<Place>,
    limit: usize,
    is_over: &dyn Fn() -> bool,
) -> SubjectPage {
    let (state, At { size, as_of }) = (&snapshot.state, ranking.at);
    let sought = which.q.as_deref().map(|text| Sought::new(app, state, text.trim()));
    let field = which.topic.as_ref().map(|topic| (topic, ranking.field(topic)));
    let sort = which.sort.unwrap_or_default();
    let mut subjects: Vec<SubjectRow> = Vec::new();
    let (mut next, mut last, mut looked_at) = (None, None, 0_usize);
    ranking.after(sort, after, |ranked| {
        if which.min_score.is_some_and(|least| ranked.score().is_none_or(|score| score < least)) {
            // The best come first: none that follows has as much.
            return if sort == Sort::Best { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        }
        if subjects.len() == limit
            || (looked_at > 0 && looked_at.is_multiple_of(limits::LOOK_ROWS) && is_over())
        {
            next = last;
            return ControlFlow::Break(());
        }
        looked_at += 1;
        let place = ranked.place();
        let in_field =
            field.is_none_or(|(_, InField::Bits(bits) | InField::Perhaps(bits))| ranked.topics & bits != 0);
        let fits = in_field
            && which.band.is_none_or(|band| ranked.is_in_band(band))
            && sought.as_ref().is_none_or(|sought| sought.fits(ranked));
        last = Some(place);
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
        let is_contested = || dossier.open_contests(size).next().is_some();
        if which.certified.is_some_and(|wanted| wanted != is_certified(state, dossier, ranking.at))
            || which.contested.is_some_and(|wanted| wanted != is_contested())
        {
            return ControlFlow::Continue(());
        }
        let figure = ranked.figure().or_else(|| Some(state.figure(&ranked.subject, ranking.at)?.0));
        let row = figure.map(|figure| row(app, state, dossier, ranking.at, figure));
        // What was found by a name that is no longer here is not found.
        let gone = |row: &SubjectRow| sought.as_ref().is_some_and(|sought| sought.is_gone(row));
        subjects.extend(row.filter(|row| !gone(row)));
        ControlFlow::Continue(())
    });
    let next = next.map(|place| {
        app.rankings.keep(ranking);
        Cursor { at: ranking.at, mark: which.mark(), place }.to_string()
    });
    SubjectPage { size, as_of, subjects, next }
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

fn is_certified(state: &crate::state::State, dossier: &Dossier, at: At) -> bool {
    state.certified(dossier, at).is_some_and(|one| one.standing == CertificateStanding::Valid)
}

/// A subject as listings show it.
pub(super) fn row(
    app: &App,
    state: &crate::state::State,
    dossier: &Dossier,
    at: At,
    figure: Figure,
) -> SubjectRow {
    let profile = enrolment(dossier, at.size).map(|one| &one.profile);
    SubjectRow {
        name: profile.and_then(|profile| app.names.shown(profile)),
        ..nameless(state, dossier, at, figure)
    }
}

/// The same without its name.
pub(super) fn nameless(state: &crate::state::State, dossier: &Dossier, at: At, figure: Figure) -> SubjectRow {
    SubjectRow {
        subject: dossier.subject,
        name: None,
        topics: enrolment(dossier, at.size).map(|one| one.topics.clone()).unwrap_or_default(),
        figure,
        assessments: dossier.assessments(at.size).count(),
        certificate: state.certified(dossier, at),
    }
}

/// One subject.
pub(super) async fn one(State(app): Shared, InPath(path): InPath<One>) -> Result<Json<SubjectView>, Problem> {
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
        row: row(&app, state, dossier, at, figure),
        group: enrolment.group.clone(),
        registrar: enrolment.registrar.clone(),
        enrolled_on: enrolment.recorded.on,
        profile: enrolment.profile,
        keys: keys_of(state.parties(), &PartyId::from(path.subject), at.size, app.ledger.now()),
        open_contests: dossier.open_contests(at.size).count(),
        register: RegisterView::of(&app, &snapshot, path.subject),
    }))
}

/// A score with its explanation.
pub(super) async fn score(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(which): InQuery<Supposed>,
) -> Result<Prepared<Score>, Problem> {
    let moment = Moment { size: which.size, as_of: which.as_of };
    let Some(item) = which.item()? else { return served(&app, &path.subject, &moment) };
    let snapshot = app.ledger.snapshot();
    let at = snapshot.state.moment(moment.size, moment.as_of, app.today())?;
    snapshot.state.score(&path.subject, at).ok_or_else(|| unknown(&path.subject))?;
    Prepared::of(&item.supposed(&snapshot.state, &path.subject, at)?)
}

/// The same under a path of its own, for ever.
pub(super) async fn fixed_score(
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
pub(super) async fn next(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(moment): InQuery<Moment>,
) -> Result<Json<Outlook>, Problem> {
    let snapshot = app.ledger.snapshot();
    let at = snapshot.state.moment(moment.size, moment.as_of, app.today())?;
    app.look(Look::Steps, move |_, _| {
        let outlook = snapshot.state.outlook(&path.subject, at);
        outlook.map(Json).ok_or_else(|| unknown(&path.subject))
    })
    .await
}
