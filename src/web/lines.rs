//! What was recorded about a KOL, as dated lines with what each did.

use std::collections::BTreeSet;

use super::named::{Names, Party};
use super::page::{Page, name_of};
use crate::api::views::{HistoryRow, Step};
use crate::engines::{Cause, Figure};
use crate::event::EventType;

/// A line.
pub(super) struct Line {
    /// Its day, as programs read it.
    pub on: String,
    /// Its day.
    pub day: String,
    /// Who did it; none where the passing of time did.
    pub who: Option<Party>,
    /// What was done.
    pub what: String,
    /// What it did to the score.
    pub effect: String,
    /// Whether it took points.
    pub falls: bool,
    /// Whether it is contested.
    pub contested: bool,
    /// Its entry.
    pub entry: Option<(u64, String)>,
}

/// The lines of a history, the newest first; `contested` are the seqs of what is contested.
pub(super) fn of(
    p: &Page,
    names: &Names,
    history: &[HistoryRow],
    steps: &[Step],
    contested: &BTreeSet<u64>,
) -> Vec<Line> {
    let recorded = history.iter().map(|row| {
        let (effect, falls) = effect(p, row.before.as_ref(), row.after.as_ref());
        let line = Line {
            on: row.on.to_string(),
            day: p.lang.day(row.on),
            who: Some(names.party(p, &row.event.issuer)),
            what: done(p, &row.event.type_name),
            effect,
            falls,
            contested: contested.contains(&row.event.seq),
            entry: Some((row.event.seq, p.to(&format!("entry/{}", row.event.seq)))),
        };
        (row.on, line)
    });
    let passed = steps.iter().filter(|step| step.event.is_none()).map(|step| {
        let (effect, falls) = effect(p, step.before.as_ref(), Some(&step.after));
        let line = Line {
            on: step.on.to_string(),
            day: p.lang.day(step.on),
            who: None,
            what: causes(p, &step.causes),
            effect,
            falls,
            contested: false,
            entry: None,
        };
        (step.on, line)
    });
    let mut all: Vec<_> = recorded.chain(passed).collect();
    // Those of a day stay in their order: what a date does comes before what is recorded on it.
    all.sort_by_key(|(on, line)| (*on, line.entry.as_ref().map(|(seq, _)| *seq)));
    all.into_iter().rev().map(|(_, line)| line).collect()
}

/// What an event of a type did, in words.
pub(super) fn done(p: &Page, type_name: &str) -> String {
    EventType::named(type_name).map_or_else(|| type_name.to_owned(), |kind| p.lang.done(kind.words()))
}

/// What a date brought about, in words.
pub(super) fn causes(p: &Page, causes: &[Cause]) -> String {
    let mut told: Vec<String> = causes.iter().map(|one| p.of("cause", &name_of(&one.what))).collect();
    told.dedup();
    told.join("; ")
}

/// What an event or a date did to a score, and whether it took points.
pub(super) fn effect(p: &Page, before: Option<&Figure>, after: Option<&Figure>) -> (String, bool) {
    let score = |one: Option<&Figure>| one.and_then(|one| one.score).map(i64::from);
    match (score(before), score(after)) {
        (Some(before), Some(after)) => (p.lang.moved(after - before), after < before),
        (None, Some(after)) => (p.say("line-begins", &[&p.lang.points(after)]), false),
        (Some(_), None) => (p.t("line-ends").to_owned(), true),
        (None, None) => (String::new(), false),
    }
}

/// A move of a score in one line.
pub(super) fn what_moved(p: &Page, names: &Names, step: &Step) -> String {
    let what = match &step.event {
        Some(event) => {
            format!("{} {}", names.party(p, &event.issuer).name, done(p, &event.type_name))
        }
        None => causes(p, &step.causes),
    };
    format!("{}: {what} {}", p.lang.day(step.on), p.lang.moved(step.points))
}
