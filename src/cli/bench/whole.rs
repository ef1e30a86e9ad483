//! Whole ledgers: audited, rebuilt from their own log, started, measured on disk.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use super::alliance::{log_key, subject};
use super::ceiling;
use super::child::Served;
use super::ledgers::{Kept, bytes_without_vault};
use super::load::{Pace, get};
use crate::client::{Auditing, Source, audit_log, export, import};
use crate::clock::Clock;
use crate::ledger::{Archive, Claim, LOG_KEY_FILE, Ledger, Setup};
use crate::log::TileId;
use crate::vault::write_secret;

/// Signatures checked per second in an audit and in a rebuild, each divided by the ceiling.
pub(super) struct Replayed {
    /// Of an audit of an export.
    pub audit_ratio: f64,
    /// Of a start on entries alone.
    pub rebuild_ratio: f64,
}

/// Audits an export of the ledger, and starts a ledger that holds nothing but its entries.
///
/// # Errors
/// When the audit finds something, or a file cannot be read or written.
pub(super) fn replay(kept: &Kept, runs: usize) -> anyhow::Result<Vec<Replayed>> {
    let folder = tempfile::tempdir_in(kept.directory.parent().unwrap_or(Path::new(".")))?;
    let exported = folder.path().join("export");
    export(&Archive::open(&kept.directory)?, &exported, &mut |_, _, _| {})?;
    let runtime = tokio::runtime::Handle::current();
    let source = Source::Folder(exported.clone());
    let one = |run: usize| {
        let ((report, audit_s), audit_ceiling) = ceiling::around(|| {
            let started = Instant::now();
            let report =
                runtime.block_on(audit_log(&source, &Auditing::default(), &mut |_, _, _| {}))?.report;
            Ok((report, started.elapsed().as_secs_f64()))
        })?;
        anyhow::ensure!(report.is_clean(), "the audit found {:?}", report.findings.first());
        let restored = folder.path().join(format!("restored-{run}"));
        std::fs::create_dir(&restored)?;
        write_secret(&restored.join(LOG_KEY_FILE), &log_key())?;
        runtime.block_on(import(&exported, &restored, None, None, &mut |_, _, _| {}))?;
        let (rebuild_s, rebuild_ceiling) = ceiling::around(|| rebuild(&restored))?;
        std::fs::remove_dir_all(&restored)?;
        let ratio = |seconds: f64, ceiling: f64| report.signatures as f64 / seconds / ceiling;
        Ok(Replayed {
            audit_ratio: ratio(audit_s, audit_ceiling),
            rebuild_ratio: ratio(rebuild_s, rebuild_ceiling),
        })
    };
    (0..runs).map(one).collect()
}

/// Seconds to make all state from the entries of a data directory that holds no derived tables.
fn rebuild(directory: &Path) -> anyhow::Result<f64> {
    let started = Instant::now();
    // What was imported signs only once it is told to.
    let setup = Setup { claim: Claim::TakeOver, ..Setup::at(directory, Clock::system())? };
    let ledger = Ledger::open(setup)?;
    let took = started.elapsed().as_secs_f64();
    ledger.close();
    Ok(took)
}

/// Seconds from starting the server until it is ready, and what it holds in memory.
pub(super) struct Started {
    /// Seconds until it is ready.
    pub start_s: f64,
    /// The same where no image of the state was ever written.
    pub without_image_s: f64,
    /// Megabytes once it is ready.
    pub start_mb: f64,
    /// Megabytes after the score of every subject was read.
    pub read_mb: f64,
    /// The most megabytes that it ever held.
    pub peak_mb: f64,
}

/// Starts a server on the ledger and reads every subject's score.
///
/// # Errors
/// When it does not start or answer.
pub(super) fn start(kept: &Kept) -> anyhow::Result<Started> {
    let served = Served::ledger(&kept.directory, &[])?;
    let start_mb = served.resident_mb()?;
    let reads = (0..kept.subjects()).map(|number| get(&format!("/v1/subjects/{}/score", subject(number))));
    served.load(16, Pace::Closed).send(&reads.collect::<Vec<_>>())?.all(200)?;
    let (read_mb, peak_mb) = (served.resident_mb()?, served.peak_rss_mb()?);
    let start_s = served.start.as_secs_f64();
    served.stop()?;
    let derived = kept.directory.join("derived");
    if derived.exists() {
        std::fs::remove_dir_all(derived)?;
    }
    let served = Served::ledger(&kept.directory, &[])?;
    let without_image_s = served.start.as_secs_f64();
    served.stop()?;
    Ok(Started { start_s, without_image_s, start_mb, read_mb, peak_mb })
}

/// Bytes on disk without attachments, and bytes of entries and of all tile hashes.
///
/// # Errors
/// When the directory cannot be read.
pub(super) fn disk(kept: &Kept) -> anyhow::Result<(u64, u64)> {
    let archive = Archive::open(&kept.directory)?;
    let mut needed = 0;
    archive.reader.entries(0, u64::MAX, &mut |_, entry| {
        needed += entry.len() as u64;
        ControlFlow::Continue(())
    })?;
    let size = archive.head.checkpoint().size;
    needed += TileId::of_size(size).map(|tile| 32 * u64::from(tile.width)).sum::<u64>();
    drop(archive);
    Ok((bytes_without_vault(&kept.directory)?, needed))
}
