//! The newest ranking, and those of dates that were asked for.
//!
//! Who asks brings the newest ranking forward where that is little work. Where it is much, it is done
//! aside, and whoever asks meanwhile is answered from the newest there is, which states its moment.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{MutexGuard, OwnedMutexGuard};
use tokio::time::Instant;

use super::Ranking;
use super::changes::Changes;
use super::maintained::Maintained;
use crate::api::names::Names;
use crate::facts::At;
use crate::ledger::Snapshot;
use crate::limits;
use crate::time::Date;

/// Figures that a reader computes itself.
const FEW_SUBJECTS: usize = 128;
/// Entries that a reader looks through itself.
const FEW_ENTRIES: u64 = 4_096;
/// How long a reader waits for more than that, where an older ranking can answer.
const PATIENCE: Duration = Duration::from_millis(10);
/// Dates asked for whose rankings are kept.
const DATES: usize = 2;

/// The rankings that are kept.
pub struct Rankings {
    newest: Mutex<Option<Arc<Ranking>>>,
    /// What the newest is brought forward from; held by whoever does it. None while that is under way.
    maintained: Arc<tokio::sync::Mutex<Option<Maintained>>>,
    dates: Arc<tokio::sync::Mutex<VecDeque<Maintained>>>,
    /// Those that somebody is paging through, the one used last at the back.
    paged: Mutex<VecDeque<Arc<Ranking>>>,
    names: Arc<Names>,
}

impl Rankings {
    /// None as yet.
    pub fn new(names: Arc<Names>) -> Self {
        let (newest, maintained, dates) = (Mutex::default(), Arc::default(), Arc::default());
        Self { newest, maintained, dates, paged: Mutex::default(), names }
    }

    /// Begins the first ranking aside.
    pub fn begin(self: &Arc<Self>, snapshot: &Arc<Snapshot>, today: Date) {
        if let Ok(maintained) = self.maintained.clone().try_lock_owned() {
            self.bring_aside(maintained, snapshot, At { size: snapshot.size(), as_of: today });
        }
    }

    /// The ranking of a snapshot on the date of today, or the newest where that takes longer.
    pub async fn newest(self: &Arc<Self>, snapshot: &Arc<Snapshot>, today: Date) -> Arc<Ranking> {
        let wanted = At { size: snapshot.size(), as_of: today };
        let until = Instant::now() + PATIENCE;
        loop {
            let newest = self.published();
            if let Some(newest) = newest.as_ref().filter(|newest| reaches(newest.at, wanted)) {
                return newest.clone();
            }
            if let Ok(maintained) = self.maintained.clone().try_lock_owned()
                && let Some(ranking) = self.bring_or_begin(maintained, snapshot, wanted)
            {
                return ranking;
            }
            // Whoever holds it lets go once its ranking is published.
            let done = self.maintained.lock();
            match newest {
                None => drop(done.await),
                Some(newest) => {
                    if tokio::time::timeout_at(until, done).await.is_err() {
                        return newest;
                    }
                }
            }
        }
    }

    /// Keeps a ranking for the pages to come.
    pub fn keep(&self, ranking: &Arc<Ranking>) {
        let mut paged = self.paged.lock().unwrap_or_else(PoisonError::into_inner);
        paged.retain(|one| one.at != ranking.at);
        paged.push_back(ranking.clone());
        while paged.len() > limits::KEPT_RANKINGS {
            paged.pop_front();
        }
    }

    /// The ranking of a moment, where it is at hand.
    pub fn kept(&self, at: At) -> Option<Arc<Ranking>> {
        if let Some(newest) = self.published().filter(|newest| newest.at == at) {
            return Some(newest);
        }
        let paged = self.paged.lock().unwrap_or_else(PoisonError::into_inner);
        paged.iter().find(|one| one.at == at).cloned()
    }

    /// The ranking of any moment up to a snapshot's, worked out where none near it is kept.
    pub fn at(&self, snapshot: &Snapshot, at: At) -> Arc<Ranking> {
        if let Some(kept) = self.kept(at) {
            return kept;
        }
        on_date(self.dates.blocking_lock(), self.maintained.blocking_lock(), snapshot, at, &self.names)
    }

    /// Brings the newest ranking forward where that is little; otherwise begins to do so aside.
    fn bring_or_begin(
        self: &Arc<Self>,
        mut held: OwnedMutexGuard<Option<Maintained>>,
        snapshot: &Arc<Snapshot>,
        at: At,
    ) -> Option<Arc<Ranking>> {
        // Whoever held it before may have come this far.
        if let Some(newest) = self.published().filter(|newest| reaches(newest.at, at)) {
            return Some(newest);
        }
        let few = held.as_ref().and_then(|one| {
            let entries = at.size.saturating_sub(one.ranking().at.size);
            let changes = (entries <= FEW_ENTRIES).then(|| one.changes(&snapshot.state, at))?;
            matches!(&changes, Changes::Of(subjects) if subjects.len() <= FEW_SUBJECTS).then_some(changes)
        });
        let Some((changes, mut one)) = few.and_then(|changes| Some((changes, held.take()?))) else {
            self.bring_aside(held, snapshot, at);
            return None;
        };
        one.bring_to(&snapshot.state, at, changes, &self.names);
        self.names.read_few();
        let ranking = self.publish(one.ranking());
        *held = Some(one);
        Some(ranking)
    }

    fn bring_aside(
        self: &Arc<Self>,
        mut held: OwnedMutexGuard<Option<Maintained>>,
        snapshot: &Arc<Snapshot>,
        at: At,
    ) {
        let (rankings, snapshot) = (self.clone(), snapshot.clone());
        let work = move || {
            let state = &snapshot.state;
            // Taken out meanwhile: should this end halfway, the next begins from nothing.
            let one = match held.take() {
                None => Maintained::from_scratch(state, at, &rankings.names),
                Some(mut one) => {
                    let changes = one.changes(state, at);
                    one.bring_to(state, at, changes, &rankings.names);
                    one
                }
            };
            rankings.publish(one.ranking());
            *held = Some(one);
            drop(held);
            rankings.names.read_all();
        };
        let started = std::thread::Builder::new().name("ranking".to_owned()).spawn(work);
        if let Err(error) = started {
            tracing::error!(%error, "the ranking cannot be brought forward");
        }
    }

    fn published(&self) -> Option<Arc<Ranking>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn publish(&self, ranking: &Ranking) -> Arc<Ranking> {
        let ranking = Arc::new(ranking.clone());
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(ranking.clone());
        ranking
    }
}

/// Whether a ranking at one moment answers for another: it is as far, or further.
fn reaches(at: At, wanted: At) -> bool {
    // Two who ask at midnight may differ by a day; more is a clock that was set back.
    at.size >= wanted.size && (0..=1).contains(&at.as_of.days_since(wanted.as_of))
}

/// The ranking on a date, from the one kept for it, or from the newest where that lies before it.
fn on_date(
    mut dates: MutexGuard<'_, VecDeque<Maintained>>,
    maintained: MutexGuard<'_, Option<Maintained>>,
    snapshot: &Snapshot,
    at: At,
    names: &Names,
) -> Arc<Ranking> {
    let state = &snapshot.state;
    let kept = dates.iter().position(|one| {
        let kept = one.ranking().at;
        kept.as_of == at.as_of && kept.size <= at.size
    });
    let begun = match kept.and_then(|kept| dates.remove(kept)) {
        Some(one) => Some(one),
        None => {
            let before = |one: &&Maintained| {
                let newest = one.ranking().at;
                newest.size <= at.size && newest.as_of <= at.as_of
            };
            maintained.as_ref().filter(before).cloned()
        }
    };
    // The newest goes on while this date is worked out.
    drop(maintained);
    let one = match begun {
        None => Maintained::from_scratch(state, at, names),
        Some(mut one) => {
            let changes = one.changes(state, at);
            one.bring_to(state, at, changes, names);
            one
        }
    };
    let ranking = Arc::new(one.ranking().clone());
    dates.push_front(one);
    dates.truncate(DATES);
    names.read_few();
    ranking
}
