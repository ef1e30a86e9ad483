//! `bench`: this machine against the cost of checking a signature.

mod alliance;
mod answers;
mod bodies;
mod ceiling;
mod child;
mod dice;
mod figures;
mod histogram;
mod ledgers;
mod load;
mod reads;
mod results;
mod run;
mod signing;
mod whole;
mod workload;
mod writes;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;

use super::{output, server};
use crate::api;
use figures::{Figures, TARGETS};
use ledgers::{Kept, Kind};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem bench --quick")]
pub(super) struct Bench {
    /// Build and keep ledgers in this folder
    #[arg(long, requires = "ledger")]
    prepare: Option<PathBuf>,
    /// Which ledgers to build
    #[arg(long, value_enum, value_delimiter = ',')]
    ledger: Vec<Kind>,
    /// The folder of kept ledgers; what needs a ledger that is not there is left out
    #[arg(long)]
    data: Option<PathBuf>,
    /// A short run on a small ledger
    #[arg(long)]
    quick: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Write the results, with what they have to reach and the machine, to this file
    #[arg(long)]
    results: Option<PathBuf>,
    /// Serve the bytes of a file from a bare route, to compare with
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
}

impl Bench {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        if let Some(file) = &self.bare {
            return serve_bare(file).await;
        }
        tokio::task::block_in_place(|| match &self.prepare {
            Some(folder) => self.prepare(folder),
            None => self.measure(),
        })?;
        Ok(0)
    }

    fn prepare(&self, folder: &Path) -> anyhow::Result<()> {
        for kind in &self.ledger {
            let bar = output::Bar::new();
            let (kept, took) = writes::seconds(|| {
                Kept::prepare(folder, *kind, &mut |done, all| bar.show("events", done, all))
            })?;
            drop(bar);
            println!("{}: {} events, {took:.1} s", kept.directory.display(), kept.events());
        }
        Ok(())
    }

    fn measure(&self) -> anyhow::Result<()> {
        let spinner = indicatif::ProgressBar::new_spinner();
        spinner.enable_steady_tick(Duration::from_millis(200));
        let figures = run::measure(self.data.as_deref(), self.quick, &mut |what| {
            spinner.set_message(what.to_owned());
            tracing::info!(what, "measuring");
        });
        spinner.finish_and_clear();
        let figures = figures?;
        if let Some(path) = &self.results {
            results::write(path, &figures, &self.command())?;
        }
        if self.json {
            return output::json(&figures);
        }
        show(&figures);
        Ok(())
    }

    fn command(&self) -> String {
        let data = if self.data.is_some() { " --data DIR" } else { "" };
        let quick = if self.quick { " --quick" } else { "" };
        format!("tinnhiem bench{data}{quick}")
    }
}

fn show(figures: &Figures) {
    let rows = TARGETS.iter().zip(figures.main.rows()).filter_map(|(target, (_, value))| {
        let value = value?;
        let [measured, must, aim] = [value, target.must, target.aim].map(results::short);
        Some(vec![target.what.to_owned(), measured, must, aim, target.verdict(value).to_owned()])
    });
    output::table(&["what", "measured", "must", "aim", "reaches"], &rows.collect::<Vec<_>>());
    for (key, value) in figures.support.rows() {
        if let Some(value) = value {
            println!("{key} {}", results::short(value));
        }
    }
    for left_out in &figures.left_out {
        println!("not measured: {left_out}");
    }
}

/// A bare route in a process like the server's.
async fn serve_bare(file: &Path) -> anyhow::Result<u8> {
    let bytes = axum::body::Bytes::from(std::fs::read(file)?);
    let answer = move || {
        let bytes = bytes.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], bytes) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{} serves {}", listener.local_addr()?, file.display());
    let router = axum::Router::new().route("/bare", axum::routing::get(answer));
    api::serve(listener, router, api::Bounds::default(), server::signalled()).await;
    Ok(0)
}
