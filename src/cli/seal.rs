//! Ending a term: `seal`

use std::fs::remove_file;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::coded::here;
use super::consent::Consent;
use super::output::{Answer, tell};
use super::placed;
use super::written::Overwriting;
use crate::clock::Clock;
use crate::ledger::{LOG_KEY_FILE, Ledger, OpenError, Setup, present};
use crate::log::SignedCheckpoint;
use crate::store::{Heads, ReadOnly, Standing, StoreError, create_private_file};

/// The file by which the process that has a directory is asked to seal it: only who may write there can ask.
const ASKED: &str = "seal-asked";
/// The file that says where the process that has a directory listens.
const ADDRESS: &str = "address";
/// How often that process looks.
const LOOKS: Duration = Duration::from_millis(200);
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem seal --data my-ledger --out last.checkpoint")]
pub(super) struct Seal {
    /// The data directory
    #[arg(long)]
    data: PathBuf,
    /// The log's key file, apart from the data directory; the one in it unless given
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// Where to write the last checkpoint; printed unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    consent: Consent,
}

/// What no directory can find out by itself.
const ONE_PLACE: &str = "start one copy of it only: each copy that is given the last checkpoint signs, and none can know of another";

impl Seal {
    /// Asks at a terminal before a term ends.
    fn agreed(&self) -> anyhow::Result<()> {
        // Where there is no ledger, or no term to end, nothing is decided.
        if present(&self.data).is_err() || !matches!(sealed(&self.data), Ok(None)) {
            return Ok(());
        }
        let shown = format!(
            "About to seal {data}: it takes no writes from then on, also where it runs, and goes on only as one copy of \
             itself (\"Move\" in `tinnhiem guide operator`). To stop it for a while, stop the process instead.\n",
            data = self.data.display()
        );
        if self.consent.given(&shown, "Seal it? [y/N] ")? {
            return Ok(());
        }
        anyhow::bail!(here("consent.declined", "nothing was sealed"))
    }

    /// How the ledger goes on, given where its last checkpoint lies.
    fn next(&self, last: &str) -> String {
        let word = placed::word(&self.data);
        let key = match &self.log_key {
            Some(file) => format!(" --log-key {}", placed::word(file)),
            None if self.data.join(LOG_KEY_FILE).exists() => String::new(),
            None => " --log-key FILE".to_owned(),
        };
        format!(
            "Next, where the ledger goes on:\n  cp -a {word} moved\n  tinnhiem serve --data moved{key} --newest {last}\nSealed by \
             mistake: the same, or, where no copy was started, `tinnhiem serve --data {word}{key} --take-over`"
        )
    }

    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        self.agreed()?;
        let (data, log_key) = (self.data.clone(), self.log_key.clone());
        let note = tokio::task::spawn_blocking(move || seal(&data, log_key.as_deref())).await??;
        let size = SignedCheckpoint::claim(&note)?.size;
        let data = self.data.display();
        let value = serde_json::json!({"size": size, "checkpoint": note, "file": self.out});
        tell!("{ONE_PLACE}");
        match out {
            Some(out) => {
                let path = out.path();
                out.write(&note)?;
                let words = format!(
                    "{data} is sealed at {size} entries; its last checkpoint is in {}",
                    path.display()
                );
                tell!("{}", self.next(&placed::word(&path)));
                self.answer.tell(&value, &words)
            }
            None => {
                tell!("{}", self.next("LAST"));
                tell!("{data} is sealed at {size} entries; its last checkpoint, to be kept in a file LAST:");
                self.answer.tell(&value, note.trim_end_matches('\n'))
            }
        }
    }
}

/// Seals a directory, by whoever has it open; the last checkpoint.
fn seal(data: &Path, log_key: Option<&Path>) -> anyhow::Result<String> {
    present(data)?;
    if let Some(note) = sealed(data)? {
        return Ok(note);
    }
    match Setup::with_key(data, log_key, Clock::system()) {
        Ok(setup) => {
            let ledger = Ledger::open(setup)?;
            let sealed = ledger.seal()?;
            ledger.close();
            Ok(sealed.note().to_owned())
        }
        Err(OpenError::Store(StoreError::Locked(holder))) => ask(data, &holder),
        Err(error) => Err(error.into()),
    }
}

/// Has the process that holds the directory seal it.
fn ask(data: &Path, holder: &str) -> anyhow::Result<String> {
    let asked = data.join(ASKED);
    create_private_file(&asked).with_context(|| asked.display().to_string())?;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        std::thread::sleep(LOOKS);
        if let Some(note) = sealed(data)? {
            return Ok(note);
        }
        if !asked.exists() {
            anyhow::bail!("process {holder} did not seal {}: its log says why", data.display());
        }
    }
    let _ = remove_file(&asked);
    anyhow::bail!("process {holder} has {} and does not answer: stop it, then run this again", data.display())
}

/// The last checkpoint, where a directory is sealed.
pub(super) fn sealed(data: &Path) -> anyhow::Result<Option<String>> {
    let heads = Heads::open(data)?;
    let is_sealed = heads.standing() == Standing::ReadOnly(ReadOnly::Sealed);
    let note = heads.last().filter(|_| is_sealed);
    Ok(note.map(|note| String::from_utf8_lossy(note).into_owned()))
}

/// Where the process that has a directory listens; none where it does not say.
pub(super) fn address(data: &Path) -> Option<String> {
    std::fs::read_to_string(data.join(ADDRESS)).ok().map(|address| address.trim().to_owned())
}

/// A served directory: it says where, and is sealed when that is asked for.
pub(super) struct Watched {
    data: PathBuf,
    ledger: Arc<Ledger>,
    /// Where it is served; none once its file says so.
    untold: Option<String>,
}

impl Watched {
    /// Says where the directory is served, as soon as its disk takes that: reads need no room. What was asked
    /// of a process before it is forgotten.
    pub(super) fn new(data: &Path, address: &str, ledger: Arc<Ledger>) -> Self {
        let _ = remove_file(data.join(ASKED));
        let untold = Some(format!("http://{address}\n"));
        let mut watched = Self { data: data.to_owned(), ledger, untold };
        if let Err(error) = watched.say_where() {
            let path = watched.data.join(ADDRESS);
            tracing::warn!(%error, "{} is not written yet, so other commands are not told where this process listens", path.display());
        }
        watched
    }

    fn say_where(&mut self) -> std::io::Result<()> {
        let Some(address) = &self.untold else { return Ok(()) };
        let path = self.data.join(ADDRESS);
        let mut file = create_private_file(&path)?;
        if let Err(error) = std::io::Write::write_all(&mut file, address.as_bytes()) {
            let _ = remove_file(&path);
            return Err(error);
        }
        self.untold = None;
        Ok(())
    }

    /// Looks whether sealing is asked for, and seals; for as long as the directory is served.
    pub(super) async fn watch(mut self) {
        let asked = self.data.join(ASKED);
        let mut looks = tokio::time::interval(LOOKS);
        loop {
            looks.tick().await;
            let _ = self.say_where();
            if !asked.exists() {
                continue;
            }
            let ledger = self.ledger.clone();
            match tokio::task::spawn_blocking(move || ledger.seal()).await {
                Ok(Ok(last)) => tracing::warn!(size = last.checkpoint().size, "the ledger is sealed"),
                Ok(Err(error)) => tracing::error!(%error, "the ledger is not sealed"),
                Err(error) => tracing::error!(%error, "the ledger is not sealed"),
            }
            let _ = remove_file(&asked);
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = remove_file(self.data.join(ADDRESS));
    }
}
