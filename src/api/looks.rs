//! Long looks: what takes more than a moment leaves the threads that answer, one at a time of a kind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{App, Bounds, Problem};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// The whole ledger, on every core.
    Ledger,
    /// Events about a subject and what each did.
    History,
    /// The moves of a score, past and to come.
    Steps,
    /// Subjects or paid work that something fits.
    Search,
    /// Entries that something fits.
    Entries,
    /// An event that is judged and not recorded.
    Check,
    /// Drafts that wait for signatures.
    Drafts,
    /// What is added to them.
    Drafting,
    /// Pieces of files with every score.
    Scores,
}

/// How many kinds there are.
const KINDS: usize = 9;

/// Who looks and who waits to.
pub(super) struct Looks {
    kinds: [Kind; KINDS],
    patience: Duration,
    time: Duration,
}

struct Kind {
    /// Those who look or wait to.
    places: Arc<Semaphore>,
    alone: Arc<Semaphore>,
}

/// A turn to look; over when dropped.
pub(super) struct Turn {
    until: Instant,
    _place: OwnedSemaphorePermit,
    _alone: OwnedSemaphorePermit,
}

impl Turn {
    /// Whether a look that can go on later should stop here.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }
}

impl Looks {
    /// Nobody looks yet.
    pub(super) fn new(bounds: &Bounds) -> Self {
        let kind = |_| Kind {
            places: Arc::new(Semaphore::new(bounds.looks_waiting + 1)),
            alone: Arc::new(Semaphore::new(1)),
        };
        Self { kinds: std::array::from_fn(kind), patience: bounds.look_patience, time: bounds.look }
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// `look.busy` where too many wait already, or it takes too long.
    pub(super) async fn turn(&self, look: Look) -> Result<Turn, Problem> {
        let kind = &self.kinds[look as usize];
        let place = kind.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let alone = tokio::time::timeout(self.patience, kind.alone.clone().acquire_owned()).await;
        let alone = alone.ok().and_then(Result::ok).ok_or_else(busy)?;
        Ok(Turn { until: Instant::now() + self.time, _place: place, _alone: alone })
    }
}

/// The problem with too many who ask for the same.
pub(super) fn busy() -> Problem {
    Problem::new(503, "look.busy", "many ask for this at once: ask again in a second, or for less")
}

impl App {
    /// Looks apart from those who answer, when it is this look's turn.
    ///
    /// # Errors
    /// `look.busy`, or what the look ends with.
    pub(super) async fn look<T: Send + 'static>(
        self: &Arc<Self>,
        look: Look,
        at: impl FnOnce(&App, &Turn) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.looks.turn(look).await?;
        let app = self.clone();
        // Whoever asked may leave; the look goes on, and the next one waits for it.
        let looked = tokio::task::spawn_blocking(move || at(&app, &turn)).await;
        looked.map_err(|error| Problem::new(500, "look.stopped", error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_looks_some_wait_and_the_rest_are_sent_away() {
        let look_patience = Duration::from_millis(100);
        let bounds = Bounds { looks_waiting: 1, look_patience, ..Bounds::default() };
        let looks = Arc::new(Looks::new(&bounds));
        let first = looks.turn(Look::History).await.unwrap();
        assert!(looks.turn(Look::Steps).await.is_ok(), "another kind has turns of its own");
        let waiting = tokio::spawn({
            let looks = looks.clone();
            async move { looks.turn(Look::History).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(looks.turn(Look::History).await.err().unwrap().code, "look.busy");
        drop(first);
        assert!(waiting.await.unwrap().is_ok());
        let _held = looks.turn(Look::History).await.unwrap();
        assert_eq!(looks.turn(Look::History).await.err().unwrap().status, 503, "patience ends");
    }

    /// What is asked of a served demo: status and the problem's code.
    async fn asked(base: &str, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        let status = answer.status().as_u16();
        let body: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn while_looks_are_held_everything_else_is_answered() {
        use crate::clock::Clock;
        use crate::ledger::{Ledger, Setup};
        let directory = tempfile::tempdir().unwrap();
        let today = "2026-06-01".parse().unwrap();
        crate::demo::seed(directory.path(), today).await.unwrap();
        let setup = Setup::at(directory.path(), Clock::system()).unwrap();
        let ledger = Arc::new(Ledger::open(setup).unwrap());
        let bounds =
            Bounds { looks_waiting: 1, look_patience: Duration::from_millis(100), ..Bounds::default() };
        let (router, app) = crate::api::parts(ledger, Some(today), bounds);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(crate::api::serve(listener, router, bounds, std::future::pending()));
        let kol = crate::demo::subject("han");
        let long = [
            format!("/v1/subjects/{kol}/history?limit=1000"),
            format!("/v1/subjects/{kol}/history/steps"),
            format!("/v1/subjects/{kol}/next"),
            "/v1/subjects?q=han".to_owned(),
            "/v1/subjects?limit=1000".to_owned(),
            "/v1/subjects?as_of=2026-09-09".to_owned(),
            "/v1/collaborations".to_owned(),
            "/v1/clocks".to_owned(),
            "/v1/members/la-sen/clocks.ics".to_owned(),
            "/v1/members/la-sen/record".to_owned(),
            "/v1/policies/2/diff".to_owned(),
            "/v1/commitments/next".to_owned(),
            "/v1/events".to_owned(),
            "/v1/contests".to_owned(),
            "/v1/drafts".to_owned(),
            "/v1/scores.csv".to_owned(),
            "/v1/scores.ndjson".to_owned(),
        ];
        let mut held = Vec::new();
        let kinds = [Look::Ledger, Look::History, Look::Steps, Look::Search, Look::Entries, Look::Check];
        for look in kinds.into_iter().chain([Look::Drafts, Look::Drafting, Look::Scores]) {
            held.push(app.looks.turn(look).await.unwrap());
        }
        for path in &long {
            assert_eq!(asked(&base, path).await, (503, "look.busy".to_owned()), "{path}");
        }
        for path in ["/healthz", "/readyz", "/checkpoint", "/v1/events/3", "/v1/members", "/v1/subjects"] {
            assert_eq!(asked(&base, path).await.0, 200, "{path}");
        }
        assert_eq!(asked(&base, &format!("/v1/subjects/{kol}/score")).await.0, 200);
        let http = reqwest::Client::new();
        let known = http.get(format!("{base}/v1/events/3")).send().await.unwrap();
        let known: serde_json::Value = serde_json::from_slice(&known.bytes().await.unwrap()).unwrap();
        let again = http.post(format!("{base}/v1/events")).body(known["envelope"].to_string());
        assert_eq!(again.send().await.unwrap().status(), 200);
        drop(held);
        for path in &long {
            assert_eq!(asked(&base, path).await, (200, String::new()), "{path}");
        }
    }
}
