//! The ranking that somebody asks for: the newest, or that of a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Ranking;
use crate::api::looks::Look;
use crate::api::{App, Problem};
use crate::facts::At;
use crate::ledger::Snapshot;

/// How long a listing waits for the entries of a ledger at rest to be ranked.
const PATIENCE_AT_REST: Duration = Duration::from_secs(2);
/// How long it does while more are recorded.
const PATIENCE_MOVING: Duration = Duration::from_millis(100);

impl App {
    /// The newest ranking. Who asks a ledger at rest sees what was written; while writes or a new day
    /// go on, an older one answers sooner than it would be brought forward.
    pub(in crate::api) async fn newest_ranking(&self, snapshot: &Arc<Snapshot>) -> Arc<Ranking> {
        let asked = Instant::now();
        loop {
            let ranking = self.rankings.newest(snapshot, self.latest()).await;
            let at_rest = self.ledger.snapshot().size() == snapshot.size();
            let patience = if at_rest { PATIENCE_AT_REST } else { PATIENCE_MOVING };
            if ranking.at.size >= snapshot.size() || asked.elapsed() >= patience {
                return ranking;
            }
        }
    }

    /// The ranking of a moment that is not the newest.
    ///
    /// # Errors
    /// `look.busy`.
    pub(in crate::api) async fn ranking_at(
        self: &Arc<Self>,
        snapshot: Arc<Snapshot>,
        at: At,
    ) -> Result<Arc<Ranking>, Problem> {
        if let Some(kept) = self.rankings.kept(at) {
            return Ok(kept);
        }
        self.look(Look::Ledger, move |app, _| Ok(app.rankings.at(&snapshot, at))).await
    }
}
