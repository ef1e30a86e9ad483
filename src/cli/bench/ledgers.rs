//! Ledgers of the load's own: built in this process, and kept where asked.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::alliance;
use super::bodies::policy;
use super::signing::on_every_core;
use super::workload::{Planned, Scale, Story, Workload};
use crate::clock::Clock;
use crate::ledger::{self, LOG_KEY_FILE, Ledger, Setup};
use crate::time::{Date, Timestamp};
use crate::vault::write_secret;

/// Events planned and signed together.
const CHUNK: usize = 4_096;
/// Days that a history is spread over: fourteen months.
const DAYS: i32 = 425;
/// The file beside a ledger that says how it was made.
const RECIPE: &str = "bench.json";
/// Raised with every change of what a workload makes: a kept ledger of another can not be gone on with.
const EDITION: u32 = 4;
/// The seed of histories.
const SEED: u64 = 1;

/// A ledger that `bench --prepare` builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
pub(super) enum Kind {
    /// 10,000 events, 500 subjects
    #[value(name = "10k")]
    Small,
    /// 100,000 events, 5,000 subjects
    #[value(name = "100k")]
    Hundred,
    /// 1 million events, 50,000 subjects
    #[value(name = "1m")]
    Million,
    /// 5 million events, 250,000 subjects
    #[value(name = "5m")]
    FiveMillion,
    /// 1 million rated subjects
    #[value(name = "subjects-1m")]
    MillionSubjects,
    /// 2,000 rated subjects
    #[value(name = "subjects-2k")]
    FewSubjects,
    /// One subject with 200 standing contributions
    #[value(name = "thorough")]
    Thorough,
}

/// How a ledger was made, so that its workload can go on.
#[derive(Debug, Serialize, Deserialize)]
struct Recipe {
    #[serde(default)]
    edition: u32,
    kind: Kind,
    seed: u64,
    /// The day on which its history ends.
    day: Date,
    /// How many live events were sent to it since, and when.
    phases: Vec<(usize, Timestamp)>,
}

/// A ledger on disk and what is known of it.
pub(super) struct Kept {
    /// Its data directory.
    pub directory: PathBuf,
    recipe: Recipe,
}

impl Kind {
    fn scale(self, day: Date) -> Scale {
        let (story, events, subjects) = match self {
            Self::Small => (Story::Mixed, 10_000, 500),
            Self::Hundred => (Story::Mixed, 100_000, 5_000),
            Self::Million => (Story::Mixed, 1_000_000, 50_000),
            Self::FiveMillion => (Story::Mixed, 5_000_000, 250_000),
            Self::MillionSubjects => (Story::EveryoneRated, 2_000_502, 1_000_000),
            Self::FewSubjects => (Story::EveryoneRated, 4_502, 2_000),
            Self::Thorough => (Story::OneThorough, 1_000, 10),
        };
        let (from, until) = (day.plus_days(-DAYS), day);
        let start = |date: Date| date.start_at(alliance::UTC_OFFSET_MIN);
        Scale { story, events, subjects, from: start(from), until: start(until) }
    }

    /// The name of its folder.
    pub(super) fn name(self) -> String {
        use clap::ValueEnum as _;
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Recipe {
    /// The opening's draft, and the workload after it.
    fn begin(&self) -> anyhow::Result<(crate::client::Draft, Workload)> {
        let scale = self.kind.scale(self.day);
        let policy = policy(scale.story == Story::EveryoneRated)?;
        let (origin, opening) = alliance::open("bench.example", policy, scale.from, scale.until)?;
        Ok((opening, Workload::new(&origin.to_string(), self.seed, scale)?))
    }

    fn write(&self, directory: &Path) -> anyhow::Result<()> {
        Ok(std::fs::write(directory.join(RECIPE), serde_json::to_vec(self)?)?)
    }
}

impl Kept {
    /// The ledger of a kind in a folder of ledgers; none when it is not there, or of another edition.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn find(folder: &Path, kind: Kind) -> anyhow::Result<Option<Self>> {
        let directory = folder.join(kind.name());
        let path = directory.join(RECIPE);
        if !path.exists() {
            return Ok(None);
        }
        let recipe: Recipe =
            serde_json::from_slice(&std::fs::read(&path)?).context(path.display().to_string())?;
        Ok((recipe.edition == EDITION).then_some(Self { directory, recipe }))
    }

    /// The ledger of a kind in a folder of ledgers, built when it is not there.
    ///
    /// # Errors
    /// What cannot be written, or an event that was refused.
    pub(super) fn prepare(
        folder: &Path,
        kind: Kind,
        progress: &mut dyn FnMut(u64, u64),
    ) -> anyhow::Result<Self> {
        if let Some(kept) = Self::find(folder, kind)? {
            return Ok(kept);
        }
        let directory = folder.join(kind.name());
        if directory.exists() {
            std::fs::remove_dir_all(&directory)
                .with_context(|| format!("{} is unfinished", directory.display()))?;
        }
        std::fs::create_dir_all(&directory)?;
        let day = Clock::system().now().date_at(alliance::UTC_OFFSET_MIN);
        let recipe = Recipe { edition: EDITION, kind, seed: SEED, day, phases: Vec::new() };
        build(&directory, &recipe, progress)?;
        recipe.write(&directory)?;
        Ok(Self { directory, recipe })
    }

    /// The workload after everything that was sent to it, which can go on.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn workload(&self) -> anyhow::Result<Workload> {
        let (_, mut workload) = self.recipe.begin()?;
        while workload.history().is_some() {}
        for (events, now) in &self.recipe.phases {
            workload.live(*events, *now);
        }
        Ok(workload)
    }

    /// More live events, to be sent before any others; that they were is noted beforehand.
    ///
    /// # Errors
    /// When it cannot be noted.
    pub(super) fn live(&mut self, workload: &mut Workload, events: usize) -> anyhow::Result<Vec<Planned>> {
        let now = Clock::system().now();
        self.recipe.phases.push((events, now));
        self.recipe.write(&self.directory)?;
        Ok(workload.live(events, now))
    }

    /// How many events it holds.
    pub(super) fn events(&self) -> u64 {
        let sent: usize = self.recipe.phases.iter().map(|(events, _)| events).sum();
        self.recipe.kind.scale(self.recipe.day).events + sent as u64
    }

    /// How many subjects its history enrols.
    pub(super) fn subjects(&self) -> usize {
        self.recipe.kind.scale(self.recipe.day).subjects
    }
}

fn build(directory: &Path, recipe: &Recipe, progress: &mut dyn FnMut(u64, u64)) -> anyhow::Result<()> {
    let total = recipe.kind.scale(recipe.day).events;
    let (opening, mut workload) = recipe.begin()?;
    write_secret(&directory.join(LOG_KEY_FILE), &alliance::log_key())?;
    let seats: Vec<_> = (0..alliance::THRESHOLD).map(|seat| alliance::Signer::Seat(seat).key()).collect();
    let opening = opening.sign(&seats.iter().collect::<Vec<_>>())?;
    let setup = Setup::create(directory, Clock::system())?;
    ledger::create(&setup, &opening.verify()?)?;
    drop(setup);
    let ledger = Ledger::open(Setup::at(directory, Clock::system())?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut last = Vec::new();
    loop {
        let planned: Vec<Planned> = std::iter::from_fn(|| workload.history()).take(CHUNK).collect();
        if planned.is_empty() {
            break;
        }
        let signed = on_every_core(planned, Planned::sign_as_verified);
        runtime.block_on(async {
            for fate in last.drain(..) {
                let fate: ledger::Fate = fate;
                fate.known().await?;
            }
            for event in signed {
                last.push(ledger.enqueue(event).await?);
            }
            anyhow::Ok(())
        })?;
        progress(ledger.snapshot().size(), total);
    }
    runtime.block_on(async {
        for fate in last {
            fate.known().await?;
        }
        anyhow::Ok(())
    })?;
    ledger.close();
    anyhow::ensure!(ledger.snapshot().size() == total, "{} of {total} events", ledger.snapshot().size());
    Ok(())
}

/// Bytes of the files below a folder, but for the vault.
///
/// # Errors
/// What cannot be read.
pub(super) fn bytes_without_vault(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "vault" {
                bytes += bytes_without_vault(&entry.path())?;
            }
        } else if entry.file_name() != RECIPE {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Body;

    /// Events of a thousand of the kinds that `is` picks.
    fn permille(planned: &[Planned], is: fn(&Body) -> bool) -> usize {
        planned.iter().filter(|one| is(&one.event.body)).count() * 1000 / planned.len()
    }

    #[test]
    fn the_mix_is_the_one_promised() {
        let day = "2026-06-01".parse().unwrap();
        let recipe = Recipe { edition: EDITION, kind: Kind::Hundred, seed: SEED, day, phases: Vec::new() };
        let (_, mut workload) = recipe.begin().unwrap();
        let history: Vec<_> = std::iter::from_fn(|| workload.history()).skip(2_000).collect();
        let live = workload.live(20_000, day.start_at(0));
        for planned in [history, live] {
            let speaking = permille(&planned, |body| {
                matches!(body, Body::AssessmentPublished(_) | Body::EndorsementPublished(_))
            });
            let contests = permille(&planned, |body| matches!(body, Body::ContestFiled(_)));
            assert!((680..=750).contains(&speaking), "{speaking} in a thousand assess or endorse");
            assert!((40..=60).contains(&contests), "{contests} in a thousand contest");
        }
    }

    #[test]
    fn phases_of_the_same_instants_have_no_event_twice() {
        let day = "2026-06-01".parse().unwrap();
        let recipe = Recipe { edition: EDITION, kind: Kind::Thorough, seed: SEED, day, phases: Vec::new() };
        let (_, mut workload) = recipe.begin().unwrap();
        while workload.history().is_some() {}
        let mut seen = std::collections::HashSet::new();
        let phases = (0..4).flat_map(|_| workload.live(5_000, day.start_at(0)));
        assert!(phases.into_iter().all(|one| seen.insert(one.payload)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_ledger_takes_every_event_of_a_history_and_of_live_phases_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let kind = Kind::Small;
        let prepare = || Kept::prepare(folder.path(), kind, &mut |_, _| {}).unwrap();
        let mut kept = tokio::task::block_in_place(prepare);
        for reversed in [false, true] {
            let mut workload = kept.workload().unwrap();
            let planned = kept.live(&mut workload, 2_000).unwrap();
            let mut events: Vec<_> = planned.into_iter().map(|one| one.sign().verify().unwrap()).collect();
            if reversed {
                events.reverse();
            }
            let ledger = Ledger::open(Setup::at(&kept.directory, Clock::system()).unwrap()).unwrap();
            for event in events {
                let payload = String::from_utf8_lossy(event.verified.payload()).into_owned();
                let fate = ledger.enqueue(event).await.unwrap().known().await;
                assert!(fate.as_ref().is_ok_and(|accepted| accepted.fresh), "{fate:?} {payload}");
            }
            tokio::task::block_in_place(|| ledger.close());
        }
        let again = Kept::find(folder.path(), kind).unwrap().unwrap();
        assert_eq!(again.recipe.phases.len(), 2);
    }
}
