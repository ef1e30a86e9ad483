//! `/v1/events`, `/v1/events/{seq or id}`, `/v1/subjects/{id}/events`

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::extract::{InPath, InQuery, page_rows};
use super::fates::{Fate, Fates};
use super::looks::{Look, Turn};
use super::queries::unknown_value;
use super::respond::{Lasting, Prepared};
use super::{App, Problem, Shared};
use crate::dsse::{EventId, PublicKey};
use crate::event::{Commitment, Event, EventType, Malformed, PartyId, SubjectId, TYPES};
use crate::ledger::Snapshot;
use crate::limits;
use crate::log::{ChainHash, Entry};
use crate::state::{Row, State as LedgerState};
use crate::time::Timestamp;

/// An entry in a listing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventRow {
    /// Its place in the log.
    pub seq: u64,
    /// Its id.
    pub id: EventId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Who issued it.
    pub issuer: PartyId,
    /// Whom it is about.
    pub subject: Option<SubjectId>,
    /// The `correction.issued` events that put it right; stands in listings, where what is said may grow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<EventId>,
    /// What became of the item that it made; stands in listings that are asked for with `fates`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fate: Option<Fate>,
}

impl EventRow {
    /// Its type; none where this program knows none of that name.
    pub fn event_type(&self) -> Option<EventType> {
        EventType::named(&self.type_name)
    }

    /// The row at a seq.
    pub fn new(seq: u64, row: &Row) -> Self {
        Self {
            seq,
            id: row.id,
            recorded_at: row.recorded_at,
            type_name: row.type_name().to_owned(),
            issuer: row.issuer.clone(),
            subject: row.subject,
            corrections: Vec::new(),
            fate: None,
        }
    }

    /// The row at a seq, with what puts it right.
    pub fn corrected(seq: u64, row: &Row, state: &LedgerState) -> Self {
        let register = row.subject.and_then(|subject| state.register(&subject));
        let corrections = register.into_iter().flat_map(|register| register.corrections.open());
        let corrections = corrections.filter(|one| one.target == row.id).map(|one| one.recorded.event);
        Self { corrections: corrections.collect(), ..Self::new(seq, row) }
    }

    /// The same with what became of the item that it made, where that is asked for.
    fn told(seq: u64, row: &Row, state: &LedgerState, fates: Option<&Fates<'_>>) -> Self {
        Self { fate: fates.and_then(|fates| fates.of(row)), ..Self::corrected(seq, row, state) }
    }
}

/// A page of entries.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The entries.
    pub events: Vec<EventRow>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<u64>,
}

/// An entry, whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventView {
    /// The entry as a row.
    #[serde(flatten)]
    pub row: EventRow,
    /// The hash of the entry before.
    pub prev: ChainHashText,
    /// The keys that signed it.
    pub keys: Vec<PublicKey>,
    /// The payload, as JSON; its exact bytes stand in the entry.
    pub payload: Value,
    /// The envelope, to send on.
    pub envelope: Value,
    /// The commitments whose bytes may be asked for at `/v1/attachments/{commitment}`.
    pub attachments: Vec<Commitment>,
}

impl EventView {
    /// The event that was signed.
    ///
    /// # Errors
    /// The payload is none that this version knows: a newer program reads it.
    pub fn event(&self) -> Result<Event, Malformed> {
        Event::parse(self.payload.to_string().as_bytes())
    }
}

/// A chain hash: 64 lower-case hex digits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ChainHashText(String);

impl From<ChainHash> for ChainHashText {
    fn from(hash: ChainHash) -> Self {
        Self(hash.to_string())
    }
}

/// Which entries.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// About this subject.
    subject: Option<SubjectId>,
    /// Issued by this party.
    issuer: Option<PartyId>,
    /// Of this type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = TYPES))]
    type_name: Option<String>,
    /// After this seq.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
    /// Whether each row says what became of the item that it made.
    fates: Option<bool>,
}

/// What entries are told by.
pub(super) struct Filter {
    subject: Option<SubjectId>,
    issuer: Option<PartyId>,
    kind: Option<EventType>,
}

impl Filter {
    /// The filter of these, which the ledger knows.
    ///
    /// # Errors
    /// `query.value`, `query.type`.
    pub(super) fn of(
        snapshot: &Snapshot,
        subject: Option<SubjectId>,
        issuer: Option<PartyId>,
        type_name: Option<&str>,
    ) -> Result<Self, Problem> {
        let kind = type_name.map(kind_of).transpose()?;
        if let Some(subject) = subject.filter(|subject| snapshot.state.dossier(subject).is_none()) {
            return Err(unknown_value("subject", subject, "/v1/subjects"));
        }
        if let Some(issuer) = issuer.as_ref().filter(|issuer| !is_party(snapshot, issuer)) {
            return Err(unknown_value("issuer", issuer, "/v1/members"));
        }
        Ok(Self { subject, issuer, kind })
    }

    /// Whether an entry fits.
    pub(super) fn takes(&self, row: &Row) -> bool {
        self.kind.is_none_or(|kind| row.event_type() == Some(kind))
            && self.issuer.as_ref().is_none_or(|issuer| row.issuer == issuer)
            && self.subject.is_none_or(|subject| row.subject == Some(subject))
    }
}

fn kind_of(name: &str) -> Result<EventType, Problem> {
    EventType::named(name).ok_or_else(|| {
        Problem::new(400, "query.type", format!("there is no event type {name:?}: see the schemas"))
    })
}

/// Which of a subject's entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Part {
    /// Issued by this party.
    issuer: Option<PartyId>,
    /// Of this type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = TYPES))]
    type_name: Option<String>,
    /// After this seq.
    after: Option<u64>,
    /// How many at most.
    limit: Option<usize>,
    /// Whether each row says what became of the item that it made.
    fates: Option<bool>,
}

/// Which entry.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct One {
    /// Its seq, or its event id in hex.
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,14}|[0-9a-f]{64})$"))]
    event: String,
}

/// Which page of a subject's entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OfSubject {
    /// The subject.
    subject: SubjectId,
}

/// Entries in the order of the log.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Prepared<EventPage>, Problem> {
    page(&app, which).await
}

/// Entries about one subject.
pub(super) async fn of_subject(
    State(app): Shared,
    InPath(path): InPath<OfSubject>,
    InQuery(part): InQuery<Part>,
) -> Result<Prepared<EventPage>, Problem> {
    if app.ledger.snapshot().state.dossier(&path.subject).is_none() {
        return Err(super::subjects::unknown(&path.subject));
    }
    let Part { issuer, type_name, after, limit, fates } = part;
    page(&app, Which { subject: Some(path.subject), issuer, type_name, after, limit, fates }).await
}

async fn page(app: &Arc<App>, which: Which) -> Result<Prepared<EventPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let snapshot = app.ledger.snapshot();
    let subject = which.subject;
    let filter = Filter::of(&snapshot, subject, which.issuer, which.type_name.as_deref())?;
    app.look(Look::Entries, move |app, turn| {
        let fates = which.fates.unwrap_or(false).then(|| Fates::new(&snapshot.state, app.latest()));
        let fates = fates.as_ref();
        let first = which.after.map_or(0, |after| after.saturating_add(1));
        let takes = |row: &Row| filter.takes(row);
        let found = match &subject {
            Some(subject) => rows_of_subject(&snapshot, subject, first, limit + 1, takes, fates),
            None => rows_of_log(&snapshot, first, limit + 1, takes, turn, fates),
        };
        let mut events = found.rows;
        let more = events.len() > limit;
        events.truncate(limit);
        let next = if more { events.last().map(|row| row.seq) } else { found.scanned_to };
        Prepared::of(&EventPage { size: snapshot.size(), events, next })
    })
    .await
}

/// Whether a party is one that the log speaks of.
fn is_party(snapshot: &Snapshot, party: &PartyId) -> bool {
    let is_subject = || party.as_subject().is_some_and(|subject| snapshot.state.dossier(&subject).is_some());
    party.is_council() || snapshot.state.parties().number(party).is_some() || is_subject()
}

/// Rows found, and where a search that was cut short goes on.
struct FoundRows {
    rows: Vec<EventRow>,
    scanned_to: Option<u64>,
}

fn rows_of_subject(
    snapshot: &Snapshot,
    subject: &SubjectId,
    first: u64,
    limit: usize,
    takes: impl Fn(&Row) -> bool,
    fates: Option<&Fates<'_>>,
) -> FoundRows {
    let dossier = snapshot.state.dossier(subject);
    let rows = dossier.into_iter().flat_map(|dossier| dossier.timeline_from(first)).filter_map(|seq| {
        let row = snapshot.state.index().row(seq).filter(|row| takes(row))?;
        Some(EventRow::told(seq, &row, &snapshot.state, fates))
    });
    FoundRows { rows: rows.take(limit).collect(), scanned_to: None }
}

fn rows_of_log(
    snapshot: &Snapshot,
    first: u64,
    limit: usize,
    takes: impl Fn(&Row) -> bool,
    turn: &Turn,
    fates: Option<&Fates<'_>>,
) -> FoundRows {
    let mut found = FoundRows { rows: Vec::new(), scanned_to: None };
    for (scanned, (seq, row)) in snapshot.state.index().rows_from(first).enumerate() {
        if found.rows.len() == limit {
            break;
        }
        // Of a subject with many items, a row takes as long as many others do.
        let is_late = fates.is_some() && !found.rows.is_empty();
        let is_pause =
            scanned > 0 && (is_late || scanned.is_multiple_of(limits::LOOK_ROWS)) && turn.is_over();
        if scanned == limits::SCAN_ROWS || is_pause {
            found.scanned_to = seq.checked_sub(1);
            break;
        }
        if takes(&row) {
            found.rows.push(EventRow::told(seq, &row, &snapshot.state, fates));
        }
    }
    found
}

/// An [`EventView`] as it is written: payload and envelope stand as they are, unparsed.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    row: EventRow,
    prev: ChainHashText,
    keys: Vec<PublicKey>,
    payload: &'a RawValue,
    envelope: &'a RawValue,
    attachments: Vec<Commitment>,
}

/// One entry.
pub(super) async fn one(
    State(app): Shared,
    InPath(which): InPath<One>,
) -> Result<Lasting<Prepared<EventView>>, Problem> {
    let snapshot = app.ledger.snapshot();
    let seq = seq_of(&snapshot, &which.event)?;
    let unknown = || Problem::not_found("event.unknown", format!("the log has no entry {}", which.event));
    let row = snapshot.state.index().row(seq).ok_or_else(unknown)?;
    let bytes = app.ledger.reader().entry(seq)?.ok_or_else(unknown)?;
    let damaged = |error: &dyn std::fmt::Display| Problem::new(500, "entry.damaged", error.to_string());
    let entry = Entry::parse(&bytes).map_err(|error| damaged(&error))?;
    let prev = entry.prev;
    let verified = entry.trusted().map_err(|error| damaged(&error))?;
    let event = Event::parse(verified.payload()).map_err(|error| damaged(&error))?;
    let envelope = crate::dsse::Envelope::of(&verified).to_json();
    let written = Written {
        row: EventRow::new(seq, &row),
        prev: prev.into(),
        keys: verified.keys().collect(),
        payload: serde_json::from_slice(verified.payload()).map_err(|error| damaged(&error))?,
        envelope: serde_json::from_str(&envelope).map_err(|error| damaged(&error))?,
        attachments: event.attachable(),
    };
    Prepared::of(&written).map(Lasting)
}

/// The seq that a seq or an event id stands for.
pub(super) fn seq_of(snapshot: &Snapshot, name: &str) -> Result<u64, Problem> {
    let malformed = || {
        let name: String = name.escape_debug().take(80).collect();
        let detail =
            format!("an entry is named by its seq, such as 42, or the 64 hex digits of its id, not `{name}`");
        Problem::new(400, "path.malformed", detail)
    };
    if name.len() == 64 {
        let id: EventId = name.parse().map_err(|_| malformed())?;
        let seq = snapshot.state.index().seq(&id);
        return seq.ok_or_else(|| Problem::not_found("event.unknown", format!("the log has no event {id}")));
    }
    let seq = name.parse().ok().filter(|seq: &u64| seq.to_string() == name);
    seq.ok_or_else(malformed)
}
