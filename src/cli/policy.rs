//! `policy`: what it says, who would move under another, and publishing one

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::count;
use super::output::{self, points, say};
use super::policies;
use super::read::figure;
use super::signing::At;
use super::written;
use crate::api::Names;
use crate::api::policy_diff::{self, Asked, Proposal};
use crate::api::views::PolicyDiff;
use crate::clock::Clock;
use crate::event;
use crate::ledger::{Ledger, Setup};
use crate::limits;
use crate::time::Date;

/// The policy in a file.
///
/// # Errors
/// When the file cannot be read, or holds no policy.
pub(super) fn policy_in(path: &Path) -> anyhow::Result<event::Policy> {
    let parsed = serde_json::from_slice(&written::read(path)?);
    parsed.map_err(|error| anyhow::anyhow!("{} is no policy: {error}", path.display()))
}

#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(subcommand)]
    verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
enum PolicyVerb {
    /// Show a version in words: topics, indicators and levels, sanctions, bands, days
    Show(policies::Show),
    /// List who moves, by how much, and between which bands, before anything is published
    Diff(Diff),
    /// Publish the next version (council)
    Publish(policies::Publish),
}

impl Policy {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self.verb {
            PolicyVerb::Show(verb) => verb.run().await,
            PolicyVerb::Diff(verb) => verb.run().await,
            PolicyVerb::Publish(verb) => verb.run().await,
        }
    }
}

#[derive(Debug, Args)]
#[command(
    disable_version_flag = true,
    after_help = "Examples:
  tinnhiem policy diff new-policy.json
  tinnhiem policy diff new-policy.json --data my-ledger --json
  tinnhiem policy diff --version 2
      who moves by a version that is published, on its first day"
)]
struct Diff {
    /// The new policy: a JSON file
    #[arg(required_unless_present = "version")]
    new: Option<PathBuf>,
    /// A published version, in place of a file
    #[arg(long, conflicts_with = "new")]
    version: Option<u32>,
    /// Compare in this data directory, which no server runs on
    #[arg(long)]
    data: Option<PathBuf>,
    /// The date that scores are read on; today, or the version's first day, unless given
    #[arg(long)]
    as_of: Option<Date>,
    /// How many movers to list
    #[arg(long, default_value_t = 50, value_parser = count::up_to(limits::MOVERS))]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Diff {
    async fn run(self) -> anyhow::Result<u8> {
        let bytes = match &self.new {
            Some(path) => written::read(path)?,
            None => Vec::new(),
        };
        let diff = match &self.data {
            Some(data) => self.in_directory(data, &bytes)?,
            None => self.asked(bytes).await?,
        };
        if self.json {
            output::json(&diff)?;
        } else {
            print(&diff);
        }
        Ok(0)
    }

    async fn asked(&self, bytes: Vec<u8>) -> anyhow::Result<PolicyDiff> {
        let as_of = self.as_of.map_or(String::new(), |as_of| format!("&as_of={as_of}"));
        let query = format!("diff?limit={}{as_of}", self.limit);
        let client = self.at.client();
        Ok(match self.version {
            Some(version) => client.json(&format!("/v1/policies/{version}/{query}")).await?,
            None => client.post(&format!("/v1/policies/{query}"), bytes).await?,
        })
    }

    fn in_directory(&self, data: &Path, bytes: &[u8]) -> anyhow::Result<PolicyDiff> {
        let said = |problem: crate::api::Problem| anyhow::anyhow!("{} ({})", problem.detail, problem.code);
        let proposal = match self.version {
            Some(version) => Proposal::Version(version),
            None => Proposal::Draft(policy_diff::parsed(bytes).map_err(said)?.into()),
        };
        let ledger = Ledger::open(Setup::at(data, Clock::system())?)?;
        let state = &ledger.snapshot().state;
        let today = ledger.today().max(state.date_of(state.last_at()));
        let asked = Asked { as_of: self.as_of, limit: Some(self.limit) };
        let names = Names::of(ledger.vault().clone());
        let diff = policy_diff::diff(state, &proposal, &asked, today, &names);
        ledger.close();
        diff.map_err(said)
    }
}

fn print(diff: &PolicyDiff) {
    let after = diff.after.map_or("the new policy".to_owned(), |version| format!("version {version}"));
    say!(
        "from version {} to {after}, as of {} at size {}: {} of {} subjects move",
        diff.before,
        diff.as_of,
        diff.size,
        diff.moved,
        diff.subjects
    );
    let band = |band: Option<char>| band.map_or("–".to_owned(), |band| band.to_string());
    if !diff.bands.is_empty() {
        say!("");
        let rows = diff.bands.iter().map(|one| vec![band(one.from), band(one.to), one.subjects.to_string()]);
        output::table(&["from", "to", "subjects"], &rows.collect::<Vec<_>>());
    }
    if !diff.movers.is_empty() {
        say!("");
        let rows = diff.movers.iter().map(|one| {
            vec![
                one.subject.to_string(),
                one.name.clone().unwrap_or_default(),
                one.points.map_or("–".to_owned(), points),
                figure(&one.before),
                figure(&one.after),
            ]
        });
        output::table(&["subject", "name", "points", "before", "after"], &rows.collect::<Vec<_>>());
    }
    if diff.movers.len() < diff.moved {
        say!("… and {} more with --limit", diff.moved - diff.movers.len());
    }
}
