//! `bench`: this machine against the cost of checking a signature.

mod alliance;
mod answers;
mod bodies;
mod ceiling;
mod child;
mod dice;
mod histogram;
mod ledgers;
mod load;
mod signing;
mod workload;
mod writes;

use std::path::PathBuf;

use clap::Args;

use child::Served;
use ledgers::{Kept, Kind};

#[derive(Debug, Args)]
pub struct Bench {
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
    /// Serve the bytes of a file from a bare route, to compare with
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
}

impl Bench {
    pub async fn run(self) -> anyhow::Result<u8> {
        tokio::task::block_in_place(|| self.measure())?;
        Ok(0)
    }

    fn measure(&self) -> anyhow::Result<()> {
        if let Some(folder) = &self.prepare {
            for kind in &self.ledger {
                let (kept, took) = writes::seconds(|| {
                    Kept::prepare(folder, *kind, &mut |done, all| tracing::info!(done, all, "prepared"))
                })?;
                println!("{}: {} events, {took:.1} s", kept.directory.display(), kept.events());
            }
            return Ok(());
        }
        let folder = tempfile::tempdir()?;
        let mut kept = Kept::prepare(folder.path(), Kind::Small, &mut |_, _| {})?;
        let mut workload = kept.workload()?;
        let served = Served::ledger(&kept.directory, &[])?;
        println!("{:?}", writes::batch(&served, &mut kept, &mut workload, 10_000)?);
        let singles = writes::singles(&served, &mut kept, &mut workload, 10_000)?;
        println!("{singles:?}");
        let paced = writes::paced(&served, &mut kept, &mut workload, 1_000, singles.events_per_s / 10.0)?;
        println!("{} {}", paced.answered.at_permille(500), paced.answered.at_permille(990));
        served.stop()
    }
}
