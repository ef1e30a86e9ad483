//! `/v1/clocks` and the calendars of members and subjects: who must act by when.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, Day};
use super::extract::{InPath, InQuery, page_rows};
use super::looks::{Look, Turn};
use super::moments::{Cursor, Mark, malformed};
use super::queries::unknown_value;
use super::respond::Text;
use super::subjects::enrolment;
use super::{App, Problem, Shared, members, subjects};
use crate::dsse::EventId;
use crate::event::{Contesting, PartyId, SubjectId, words};
use crate::ledger::Snapshot;
use crate::limits;
use crate::state::{Awaited, Duty, OpenClock, Who};
use crate::time::Date;

/// A clock that runs.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClockView {
    /// What it runs down to.
    pub what: Awaited,
    /// What is asked of whom it names.
    pub duty: Duty,
    /// The last day to act, or the day on which it happens.
    pub due: Date,
    /// Whether that day is over and nobody acted.
    pub missed: bool,
    /// Whom it runs for; absent: everybody.
    pub who: Option<PartyId>,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
    /// That subject's name, where its profile is kept here.
    pub subject_name: Option<String>,
    /// The event that started it.
    pub event: EventId,
    /// That event's place in the log.
    pub seq: u64,
    /// The same in Vietnamese.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

/// A page of clocks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClockPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The day that it is read on.
    pub as_of: Date,
    /// The clocks, the soonest first; those that were missed stand before all.
    pub clocks: Vec<ClockView>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<String>,
}

/// Which clocks.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// That concern this party: those that run for a member or `council`, and who holds a seat sees the council's;
    /// those that run about a subject. Those of everybody are among them.
    who: Option<PartyId>,
    /// About this subject.
    subject: Option<SubjectId>,
    /// Due on this day or before.
    until: Option<Date>,
    /// That ask this: `must` act, `may` act, or nothing of what `will` happen.
    duty: Option<Duty>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many at most.
    limit: Option<usize>,
}

/// Where a clock stands among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    due: Date,
    seq: u64,
    what: Awaited,
    /// The number of the member: one decision may be awaited from several; else 0.
    member: u64,
}

impl Place {
    fn of(clock: &OpenClock) -> Self {
        let member = match clock.who {
            Who::Member(number) => number.place() as u64,
            Who::Council | Who::Subject(_) | Who::All => 0,
        };
        Self { due: clock.due, seq: clock.seq, what: clock.what, member }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}.{}", self.due, self.seq, words::name_of(&self.what), self.member)
    }
}

impl FromStr for Place {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let mut parts = text.splitn(4, '.');
        let mut part = || parts.next().ok_or_else(malformed);
        let (due, seq, what, member) = (part()?, part()?, part()?, part()?);
        Ok(Self {
            due: due.parse().map_err(|_| malformed())?,
            seq: seq.parse().map_err(|_| malformed())?,
            what: serde_json::from_value(what.into()).map_err(|_| malformed())?,
            member: member.parse().map_err(|_| malformed())?,
        })
    }
}

/// The first clocks of those offered, so many at most.
struct First {
    kept: BTreeMap<Place, OpenClock>,
    most: usize,
    more: bool,
}

impl First {
    fn new(most: usize) -> Self {
        Self { kept: BTreeMap::new(), most, more: false }
    }

    fn offer(&mut self, place: Place, clock: OpenClock) {
        if self.kept.len() == self.most {
            self.more = true;
            if self.kept.last_key_value().is_none_or(|(last, _)| *last < place) {
                return;
            }
            self.kept.pop_last();
        }
        self.kept.insert(place, clock);
    }

    /// The last of those kept, where more follow.
    fn last(&self) -> Option<Place> {
        self.kept.last_key_value().filter(|_| self.more).map(|(last, _)| *last)
    }
}

/// The clocks of the whole programme, the soonest first.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Json<ClockPage>, Problem> {
    let mut first = First::new(page_rows(which.limit)?);
    let mark = Mark::of(&(&which.who, which.subject, which.until, which.duty));
    let after: Option<Cursor<Place>> = Cursor::of_listing(which.after.as_deref(), mark)?;
    let (snapshot, on) = app.moment_of(after.as_ref())?;
    if let Some(who) = which.who.as_ref().filter(|who| !is_known(&snapshot, who)) {
        return Err(unknown_value("who", who, "/v1/members"));
    }
    let with_all = which.subject.is_none();
    let about = which.subject.or(which.who.as_ref().and_then(PartyId::as_subject));
    let wanted = move |snapshot: &Snapshot, clock: &OpenClock| {
        which.until.is_none_or(|until| clock.due <= until)
            && which.duty.is_none_or(|duty| clock.what.duty() == duty)
            && after.is_none_or(|after| after.place < Place::of(clock))
            && which.who.as_ref().is_none_or(|who| snapshot.state.concerns(clock, who))
    };
    let page = move |app: &App, snapshot: &Arc<Snapshot>, first: First| ClockPage {
        size: snapshot.size(),
        as_of: on,
        next: first.last().map(|last| app.cursor(snapshot, on, mark, last)),
        clocks: first.kept.values().map(|clock| view(app, snapshot, clock, on)).collect(),
    };
    if let Some(subject) = about {
        let state = &snapshot.state;
        let dossier = state.dossier(&subject).ok_or_else(|| subjects::unknown(&subject))?;
        let for_all = state.clocks_for_all(on).filter(|_| with_all);
        // Of whom it names as the subject, only what is about it is asked for.
        let given = with_all.then(|| state.clocks_given(subject, on)).into_iter().flatten();
        let clocks = state.clocks_of(dossier, on).chain(for_all).chain(given);
        let clocks = clocks.filter(|clock| wanted(&snapshot, clock));
        clocks.for_each(|clock| first.offer(Place::of(&clock), clock));
        return Ok(Json(page(&app, &snapshot, first)));
    }
    let look = move |app: &App, _: &Turn| {
        let clocks = snapshot.state.clocks(on).filter(|clock| wanted(&snapshot, clock));
        clocks.for_each(|clock| first.offer(Place::of(&clock), clock));
        Ok(Json(page(app, &snapshot, first)))
    };
    app.look(Look::Ledger, look).await
}

/// Whether a party is one for which a clock may run.
fn is_known(snapshot: &Snapshot, who: &PartyId) -> bool {
    let is_subject = || who.as_subject().is_some_and(|subject| snapshot.state.dossier(&subject).is_some());
    snapshot.state.parties().number(who).is_some() || holds_seat(snapshot, who) || is_subject()
}

fn view(app: &App, snapshot: &Snapshot, clock: &OpenClock, on: Date) -> ClockView {
    let words = clock.what.words();
    let (vi, en) = draw_of_none(snapshot, clock).unwrap_or_default();
    ClockView {
        what: clock.what,
        duty: clock.what.duty(),
        due: clock.due,
        missed: clock.is_missed(on),
        who: snapshot.state.party_of(clock),
        subject: clock.subject,
        subject_name: clock.subject.and_then(|subject| name(app, snapshot, subject)),
        event: clock.event,
        seq: clock.seq,
        vi: words.vi.to_owned() + vi,
        en: words.en.to_owned() + en,
    }
}

/// What a value of a draw is still due for, where no contest waits for it.
fn draw_of_none(snapshot: &Snapshot, clock: &OpenClock) -> Option<(&'static str, &'static str)> {
    if clock.what != Awaited::DrawReveal {
        return None;
    }
    let dossier = snapshot.state.dossier(&clock.subject?)?;
    let stays = dossier.enrolments.open().next().is_some();
    let mut open = dossier.pending.open().filter(|one| stays && one.stage.is_open());
    if open.any(|one| one.panelled.as_deref().is_some_and(|one| one.draw == clock.event)) {
        return None;
    }
    let filed = dossier.contest(&clock.event);
    Some(match filed.is_some_and(|one| stays && one.stage == Contesting::Withdrawn) {
        true => (
            ": khiếu nại đã rút, khiếu nại lại mục ấy thì dùng lần rút thăm này",
            ": its contest was withdrawn, and has this draw if it is filed again",
        ),
        false => (
            ": không còn khiếu nại nào chờ, chỉ để mở các giá trị theo thứ tự",
            ": no contest waits for it any more, only the order in which values are revealed",
        ),
    })
}

fn name(app: &App, snapshot: &Snapshot, subject: SubjectId) -> Option<String> {
    let dossier = snapshot.state.dossier(&subject)?;
    app.names.shown(&enrolment(dossier, snapshot.size())?.profile)
}

/// The calendar of a member, or of the council.
pub(super) async fn of_member(
    State(app): Shared,
    InPath(which): InPath<members::Which>,
) -> Result<Text, Problem> {
    let member = which.member;
    app.look(Look::Ledger, move |app, _| {
        let snapshot = app.ledger.snapshot();
        let (state, size) = (&snapshot.state, snapshot.size());
        let name = match state.parties().member(&member, size) {
            Some(known) => known.name.clone(),
            None if holds_seat(&snapshot, &member) => member.to_string(),
            None => return Err(members::unknown(&member)),
        };
        let clocks = state.clocks(app.latest()).filter(|clock| state.runs_for(clock, &member));
        Ok(calendar(app, &snapshot, &name, clocks))
    })
    .await
}

/// Whether a party acts as, or for, the council, without being a member.
fn holds_seat(snapshot: &Snapshot, party: &PartyId) -> bool {
    let mut seats = snapshot.state.parties().council(snapshot.size());
    party.is_council() || seats.any(|seat| seat.member == *party)
}

/// The calendar of a subject: what is about it or runs for it, and what is about everybody.
pub(super) async fn of_subject(
    State(app): Shared,
    InPath(which): InPath<subjects::One>,
) -> Result<Text, Problem> {
    let snapshot = app.ledger.snapshot();
    let (state, on) = (&snapshot.state, app.latest());
    let dossier = state.dossier(&which.subject).ok_or_else(|| subjects::unknown(&which.subject))?;
    let name = name(&app, &snapshot, which.subject).unwrap_or_else(|| which.subject.to_string());
    let clocks = state.clocks_of(dossier, on).chain(state.clocks_for_all(on));
    let clocks = clocks.chain(state.clocks_given(which.subject, on));
    Ok(calendar(&app, &snapshot, &name, clocks))
}

fn calendar(
    app: &App,
    snapshot: &Arc<Snapshot>,
    name: &str,
    clocks: impl Iterator<Item = OpenClock>,
) -> Text {
    let mut first = First::new(limits::CALENDAR_CLOCKS);
    // A day for which several members answer stands in it once.
    clocks.for_each(|clock| first.offer(Place { member: 0, ..Place::of(&clock) }, clock));
    let days = first.kept.values().map(|clock| {
        let shown = view(app, snapshot, clock, clock.due);
        let about = shown.subject.map(|subject| match &shown.subject_name {
            Some(name) => format!("{name} ({subject})"),
            None => subject.to_string(),
        });
        let about = about.unwrap_or_default();
        let who = shown.who.as_ref().map(|who| format!(": {who}")).unwrap_or_default();
        let row = snapshot.state.index().row(clock.seq);
        Day {
            uid: format!("{}.{}", words::name_of(&clock.what), clock.event),
            stamp: row.map(|row| row.recorded_at).unwrap_or_default(),
            on: clock.due,
            summary: format!("{} / {}", shown.vi, shown.en),
            description: format!(
                "{about}\n{}{who}\nentry {}: {}",
                shown.duty.words(),
                clock.seq,
                clock.event
            ),
        }
    });
    Text::calendar(Calendar::new(app.ledger.origin(), &format!("Tín nhiệm: {name}"), days).into_text())
}
