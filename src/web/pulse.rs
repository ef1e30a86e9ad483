//! How the ledger fares, as the foot of every page tells.

use std::sync::{Arc, Mutex, PoisonError};

use super::asked::Source;
use crate::api::Problem;
use crate::api::views::{ClockPage, EventView, LedgerView};
use crate::time::{Date, Timestamp};

/// Most missed clocks that are counted.
const COUNTED: usize = 100;

/// How the ledger fares.
#[derive(Clone)]
pub(super) struct Pulse(pub Arc<LedgerView>, Arc<Told>);

struct Told {
    newest_at: Timestamp,
    overdue: Option<u64>,
}

impl Pulse {
    /// When the newest entry was recorded, which the checkpoint signs.
    pub(super) fn newest_at(&self) -> Timestamp {
        self.1.newest_at
    }

    /// How many clocks were missed; none while nobody can tell.
    pub(super) fn overdue(&self) -> Option<u64> {
        self.1.overdue
    }

    /// Minutes east of Greenwich of the ledger's days.
    pub(super) fn utc_offset_min(&self) -> i32 {
        self.0.utc_offset_min
    }
}

/// The pulse of the newest entry and day: what changes neither is told without looking again.
#[derive(Default)]
pub(super) struct Pulses(Mutex<Option<(u64, Date, Arc<Told>)>>);

impl Pulses {
    /// How the ledger fares now; none where it does not say.
    pub(super) async fn newest(&self, source: &Source) -> Option<Pulse> {
        self.asked(source).await.ok()
    }

    async fn asked(&self, source: &Source) -> Result<Pulse, Problem> {
        let ledger: LedgerView = source.json("/v1/ledger").await?;
        let now = (ledger.size, ledger.today);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((.., told)) = kept.filter(|(size, today, _)| (*size, *today) == now) {
            return Ok(Pulse(Arc::new(ledger), told));
        }
        let newest: EventView = source.json(&format!("/v1/events/{}", ledger.size.saturating_sub(1))).await?;
        let clocks = source.json(&format!("/v1/clocks?limit={COUNTED}")).await;
        let overdue =
            clocks.ok().map(|page: ClockPage| page.clocks.iter().filter(|one| one.missed).count() as u64);
        let told = Arc::new(Told { newest_at: newest.row.recorded_at, overdue });
        if overdue.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now.0, now.1, told.clone()));
        }
        Ok(Pulse(Arc::new(ledger), told))
    }
}
