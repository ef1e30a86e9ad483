//! Durable events per second, by batch and by single posts, and how long an acknowledgement takes.

use std::time::Instant;

use super::ceiling;
use super::child::Served;
use super::ledgers::Kept;
use super::load::{Outcome, Pace, post};
use super::signing::on_every_core;
use super::workload::{Planned, Workload};
use crate::ledger::Submission;

/// Connections that post single events.
pub(super) const SINGLES: usize = 64;
/// Connections that post batches.
const BATCHERS: usize = 4;
/// Lines of one batch.
const BATCH_LINES: usize = 1_000;
const BATCH: &str = "/v1/events/batch?receipts=false";

/// Events per second and what they are of the ceiling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Accepted events per second.
    pub events_per_s: f64,
    /// Their signatures per second, divided by the ceiling.
    pub ratio: f64,
    /// The ceiling before and after.
    pub ceiling_per_s: f64,
}

fn signatures(planned: &[Planned]) -> usize {
    planned.iter().map(|one| one.signers.len()).sum()
}

/// Sends live events by batch, several batches on their way at once.
///
/// # Errors
/// When not all are accepted.
pub(super) fn batch(
    served: &Served,
    kept: &mut Kept,
    workload: &mut Workload,
    events: usize,
) -> anyhow::Result<Rate> {
    let planned = kept.live(workload, events)?;
    let signatures = signatures(&planned);
    let lines = on_every_core(planned, |one| one.sign().to_json() + "\n");
    let requests: Vec<Vec<u8>> = lines
        .chunks(BATCH_LINES)
        .map(|lines| post(BATCH, "application/x-ndjson", lines.concat().as_bytes()))
        .collect();
    drop(lines);
    let mut load = served.load(BATCHERS, Pace::Closed);
    load.keep = true;
    let (outcome, ceiling_per_s) = ceiling::around(|| load.send(&requests)?.all(200))?;
    check_fates(&outcome, events)?;
    Ok(rate(&outcome, events, signatures, ceiling_per_s))
}

fn check_fates(outcome: &Outcome, events: usize) -> anyhow::Result<()> {
    let lines = || outcome.bodies.iter().flat_map(|body| body.split(|byte| *byte == b'\n'));
    let is_new = |line: &&[u8]| line.windows(13).take(24).any(|window| window == b"\"status\":201,");
    let accepted = lines().filter(is_new).count();
    if accepted == events {
        return Ok(());
    }
    let refused = lines().find(|line| !line.is_empty() && !is_new(line)).unwrap_or_default();
    anyhow::bail!("{accepted} of {events} were accepted: {}", String::from_utf8_lossy(refused))
}

/// Sends live events one by one over keep-alive connections.
///
/// # Errors
/// When not all are accepted.
pub(super) fn singles(
    served: &Served,
    kept: &mut Kept,
    workload: &mut Workload,
    events: usize,
) -> anyhow::Result<Rate> {
    let planned = kept.live(workload, events)?;
    let signatures = signatures(&planned);
    let requests = posts(planned);
    let load = served.load(SINGLES, Pace::Closed);
    let (outcome, ceiling_per_s) = ceiling::around(|| load.send(&requests)?.all(201))?;
    Ok(rate(&outcome, events, signatures, ceiling_per_s))
}

/// Sends live events at a given rate.
///
/// # Errors
/// When not all are accepted.
pub(super) fn paced(
    served: &Served,
    kept: &mut Kept,
    workload: &mut Workload,
    events: usize,
    per_s: f64,
) -> anyhow::Result<Outcome> {
    let requests = posts(kept.live(workload, events)?);
    served.load(SINGLES, Pace::Open(per_s)).send(&requests)?.all(201)
}

/// Sends live events over many more connections than the queue takes; those refused come again.
///
/// # Errors
/// When not all are accepted in the end.
pub(super) fn overload(
    served: &Served,
    kept: &mut Kept,
    workload: &mut Workload,
    events: usize,
    connections: usize,
) -> anyhow::Result<Outcome> {
    let requests = posts(kept.live(workload, events)?);
    served.load(connections, Pace::Closed).send(&requests)?.all(201)
}

fn posts(planned: Vec<Planned>) -> Vec<Vec<u8>> {
    let signed: Vec<Submission> = on_every_core(planned, Planned::sign);
    signed.iter().map(|one| post("/v1/events", "application/json", one.to_json().as_bytes())).collect()
}

fn rate(outcome: &Outcome, events: usize, signatures: usize, ceiling_per_s: f64) -> Rate {
    let took = outcome.took.as_secs_f64();
    Rate {
        events_per_s: events as f64 / took,
        ratio: signatures as f64 / took / ceiling_per_s,
        ceiling_per_s,
    }
}

/// Seconds that a piece of work takes.
pub(super) fn seconds<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    let started = Instant::now();
    let outcome = work()?;
    Ok((outcome, started.elapsed().as_secs_f64()))
}
