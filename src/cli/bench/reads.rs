//! Scores, rankings and the turn of a day.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::alliance::subject;
use super::child::Served;
use super::ledgers::Kept;
use super::load::{Load, Outcome, Pace, get};
use super::workload::PROLOGUE;
use crate::clock::Clock;
use crate::ledger::{Ledger, Setup};
use crate::time::Date;

/// Connections that read.
const READERS: usize = 64;
/// Connections that ask for rankings: few, so that a latency is not the wait for one's turn.
const RANKERS: usize = 4;

/// Score reads per second and what they are of a bare route's with the same bytes.
///
/// # Errors
/// When an answer is not 200.
pub(super) fn score(served: &Served, kept: &Kept, time: Duration) -> anyhow::Result<(f64, f64)> {
    // Far enough down that its contributions are tens, not thousands.
    let path = format!("/v1/subjects/{}/score", subject(kept.subjects() / 50));
    let request = [get(&path)];
    let answer = served.load(1, Pace::Closed).once(&request[0])?;
    anyhow::ensure!(answer.status == 200, "{path} answers {}", answer.status);
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &answer.body)?;
    let bare = Served::bare(file.path())?;
    let pace = Pace::ClosedFor(time);
    let scores = served.load(READERS, pace).send(&request)?.all(200)?.per_s();
    let bares = bare.load(READERS, pace).send(&[get("/bare")])?.all(200)?.per_s();
    bare.stop()?;
    Ok((scores, bares))
}

/// Score reads per second where every subject is asked for in turn, so that few answers are asked for again.
///
/// # Errors
/// When an answer is not 200.
pub(super) fn spread(served: &Served, kept: &Kept, time: Duration) -> anyhow::Result<f64> {
    let path = |number| format!("/v1/subjects/{}/score", subject(number));
    let requests: Vec<_> = (0..kept.subjects()).map(|number| get(&path(number))).collect();
    Ok(served.load(READERS, Pace::ClosedFor(time)).send(&requests)?.all(200)?.per_s())
}

/// Microseconds to compute a score of 200 standing contributions at a size and date in the past.
///
/// # Errors
/// When the ledger cannot be opened.
pub(super) fn past_score(kept: &Kept, time: Duration) -> anyhow::Result<f64> {
    let ledger = Ledger::open(Setup::at(&kept.directory, Clock::system())?)?;
    let snapshot = ledger.snapshot();
    let state = &snapshot.state;
    let size = PROLOGUE as u64 + 202;
    let on = state.date_at_size(size).unwrap_or_default().plus_days(5);
    let at = state.moment(Some(size), Some(on), ledger.today())?;
    let mut count = 0_u32;
    let started = Instant::now();
    while started.elapsed() < time {
        anyhow::ensure!(black_box(state.score(black_box(&subject(0)), at)).is_some(), "there is no score");
        count += 1;
    }
    let us = started.elapsed().as_secs_f64() * 1e6 / f64::from(count);
    ledger.close();
    Ok(us)
}

/// Seconds from when a new day is first asked for until its ranking is answered, while reads go on.
///
/// # Errors
/// When the ranking never comes.
pub(super) fn new_day(served: &Served) -> anyhow::Result<(f64, Outcome)> {
    let page = |as_of: Date| get(&format!("/v1/subjects?limit=10&as_of={as_of}"));
    let today = Clock::system().now().date_at(super::alliance::UTC_OFFSET_MIN);
    let one = served.load(1, Pace::Closed);
    await_ranking(&one, &page(today))?;
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let reads: Vec<_> =
                (0..1_536).map(|number| get(&format!("/v1/subjects/{}", subject(number % 64)))).collect();
            // Longer than the turn may take, at a rate that leaves the cores to it.
            served.load(2, Pace::Open(500.0)).send(&reads)
        });
        std::thread::sleep(Duration::from_millis(500));
        let started = Instant::now();
        await_ranking(&one, &page(today.plus_days(1)))?;
        let took = started.elapsed().as_secs_f64();
        let reads = reading.join().map_err(|_| anyhow::anyhow!("reading panicked"))??;
        Ok((took, reads))
    })
}

fn await_ranking(load: &Load, request: &[u8]) -> anyhow::Result<()> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(600) {
        let answer = load.once(request)?;
        match answer.status {
            200 => return Ok(()),
            503 => std::thread::sleep(Duration::from_millis(20)),
            other => anyhow::bail!("the ranking answers {other}: {}", String::from_utf8_lossy(&answer.body)),
        }
    }
    anyhow::bail!("the ranking never came")
}

/// Latencies of a mix of listings: fields, bands, least scores, both orders, pages deep inside.
///
/// # Errors
/// When an answer is not 200.
pub(super) fn ranking(served: &Served, requests: usize) -> anyhow::Result<Outcome> {
    let one = served.load(1, Pace::Closed);
    await_ranking(&one, &get("/v1/subjects?limit=10"))?;
    let mut queries = Vec::new();
    for topic in ["", "&topic=am-thuc", "&topic=game", "&topic=moi-truong"] {
        for band in ["", "&band=B", "&band=C", "&band=D"] {
            for sort in ["best", "worst"] {
                queries.push(format!("/v1/subjects?limit=100&sort={sort}{topic}{band}"));
            }
        }
        queries.extend([4_500, 5_000, 5_500].map(|least| format!("/v1/subjects?min_score={least}{topic}")));
    }
    for listing in queries.clone() {
        queries.extend(last_of(&one, &listing)?);
    }
    let requests: Vec<_> = queries.iter().cycle().take(requests).map(|query| get(query)).collect();
    served.load(RANKERS, Pace::Closed).send(&requests)?.all(200)
}

/// The page deepest inside a listing, of the first hundred; none where the listing is one page.
fn last_of(load: &Load, listing: &str) -> anyhow::Result<Option<String>> {
    let mut last = None;
    for _ in 0..100 {
        let asked = last.as_deref().unwrap_or(listing);
        let answer = load.once(&get(asked))?;
        anyhow::ensure!(answer.status == 200, "{asked} answers {}", answer.status);
        let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let Some(next) = page["next"].as_str() else { break };
        last = Some(format!("{listing}&after={next}"));
    }
    Ok(last)
}
