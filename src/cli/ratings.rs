//! `ratings`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use super::output::{self, Answer, Bar, say, tell};
use super::{FOUND, check, count, top};
use crate::api::{self, views::SubjectPage};
use crate::client::{Auditing, Client, ClientError, Source};
use crate::clock::Clock;
use crate::demo::ratings::{self, Ratings as Drafts};
use crate::ledger::{self, LOG_KEY_FILE, Ledger, Setup};
use crate::limits;
use crate::oracle::{Inquiry, audit};

/// Ratings sent in one batch.
const BATCH_RATINGS: usize = 4_000;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem ratings soc-sign-bitcoinotc.csv.gz --show 5")]
pub(super) struct Ratings {
    /// The ratings: rater, ratee, rating and seconds per line, separated by commas, semicolons or tabs, plain or
    /// gzip; a line of names says where each stands. What is no rating is skipped and counted
    file: PathBuf,
    /// The data directory to make; a throw-away one unless given
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many of the most and the least credible to show
    #[arg(long, default_value_t = 10, value_parser = count::up_to(limits::PAGE_ROWS))]
    show: usize,
    /// Go on serving the ledger here afterwards
    #[arg(long)]
    listen: Option<String>,
    #[command(flatten)]
    answer: Answer,
}

impl Ratings {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let ratings::Lines { ratings, skipped } = ratings::read(&self.file, Clock::system().now())?;
        let (count, today) = (ratings.len(), ratings::day_after(&ratings));
        let throw_away = if self.data.is_none() { Some(tempfile::tempdir()?) } else { None };
        let directory = match (self.data, &throw_away) {
            (Some(data), _) => data,
            (None, Some(throw_away)) => throw_away.path().join("data"),
            (None, None) => anyhow::bail!("no data directory"),
        };
        ledger::vacant(&directory, &directory.join(LOG_KEY_FILE))?;
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
        let (sent, refused) = send(&client, drafts, count).await?;
        let bar = Bar::new();
        let source = Source::Running(client.clone());
        let inquiry = Inquiry { today: Some(today), ..Inquiry::sampled(Auditing::default()) };
        let report = audit(&source, &inquiry, &mut |what, done, of| bar.show(what, done, of)).await?;
        drop(bar);
        let page = |sort: &str| format!("/v1/subjects?limit={}&sort={sort}", self.show);
        let (best, worst): (SubjectPage, SubjectPage) =
            (client.json(&page("best")).await?, client.json(&page("worst")).await?);
        if self.answer.json {
            let refused = refused
                .iter()
                .map(|((code, detail), events)| json!({"code": code, "detail": detail, "events": events}));
            let skipped = skipped.iter().map(
                |(skip, (lines, first))| json!({"reason": skip.reason(), "lines": lines, "first": first}),
            );
            output::json(&json!({
                "ratings": count, "events": sent, "skipped": skipped.collect::<Vec<_>>(),
                "refused": refused.collect::<Vec<_>>(), "audit": report, "best": best, "worst": worst,
            }))?;
        } else {
            for ((code, detail), events) in refused {
                say!("skipped {events} events that the ledger refused: {detail} ({code})");
            }
            say!("{count} ratings became {sent} events, sent through {base}/v1/events/batch");
            for (skip, (lines, first)) in skipped {
                say!("skipped {lines} lines, the first of them line {first}: {}", skip.reason());
            }
            check::print_report(&report);
            for (title, page) in [("most credible", &best), ("least credible", &worst)] {
                say!("\nThe {title} as of {today}:");
                top::print_subjects(page);
            }
        }
        if self.listen.is_some() {
            let told = format!("\n{base} goes on serving until Ctrl-C");
            if self.answer.json {
                tell!("{told}")
            } else {
                say!("{told}")
            }
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

/// Events that were refused, by code and the first detail told with it.
type Refused = BTreeMap<(String, String), u64>;

/// Signs and sends all of it, a batch at a time; tells how many events were recorded, and which not.
async fn send(client: &Client, mut drafts: Drafts, count: usize) -> anyhow::Result<(u64, Refused)> {
    let bar = Bar::new();
    let (mut sent, mut done, mut refusals) = (0, 0, Refused::new());
    loop {
        let batch = tokio::task::block_in_place(|| drafts.next(BATCH_RATINGS))?;
        if batch.is_empty() {
            return Ok((sent, refusals));
        }
        let lines: String = batch.iter().map(|submission| submission.to_json() + "\n").collect();
        let mut unavailable = None;
        client
            .submit_batch(lines.into_bytes(), false, &mut |fate| {
                let status =
                    fate["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
                let said = |name: &str| fate[name].as_str().unwrap_or_default().to_owned();
                let (code, detail) = (said("code"), said("detail"));
                match status {
                    200 | 201 => sent += 1,
                    400..=428 | 430..=499 => {
                        let known = refusals.keys().find(|(known, _)| *known == code).cloned();
                        *refusals.entry(known.unwrap_or((code, detail))).or_default() += 1;
                    }
                    _ => unavailable = Some(ClientError::Refused { status, code, detail }),
                }
            })
            .await?;
        if let Some(error) = unavailable {
            return Err(error.into());
        }
        done += BATCH_RATINGS.min(count - done);
        bar.show("ratings", done as u64, count as u64);
    }
}
