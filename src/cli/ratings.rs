//! `ratings`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::output::Bar;
use super::{FOUND, check, read};
use crate::api::{self, views::SubjectPage};
use crate::client::{Client, Source, audit};
use crate::clock::Clock;
use crate::demo::ratings::{self, Ratings as Drafts};
use crate::ledger::{self, Ledger, Setup};

/// Ratings sent in one batch.
const BATCH_RATINGS: usize = 4_000;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem ratings soc-sign-bitcoinotc.csv.gz --show 5")]
pub struct Ratings {
    /// The ratings: rater,ratee,rating,seconds per line, plain or gzip
    file: PathBuf,
    /// The data directory to make; a throw-away one unless given
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many of the most and the least credible to show
    #[arg(long, default_value_t = 10)]
    show: usize,
    /// Go on serving the ledger here afterwards
    #[arg(long)]
    listen: Option<String>,
}

impl Ratings {
    pub async fn run(self) -> anyhow::Result<u8> {
        let ratings = ratings::read(&self.file)?;
        let (count, today) = (ratings.len(), ratings::day_after(&ratings));
        let throw_away = if self.data.is_none() { Some(tempfile::tempdir()?) } else { None };
        let directory = match (self.data, &throw_away) {
            (Some(data), _) => data,
            (None, Some(throw_away)) => throw_away.path().join("data"),
            (None, None) => anyhow::bail!("no data directory"),
        };
        let mut drafts = Drafts::new(ratings, &ledger::log_key(&directory)?)?;
        open_ledger(&directory, &mut drafts)?;
        let ledger = Arc::new(Ledger::open(Setup::at(&directory, Clock::system())?)?);
        let listener = TcpListener::bind(self.listen.as_deref().unwrap_or("127.0.0.1:0")).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let bounds = api::Bounds::default();
        let router = api::router(ledger.clone(), Some(today), bounds);
        let server = tokio::spawn(api::serve(listener, router, bounds, async move {
            let _ = stopped.await;
        }));
        let client = Client::new(&base);
        let sent = send(&client, drafts, count).await?;
        println!("{count} ratings became {sent} events, sent through {base}/v1/events/batch");
        let bar = Bar::new();
        let report =
            audit(&Source::Running(client.clone()), None, &mut |what, done, of| bar.show(what, done, of))
                .await?;
        drop(bar);
        check::print_report(&report);
        for (title, sort) in [("most credible", "best"), ("least credible", "worst")] {
            let path = format!("/v1/subjects?limit={}&sort={sort}", self.show);
            let page: SubjectPage = client.json(&path).await?;
            println!("\nThe {title} as of {today}:");
            read::print_subjects(&page);
        }
        if self.listen.is_some() {
            println!("\n{base} goes on serving until Ctrl-C");
            tokio::signal::ctrl_c().await?;
        }
        drop(stop);
        server.await?;
        tokio::task::block_in_place(|| ledger.close());
        Ok(if report.is_clean() { 0 } else { FOUND })
    }
}

fn open_ledger(directory: &Path, drafts: &mut Drafts) -> anyhow::Result<()> {
    let opening = drafts.take_opening().ok_or_else(|| anyhow::anyhow!("the opening was taken"))?;
    let setup = Setup::create(directory, Clock::system())?;
    Ok(ledger::create(&setup, &opening.verify()?)?)
}

/// Signs and sends all of it, a batch at a time; the first refusal ends it.
async fn send(client: &Client, mut drafts: Drafts, count: usize) -> anyhow::Result<u64> {
    let bar = Bar::new();
    let (mut sent, mut done) = (0, 0);
    loop {
        let batch = tokio::task::block_in_place(|| drafts.next(BATCH_RATINGS))?;
        if batch.is_empty() {
            return Ok(sent);
        }
        let lines: String = batch.iter().map(|submission| submission.to_json() + "\n").collect();
        let mut refused = None;
        client
            .submit_batch(lines.into_bytes(), false, &mut |fate| {
                if fate["status"] == 201 {
                    sent += 1;
                } else if refused.is_none() {
                    refused = Some(fate);
                }
            })
            .await?;
        if let Some(fate) = refused {
            anyhow::bail!("refused: {fate}");
        }
        done += BATCH_RATINGS.min(count - done);
        bar.show("ratings", done as u64, count as u64);
    }
}
