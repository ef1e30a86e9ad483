//! A ranking and what it takes to bring it forward: where each subject stands, and when it is due.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::changes::{Changes, by_entries};
use super::rows::{Row, Rows};
use super::{OTHER_TOPICS, Place, Ranking};
use crate::api::cores::on_every_core;
use crate::api::names::Names;
use crate::api::subjects::enrolment;
use crate::dsse::EventId;
use crate::event::TopicId;
use crate::facts::{At, Dossier};
use crate::state::State;
use crate::time::Date;

/// Days beyond those of all subjects that are kept before they are swept.
const FEW: usize = 256;
/// What stands for no date of change.
const NEVER: i32 = i32::MAX;

/// A ranking that can be brought forward.
#[derive(Clone)]
pub(super) struct Maintained {
    ranking: Ranking,
    policy: Option<EventId>,
    known: Vec<Known>,
    /// Who is due on which day. A subject may stand under days that have become moot.
    due: BTreeMap<i32, Vec<u32>>,
    due_entries: usize,
}

/// How a subject stands.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// The score it is ranked by; none: it is not ranked at all.
    ranked: Option<Option<u16>>,
    /// The first later day on which time alone may change its figure.
    next_change: i32,
}

/// A subject's row as it was just computed.
struct Fresh {
    ordinal: u32,
    row: Option<Row>,
    next_change: i32,
}

impl Maintained {
    /// The ranking at a moment, from nothing.
    pub(super) fn from_scratch(state: &State, at: At, names: &Names) -> Self {
        let topics = Mutex::default();
        let all: Vec<u32> = (0..state.dossiers().len() as u32).collect();
        let fresh = computed(state, at, names, &topics, &all);
        let mut rows: Vec<Row> = Vec::with_capacity(fresh.len());
        let mut known = vec![Known { ranked: None, next_change: NEVER }; all.len()];
        let mut due: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
        for one in fresh {
            rows.extend(one.row);
            let ranked = one.row.map(|row| row.score());
            known[one.ordinal as usize] = Known { ranked, next_change: one.next_change };
            if one.next_change != NEVER {
                due.entry(one.next_change).or_default().push(one.ordinal);
            }
        }
        rows.sort_by_key(Row::place);
        let topics = Arc::new(topics.into_inner().unwrap_or_else(PoisonError::into_inner));
        let due_entries = due.values().map(Vec::len).sum();
        let ranking = Ranking { at, rows: Rows::of(rows), topics };
        Self { ranking, policy: in_force(state, at), known, due, due_entries }
    }

    /// The ranking.
    pub(super) fn ranking(&self) -> &Ranking {
        &self.ranking
    }

    /// Whose figures may differ at a later moment of the same log.
    pub(super) fn changes(&self, state: &State, at: At) -> Changes {
        let now = self.ranking.at;
        if at.size < now.size || at.as_of < now.as_of || in_force(state, at) != self.policy {
            return Changes::All;
        }
        let Changes::Of(mut touched) = by_entries(state, now.size, at.size) else { return Changes::All };
        for (day, ordinals) in self.due.range(..=at.as_of.as_days()) {
            let still = |ordinal: &&u32| self.known[**ordinal as usize].next_change == *day;
            touched.extend(ordinals.iter().filter(still));
        }
        Changes::Of(touched)
    }

    /// Brings the ranking to a moment at which only these differ.
    pub(super) fn bring_to(&mut self, state: &State, at: At, changes: Changes, names: &Names) {
        let Changes::Of(touched) = changes else {
            *self = Self::from_scratch(state, at, names);
            return;
        };
        let touched: Vec<u32> = touched.into_iter().collect();
        let topics = Mutex::new((*self.ranking.topics).clone());
        let fresh = computed(state, at, names, &topics, &touched);
        let unseen = Known { ranked: None, next_change: NEVER };
        self.known.resize(state.dossiers().len(), unseen);
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for one in fresh {
            let known = &mut self.known[one.ordinal as usize];
            if let Some((score, dossier)) = known.ranked.zip(state.dossiers().get(one.ordinal as usize)) {
                gone.push(Place::at(score, dossier.subject));
            }
            come.extend(one.row);
            if one.next_change != known.next_change && one.next_change != NEVER {
                self.due.entry(one.next_change).or_default().push(one.ordinal);
                self.due_entries += 1;
            }
            *known = Known { ranked: one.row.map(|row| row.score()), next_change: one.next_change };
        }
        gone.sort_unstable();
        come.sort_unstable_by_key(Row::place);
        let topics = topics.into_inner().unwrap_or_else(PoisonError::into_inner);
        if topics.len() != self.ranking.topics.len() {
            self.ranking.topics = Arc::new(topics);
        }
        self.ranking = Ranking {
            at,
            rows: self.ranking.rows.changed(&gone, &come),
            topics: self.ranking.topics.clone(),
        };
        self.forget_past_days(at.as_of);
    }

    fn forget_past_days(&mut self, today: Date) {
        while let Some(first) = self.due.first_entry().filter(|first| *first.key() <= today.as_days()) {
            self.due_entries -= first.remove().len();
        }
        // Days that have become moot are swept before they outnumber the others.
        if self.due_entries > 2 * self.known.len() + FEW {
            self.due.clear();
            self.due_entries = 0;
            for (ordinal, known) in (0..).zip(&self.known).filter(|(_, known)| known.next_change != NEVER) {
                self.due.entry(known.next_change).or_default().push(ordinal);
                self.due_entries += 1;
            }
        }
    }
}

fn in_force(state: &State, at: At) -> Option<EventId> {
    state.policies().in_force(at.size, at.as_of).map(|version| version.event)
}

/// The rows of these files, on every core where there are many; in no order.
fn computed(
    state: &State,
    at: At,
    names: &Names,
    topics: &Mutex<Vec<TopicId>>,
    ordinals: &[u32],
) -> Vec<Fresh> {
    on_every_core(ordinals.len(), |place| {
        let ordinal = ordinals[place];
        let dossier = state.dossiers().get(ordinal as usize)?;
        Some(fresh(state, at, names, topics, ordinal, dossier))
    })
}

fn fresh(
    state: &State,
    at: At,
    names: &Names,
    topics: &Mutex<Vec<TopicId>>,
    ordinal: u32,
    dossier: &Dossier,
) -> Fresh {
    let Some((figure, next_change)) = state.figure(&dossier.subject, at) else {
        return Fresh { ordinal, row: None, next_change: NEVER };
    };
    let enrolment = enrolment(dossier, at.size);
    let bits = enrolment.map_or(0, |one| bits(topics, &one.topics));
    let name = enrolment.map_or(Names::NONE, |one| names.number(&one.profile));
    let row = Row::new(dossier.subject, ordinal, &figure, bits, name);
    Fresh { ordinal, row: Some(row), next_change: next_change.map_or(NEVER, Date::as_days) }
}

/// A bit for each topic; those beyond the first 63 share one.
fn bits(known: &Mutex<Vec<TopicId>>, topics: &[TopicId]) -> u64 {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut bit = |topic: &TopicId| {
        let number = known.iter().position(|one| one == topic).unwrap_or_else(|| {
            known.push(topic.clone());
            known.len() - 1
        });
        if number >= OTHER_TOPICS as usize {
            known.truncate(OTHER_TOPICS as usize);
        }
        1 << (number as u32).min(OTHER_TOPICS)
    };
    topics.iter().fold(0, |bits, topic| bits | bit(topic))
}
