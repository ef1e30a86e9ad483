//! `bench`: this machine against the cost of checking a signature.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::StreamExt;
use serde::Serialize;
use tokio::net::TcpListener;

use super::output;
use crate::api;
use crate::client::{Client, Draft};
use crate::clock::{Clock, Timestamp};
use crate::demo;
use crate::dsse::SecretKey;
use crate::event::{AssessmentPublished, PartyId, SubjectId};
use crate::ledger::{Ledger, Setup, Submission};

/// Connections that post single events.
const CONNECTIONS: usize = 64;

#[derive(Debug, Args)]
pub struct Bench {
    /// Events sent by batch, and again by single posts
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// Seconds that the ceiling and the reads are measured for
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// A short run
    #[arg(long)]
    quick: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What was measured, all in one run.
#[derive(Debug, Serialize)]
struct Figures {
    cores: usize,
    ceiling_per_s: f64,
    batch_per_s: f64,
    batch_ratio: f64,
    single_per_s: f64,
    single_ratio: f64,
    score_reads_per_s: f64,
    bare_reads_per_s: f64,
    score_read_ratio: f64,
}

impl Bench {
    pub async fn run(self) -> anyhow::Result<u8> {
        let events = if self.quick { 2_000.min(self.events) } else { self.events };
        let time = Duration::from_secs_f64(if self.quick { 0.5 } else { self.seconds });
        let cores = std::thread::available_parallelism()?.get();
        let ceiling_per_s = tokio::task::block_in_place(|| ceiling(cores, time));
        let (batch_per_s, single_per_s) = writes(events).await?;
        let (score_reads_per_s, bare_reads_per_s) = reads(time).await?;
        let figures = Figures {
            cores,
            ceiling_per_s,
            batch_per_s,
            batch_ratio: batch_per_s / ceiling_per_s,
            single_per_s,
            single_ratio: single_per_s / ceiling_per_s,
            score_reads_per_s,
            bare_reads_per_s,
            score_read_ratio: score_reads_per_s / bare_reads_per_s,
        };
        if self.json {
            output::json(&figures)?;
            return Ok(0);
        }
        let row = |what: &str, rate: f64, ratio: String| vec![what.to_owned(), format!("{rate:.0}"), ratio];
        let of = |ratio: f64, what: &str| format!("{ratio:.2} of {what}");
        println!("{cores} cores; server and load share them");
        output::table(
            &["what", "per second", "ratio"],
            &[
                row("strict verification, all cores (ceiling)", ceiling_per_s, String::new()),
                row("durable events by batch", batch_per_s, of(figures.batch_ratio, "the ceiling")),
                row(
                    &format!("durable events by single posts, {CONNECTIONS} connections"),
                    single_per_s,
                    of(figures.single_ratio, "the ceiling"),
                ),
                row("bare route, the same bytes", bare_reads_per_s, String::new()),
                row("score reads", score_reads_per_s, of(figures.score_read_ratio, "the bare route")),
            ],
        );
        Ok(0)
    }
}

/// Strict verifications per second on all cores.
fn ceiling(cores: usize, time: Duration) -> f64 {
    let key = demo::key("bench");
    let message = vec![7; 600];
    let signature = key.sign(&message);
    let public = key.public();
    let started = Instant::now();
    let count = |_| {
        let mut count = 0_u64;
        while started.elapsed() < time {
            for _ in 0..16 {
                assert!(public.verify(std::hint::black_box(&message), &signature));
                count += 1;
            }
        }
        count
    };
    let total: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|core| scope.spawn(move || count(core))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum()
    });
    total as f64 / started.elapsed().as_secs_f64()
}

/// A demo ledger behind a real socket, in a directory of its own.
struct Served {
    ledger: Arc<Ledger>,
    base: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    stop: tokio::sync::oneshot::Sender<()>,
    _directory: tempfile::TempDir,
}

impl Served {
    async fn start() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let today = Clock::system().now().date_at(demo::UTC_OFFSET_MIN);
        demo::seed(directory.path(), today).await?;
        let ledger = Arc::new(Ledger::open(Setup::at(directory.path(), Clock::system())?)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let bytes = score_bytes(&ledger, today)?;
        let bare = axum::routing::get(move || {
            let bytes = bytes.clone();
            async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], bytes) }
        });
        let router = api::router(ledger.clone(), Some(today)).merge(axum::Router::new().route("/bare", bare));
        let server = tokio::spawn(api::serve(listener, router, async move {
            let _ = stopped.await;
        }));
        Ok(Self { ledger, base, server, stop, _directory: directory })
    }

    async fn stop(self) -> anyhow::Result<()> {
        drop(self.stop);
        self.server.await??;
        tokio::task::block_in_place(|| self.ledger.close());
        Ok(())
    }
}

fn score_bytes(ledger: &Ledger, today: crate::clock::Date) -> anyhow::Result<Vec<u8>> {
    let state = &ledger.snapshot().state;
    let at = state.moment(None, None, today)?;
    Ok(serde_json::to_vec(&state.score(&demo::subject("han"), at))?)
}

/// Assessments spread over the demo's assessors and influencers, each at an instant of its own, so
/// that they may arrive in any order.
fn pre_signed(ledger: &Ledger, latest: Timestamp, events: usize) -> anyhow::Result<Vec<Submission>> {
    let on = latest.date_at(demo::UTC_OFFSET_MIN).plus_days(-1);
    let pairs: Vec<(PartyId, SecretKey, SubjectId)> = demo::pairs();
    let one = |number: usize| {
        let (issuer, key, subject) = &pairs[number % pairs.len()];
        let body = AssessmentPublished {
            policy: 2,
            grades: [("I1".parse()?, Some(1)), ("I5".parse()?, Some(1))].into(),
            evidence: Default::default(),
            observed_from: on,
            observed_until: on,
            valid_until: Some(on.plus_days(300)),
            conflict: false,
            fee: false,
            statement: None,
            notice: None,
        };
        let at = latest.minus_ms(number as u64);
        Ok(Draft::new(ledger.origin(), issuer.clone(), Some(*subject), at, body).sign(&[key])?)
    };
    (0..events).map(one).collect()
}

/// Durable events per second by batch, then by single posts.
async fn writes(events: usize) -> anyhow::Result<(f64, f64)> {
    let served = Served::start().await?;
    let now = Clock::system().now();
    let signed = |latest| tokio::task::block_in_place(|| pre_signed(&served.ledger, latest, events));
    let (for_batch, for_singles) = (signed(now)?, signed(now.minus_ms(3_600_000))?);
    let by_batch = batch(&served, &for_batch).await?;
    let by_single = singles(&served, &for_singles).await?;
    served.stop().await?;
    Ok((by_batch, by_single))
}

async fn batch(served: &Served, events: &[Submission]) -> anyhow::Result<f64> {
    let lines: String = events.iter().map(|one| one.to_json() + "\n").collect();
    let started = Instant::now();
    let mut accepted = 0;
    Client::new(&served.base)
        .submit_batch(lines.into_bytes(), false, &mut |fate| accepted += usize::from(fate["status"] == 201))
        .await?;
    let took = started.elapsed().as_secs_f64();
    anyhow::ensure!(accepted == events.len(), "{accepted} of {} were accepted", events.len());
    Ok(accepted as f64 / took)
}

async fn singles(served: &Served, events: &[Submission]) -> anyhow::Result<f64> {
    let submissions: Vec<String> = events.iter().map(Submission::to_json).collect();
    let count = submissions.len();
    let http = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build()?;
    let url = format!("{}/v1/events", served.base);
    let started = Instant::now();
    let posts = futures_util::stream::iter(submissions).map(|body| {
        let (http, url) = (http.clone(), url.clone());
        async move { http.post(url).body(body).send().await.map(|answer| answer.status().as_u16()) }
    });
    let statuses: Vec<_> = posts.buffer_unordered(CONNECTIONS).collect().await;
    let took = started.elapsed().as_secs_f64();
    let accepted = statuses.iter().filter(|status| matches!(status, Ok(201))).count();
    anyhow::ensure!(accepted == count, "{accepted} of {count} single posts were accepted");
    Ok(accepted as f64 / took)
}

/// Reads per second of a score and of the same bytes from a bare route.
async fn reads(time: Duration) -> anyhow::Result<(f64, f64)> {
    let served = Served::start().await?;
    let score = format!("{}/v1/subjects/{}/score", served.base, demo::subject("han"));
    let bare = format!("{}/bare", served.base);
    let scores = read_rate(&score, time).await?;
    let bares = read_rate(&bare, time).await?;
    served.stop().await?;
    Ok((scores, bares))
}

async fn read_rate(url: &str, time: Duration) -> anyhow::Result<f64> {
    let http = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build()?;
    let started = Instant::now();
    let loops = (0..CONNECTIONS).map(|_| {
        let (http, url) = (http.clone(), url.to_owned());
        tokio::spawn(async move {
            let mut count = 0_u64;
            while started.elapsed() < time {
                let answer = http.get(&url).send().await?.error_for_status()?;
                answer.bytes().await?;
                count += 1;
            }
            Ok::<u64, reqwest::Error>(count)
        })
    });
    let mut total = 0;
    for one in loops.collect::<Vec<_>>() {
        total += one.await??;
    }
    Ok(total as f64 / started.elapsed().as_secs_f64())
}
