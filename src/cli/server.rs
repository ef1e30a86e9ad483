//! `demo`, `serve`

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;

use super::beginning::Looks;
use super::coded::here;
use super::consent::Consent;
use super::door::Door;
use super::output::{self, say, tell};
use super::{checkpoint, count, screen, seal};
use crate::api;
use crate::clock::Clock;
use crate::demo;
use crate::dsse::SecretKey;
use crate::ledger::{Check, Claim, Hold, Ledger, Setup, confirm_clock, descriptors, keep_committing};
use crate::limits;
use crate::time::Date;
use crate::vault::read_secret;
use crate::web;

/// How long requests under way may take once the process is asked to stop.
const GRACE: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem serve --data my-ledger --listen 127.0.0.1:8080")]
pub(super) struct Serve {
    /// The data directory
    #[arg(long)]
    data: PathBuf,
    /// The log's key file, apart from the data directory; the one in it unless given
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// The newest checkpoint known outside, in a file, a receipt, an export or at an address: a directory that
    /// did not sign last may sign if it holds all that this is of
    #[arg(long, value_name = "FILE|URL")]
    newest: Option<String>,
    /// Sign here although nobody knows whether another directory signed more: what was recorded there since
    /// is lost, and whoever holds a receipt of it can prove that. From which entry and time on is said first,
    /// and asked at a terminal; elsewhere it takes --yes
    #[arg(long, conflicts_with = "newest")]
    take_over: bool,
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", value_parser = host_and_port)]
    listen: String,
    /// Most events on their way at once; beyond that the answer is 503
    #[arg(long, default_value_t = limits::QUEUE_EVENTS, value_parser = count::up_to(limits::QUEUE_EVENTS_MOST))]
    queue: usize,
    /// The operator's key: commit to the state daily, so that scores can be proven
    #[arg(long)]
    operator_key: Option<PathBuf>,
    /// Commit to it after so many entries too
    #[arg(long, default_value_t = limits::COMMITMENT_ENTRIES, requires = "operator_key", value_parser = clap::value_parser!(u64).range(1..=limits::COMMITMENT_ENTRIES_MOST))]
    commit_every: u64,
    #[command(flatten)]
    door: Door,
    /// Take over without asking, where --take-over is given, or --newest with a mirror that shows no more than is
    /// here; no variable of the environment says so
    #[arg(long)]
    yes: bool,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let bounds = self.door.bounds()?;
        let listener = listen(&self.listen).await?;
        let (claim, mirror) = match &self.newest {
            Some(newest) => checkpoint::newest(newest, &self.data).await?,
            None if self.take_over => (Claim::TakeOver, false),
            None => (Claim::Unchanged, false),
        };
        let operator_key = self.operator_key.as_deref().map(read_secret).transpose()?;
        let operator = self.operator_key.zip(operator_key.as_ref().map(SecretKey::public));
        let (data, consent) = (self.data.clone(), Consent::said(self.yes));
        let check = Looks { data, newest: self.newest, mirror, operator, consent }.check();
        let ledger = open(&self.data, self.log_key, self.queue, claim, Some(check)).await?;
        let seal = seal::Watched::new(&self.data, &listener.local_addr()?.to_string(), ledger.clone());
        screen::go_on_unheard();
        say!("{}\n{}", ledger.origin(), ledger.log_vkey());
        say!("http://{} serves {} entries", listener.local_addr()?, ledger.snapshot().size());
        tell_start(&ledger, bounds, operator_key.is_some());
        let watch = tokio::spawn(seal.watch());
        let served =
            Self::committing(operator_key, self.commit_every, listener, ledger.clone(), bounds).await;
        watch.abort();
        tell!("stopped: {} entries are durable", ledger.snapshot().size());
        served
    }

    /// Serves, and commits to the state where the operator's key is at hand.
    async fn committing(
        operator_key: Option<SecretKey>,
        commit_every: u64,
        listener: TcpListener,
        ledger: Arc<Ledger>,
        bounds: api::Bounds,
    ) -> anyhow::Result<u8> {
        let operator = ledger.snapshot().state.ledger().map(|one| one.operator.clone());
        let Some((key, operator)) = operator_key.zip(operator) else {
            return serve(listener, ledger, None, bounds).await;
        };
        tokio::select! {
            served = serve(listener, ledger.clone(), None, bounds) => served,
            () = keep_committing(ledger, operator, key, commit_every) => Ok(0),
        }
    }
}

/// Says what is signed since when, and the bounds in force.
fn tell_start(ledger: &Ledger, bounds: api::Bounds, commits: bool) {
    let newest_at = ledger.snapshot().state.last_at();
    match ledger.held() {
        None => tell!("signs what comes in; the newest entry is of {newest_at}"),
        Some(hold) => {
            tell!("takes no writes ({}); the newest entry is of {newest_at}", hold.code());
        }
    }
    let mib = |bytes: u64| bytes / (1024 * 1024);
    let commits = if commits { "commits to the state daily" } else { "no --operator-key, so no commitments" };
    tell!(
        "at most {} connections, {} MiB of batches on their way; under one key in a day {} events and {} MiB; {commits}",
        bounds.connections,
        mib(bounds.batch_bytes as u64),
        bounds.key_events,
        mib(bounds.key_bytes),
    );
}

async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::AddrInUse => "listen.taken",
            _ => "listen.refused",
        };
        here(code, format!("{address}: {error}; choose another with --listen")).into()
    })
}

/// Where to listen: a host and a port.
fn host_and_port(text: &str) -> Result<String, String> {
    let expected = |what: &str| {
        format!(
            "{what}: expected HOST:PORT, such as 127.0.0.1:8080, or [::]:8080 for every address (port 0 takes a free one)"
        )
    };
    if text.contains("://") {
        return Err(expected("an address to listen at has no scheme"));
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(|| expected("it has no port"))?;
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.is_empty() {
        return Err(expected("it has no host"));
    }
    if host.contains(':') && !bracketed {
        return Err(expected("an IPv6 address stands in brackets"));
    }
    let is_port = port.parse::<u16>().is_ok_and(|number| number.to_string() == port);
    if is_port { Ok(text.to_owned()) } else { Err(expected("its port is no number from 0 to 65535")) }
}

async fn open(
    directory: &Path,
    log_key: Option<PathBuf>,
    queue_events: usize,
    claim: Claim,
    check: Option<Check>,
) -> anyhow::Result<Arc<Ledger>> {
    if let Some(few) = descriptors::few(descriptors::raise()) {
        tell!("{few}");
    }
    let directory = directory.to_owned();
    let open = move || {
        let setup = Setup::with_key(&directory, log_key.as_deref(), Clock::system())?;
        Ledger::open(Setup { queue_events, claim, check, ..setup })
    };
    Ok(Arc::new(tokio::task::spawn_blocking(open).await??))
}

/// Serves until a signal comes.
async fn serve(
    listener: TcpListener,
    ledger: Arc<Ledger>,
    today: Option<Date>,
    bounds: api::Bounds,
) -> anyhow::Result<u8> {
    let (tell, mut told) = tokio::sync::watch::channel(false);
    // Before anybody is answered, so that whoever saw it serve can end it in order.
    let signalled = signalled();
    let shutdown = async move {
        signalled.await;
        tell.send_replace(true);
    };
    let overdue = async {
        let _ = told.wait_for(|told| *told).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = api::serve(listener, web::router(ledger.clone(), today, bounds), bounds, shutdown) => {}
        () = overdue => tracing::warn!("connections that did not end in time are cut off"),
    }
    let holds = ledger.holds().clone();
    tokio::task::spawn_blocking(move || ledger.close()).await?;
    match holds.standing().into_iter().find(|hold| matches!(hold, Hold::Stopped(_))) {
        None => Ok(0),
        Some(hold) => anyhow::bail!("{hold} ({})", hold.code()),
    }
}

/// Waits for an interrupt or a request to terminate that comes from this call on.
pub(super) fn signalled() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            // What cannot be waited for ends the process by itself.
            _ => std::future::pending().await,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem demo --data demo-data")]
pub(super) struct Demo {
    /// The data directory; a throw-away one unless given
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080", value_parser = host_and_port)]
    listen: String,
    /// The day the demo is seen on; today in Việt Nam unless given
    #[arg(long)]
    today: Option<Date>,
    /// Seed the data directory and stop
    #[arg(long, requires = "data")]
    seed_only: bool,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let now = Clock::system().now();
        let latest = now.date_at(demo::UTC_OFFSET_MIN);
        let today = self.today.unwrap_or(latest);
        if today > latest {
            anyhow::bail!("{today} is after today, {latest}: the demo's past must have happened");
        }
        let throw_away = if self.data.is_none() { Some(tempfile::tempdir()?) } else { None };
        let directory = match (&self.data, &throw_away) {
            (Some(data), _) => data.clone(),
            (None, Some(throw_away)) => throw_away.path().to_owned(),
            (None, None) => unreachable!("one of the two is there"),
        };
        let listener = if self.seed_only { None } else { Some(listen(&self.listen).await?) };
        tell!("tạo sổ cái mẫu, mất ít giây / making the demo's ledger, which takes some seconds");
        demo::seed(&directory, today).await?;
        let Some(listener) = listener else { return Ok(0) };
        // Whoever asks for a demo of a day long past asks for its clock, too.
        confirm_clock(&directory, Clock::system().now())?;
        let ledger = open(&directory, None, limits::QUEUE_EVENTS, Claim::Unchanged, None).await?;
        demo::check_day(&ledger, today)?;
        let address = listener.local_addr()?.to_string();
        let seal = seal::Watched::new(&directory, &address, ledger.clone());
        screen::go_on_unheard();
        let program = std::env::current_exe()?;
        let program = program.parent().unwrap_or(&program);
        output::as_is(&demo::welcome(&format!("http://{address}"), &ledger, today, &directory, program));
        let watch = tokio::spawn(seal.watch());
        let served = serve(listener, ledger, Some(today), api::Bounds::default()).await;
        watch.abort();
        served
    }
}
