//! `/v1/subjects/{subject}/history/steps`: every move of a score, by an event or by a date alone.

use std::fmt::Write;

use aide::NoApi;
use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cells::cell;
use super::extract::{InPath, InQuery, page_rows};
use super::looks::Look;
use super::ranking::touches;
use super::subjects::{One, unknown};
use super::{Problem, Shared, openapi};
use crate::dsse::EventId;
use crate::engines::{Cause, Figure, Foreseen};
use crate::event::{PartyId, SubjectId, words};
use crate::facts::{At, Reply};
use crate::limits;
use crate::state;
use crate::time::Date;

/// A move of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its date.
    pub on: Date,
    /// By how much the score rises, in hundredths, where none counts as 0: steps add up to the score.
    pub points: i64,
    /// The event that caused it; absent where a date did.
    pub event: Option<StepEvent>,
    /// What the date did, where it was a date.
    pub causes: Vec<Cause>,
    /// What was shown before it; absent before the first.
    pub before: Option<Figure>,
    /// What is shown after it.
    pub after: Figure,
}

/// The event behind a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepEvent {
    /// Its place in the log.
    pub seq: u64,
    /// Its id.
    pub id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Who issued it.
    pub issuer: PartyId,
    /// What the subject replied to it, or to its announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

/// A page of steps.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct StepPage {
    /// The log's size up to which steps are told.
    pub size: u64,
    /// The date up to which they are.
    pub as_of: Date,
    /// The steps, oldest first.
    pub steps: Vec<Step>,
    /// The `after` of the next page; absent at the end.
    pub next: Option<u64>,
}

/// Which steps.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Up to how many entries; by default those published, or those up to `as_of`.
    size: Option<u64>,
    /// Up to which date; by default today, or the date of the last entry counted.
    as_of: Option<Date>,
    /// After this seq.
    after: Option<u64>,
    /// How many events are looked at at most.
    limit: Option<usize>,
    /// `json` (the default) or `csv`; `Accept: text/csv` asks for the latter too.
    format: Option<Format>,
}

/// How steps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A JSON object.
    Json,
    /// A table with commas.
    Csv,
}

/// What the OpenAPI document says of it.
pub fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("steps_list")
        .tag("subjects")
        .summary("Every move of a score, by an event or by a date alone, as JSON or CSV")
        .response::<200, Json<StepPage>>();
    openapi::answers(operation, "text/csv", "The steps, as JSON or as a table")
}

/// Every move of a score; as a table, the next page stands in a `Link` header.
pub async fn list(
    State(app): Shared,
    InPath(path): InPath<One>,
    InQuery(which): InQuery<Which>,
    headers: NoApi<HeaderMap>,
) -> Result<NoApi<Response>, Problem> {
    let limit = page_rows(which.limit)?;
    let snapshot = app.ledger.snapshot();
    let at = snapshot.state.moment(which.size, which.as_of, app.today())?;
    let (subject, after) = (path.subject, which.after);
    let walked = app.look(Look::Steps, move |_, turn| {
        walk(&snapshot.state, subject, at, after, limit, &|| turn.is_over())
    });
    let page = walked.await?;
    let accept = headers.0.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
    let csv = which.format.map_or(accept.starts_with("text/csv"), |format| format == Format::Csv);
    if !csv {
        return Ok(NoApi(([(header::VARY, "accept")], Json(page)).into_response()));
    }
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::VARY, "accept")];
    let mut response = (headers, table(&page)).into_response();
    let link = page.next.map(|next| {
        let At { size, as_of } = at;
        format!("<?format=csv&size={size}&as_of={as_of}&limit={limit}&after={next}>; rel=\"next\"")
    });
    if let Some(link) = link.and_then(|link| link.parse().ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(NoApi(response))
}

/// The steps after an entry up to a moment, looking at no more than `limit` events, and at none once
/// the time is over.
///
/// # Errors
/// A subject that is not there, or a page with too many dates.
pub fn walk(
    state: &state::State,
    subject: SubjectId,
    end: At,
    after: Option<u64>,
    limit: usize,
    is_over: &dyn Fn() -> bool,
) -> Result<StepPage, Problem> {
    state.figure(&subject, end).ok_or_else(|| unknown(&subject))?;
    let mut page = StepPage { size: end.size, as_of: end.as_of, steps: Vec::new(), next: None };
    let first = after.map_or(0, |after| after.saturating_add(1)).min(end.size);
    let mut day = state.date_at_size(first.max(1)).unwrap_or_default();
    let replies = state.dossier(&subject).map(|dossier| dossier.replies()).unwrap_or_default();
    let (mut looked_at, mut dates) = (0, limits::DATES);
    let rows = state.index().rows_from(first).take_while(|(seq, _)| *seq < end.size);
    for (scanned, (seq, row)) in rows.enumerate() {
        let is_pause = scanned > 0 && scanned.is_multiple_of(limits::LOOK_ROWS) && is_over();
        if scanned == limits::SCAN_ROWS || is_pause {
            page.next = seq.checked_sub(1);
            break;
        }
        if !touches(state, seq, &row, subject) {
            continue;
        }
        if looked_at == limit || (looked_at > 0 && is_over()) {
            page.next = seq.checked_sub(1);
            break;
        }
        looked_at += 1;
        let on = state.date_of(row.recorded_at);
        pass(state, subject, At { size: seq, as_of: day }, on, &mut dates, &mut page.steps)?;
        day = on;
        let figure = |size| state.figure(&subject, At { size, as_of: on }).map(|(figure, _)| figure);
        let event = StepEvent {
            seq,
            id: row.id,
            type_name: row.type_name().to_owned(),
            issuer: row.issuer.clone(),
            reply: replies.get(&row.id).copied(),
        };
        if let Some(after) = figure(seq + 1) {
            push(&mut page.steps, on, Some(event), Vec::new(), figure(seq), after);
        }
    }
    let stop = match page.next {
        None => end,
        Some(next) => At { size: next + 1, as_of: state.date_at_size(next + 1).unwrap_or(end.as_of) },
    };
    pass(state, subject, At { size: stop.size, as_of: day }, stop.as_of, &mut dates, &mut page.steps)?;
    Ok(page)
}

/// Adds what the dates after a moment do by themselves, up to and with `until`.
fn pass(
    state: &state::State,
    subject: SubjectId,
    mut at: At,
    until: Date,
    dates: &mut usize,
    steps: &mut Vec<Step>,
) -> Result<(), Problem> {
    loop {
        match state.change_after(&subject, at, until, dates) {
            None | Some(Foreseen::Nothing) => return Ok(()),
            Some(Foreseen::SearchedTo(_)) => {
                let detail = "too many dates for one page: ask with a smaller limit, or an earlier as_of";
                return Err(Problem::new(422, "steps.too_many_dates", detail));
            }
            Some(Foreseen::Change(change)) => {
                // Of the day before: a date may narrow a range without moving what is shown, and where a page
                // begins must not matter.
                let eve = At { as_of: change.on.plus_days(-1), ..at };
                let before = state.figure(&subject, eve).map(|(figure, _)| figure);
                push(steps, change.on, None, change.causes, before, change.after);
                at.as_of = change.on;
            }
        }
    }
}

fn push(
    steps: &mut Vec<Step>,
    on: Date,
    event: Option<StepEvent>,
    causes: Vec<Cause>,
    before: Option<Figure>,
    after: Figure,
) {
    if before.as_ref().is_some_and(|before| !before.moves_to(&after)) {
        return;
    }
    let score = |figure: &Figure| figure.score.map_or(0, i64::from);
    let points = score(&after) - before.as_ref().map_or(0, score);
    steps.push(Step { on, points, event, causes, before, after });
}

/// The steps as lines of values between commas (RFC 4180); a member's id may begin like a formula.
fn table(page: &StepPage) -> String {
    let mut text = "on,points,score,band,state,seq,type,issuer,event,causes\r\n".to_owned();
    for step in &page.steps {
        let event = step.event.as_ref();
        let of_event = event.map_or(",,,".to_owned(), |one| {
            format!("{},{},{},{}", one.seq, one.type_name, cell(&one.issuer.to_string()), one.id)
        });
        let causes: Vec<String> =
            step.causes.iter().map(|one| format!("{} {}", words::name_of(&one.what), one.event)).collect();
        let score = step.after.score.map(|score| score.to_string()).unwrap_or_default();
        let band = step.after.band.map(String::from).unwrap_or_default();
        let state = serde_json::to_value(&step.after.standing).unwrap_or_default();
        let state = state["state"].as_str().unwrap_or_default();
        let _ = write!(
            text,
            "{},{},{score},{band},{state},{of_event},{}\r\n",
            step.on,
            step.points,
            causes.join("; ")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::Standing;

    #[test]
    fn who_is_called_like_a_formula_is_a_cell_that_nothing_computes() {
        let after =
            Figure { standing: Standing::Departed, score: None, range: None, band: None, confidence: None };
        let event = StepEvent {
            seq: 7,
            id: EventId::from_bytes([1; 32]),
            type_name: "endorsement.published".to_owned(),
            issuer: "-2-1".parse().unwrap(),
            reply: None,
        };
        let on = Date::from_days(0);
        let step = Step { on, points: -250, event: Some(event), causes: Vec::new(), before: None, after };
        let page = StepPage { size: 9, as_of: on, steps: vec![step], next: None };
        let table = table(&page);
        let row = table.lines().nth(1).unwrap();
        assert!(row.starts_with("1970-01-01,-250,,,departed,7,endorsement.published,'-2-1,0101"), "{row}");
    }
}
