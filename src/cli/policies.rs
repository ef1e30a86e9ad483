//! `policy show`, `policy publish`: the rules of the score, in words and anew

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::output::{self, points, say};
use super::policy::policy_in;
use super::signing::{At, Signing, Statement};
use super::{requirements, windows};
use crate::api::views::{PolicyList, PolicyView};
use crate::client::Client;
use crate::event::{Policy, PolicyPublished, words};
use crate::time::Date;

/// The policy version in force, or the one of this number.
///
/// # Errors
/// When there is no such version.
pub(super) async fn version(client: &Client, number: Option<u32>) -> anyhow::Result<PolicyView> {
    let number = match number {
        Some(number) => number,
        None => {
            let list: PolicyList = client.json("/v1/policies").await?;
            let in_force = list.policies.iter().find(|one| one.in_force);
            in_force.context("no policy is in force")?.version
        }
    };
    Ok(client.json(&format!("/v1/policies/{number}")).await?)
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem policy show
      topics, indicators with their levels, sanctions, bands, days
  tinnhiem policy show 2 --json > new-policy.json
      the document, to be changed and published")]
pub(super) struct Show {
    /// The version; the one in force unless given
    number: Option<u32>,
    /// Print the policy's document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Show {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let view = version(&self.at.client(), self.number).await?;
        if self.json {
            output::json(&view.policy)?;
            return Ok(0);
        }
        let state = match (view.row.in_force, view.row.cancelled) {
            (true, _) => "đang có hiệu lực / in force",
            (_, true) => "đã hủy / cancelled",
            _ => "không có hiệu lực hôm nay / not in force today",
        };
        let (number, from) = (view.row.version, view.row.effective_from);
        say!("chính sách / policy {number}, từ / from {from}: {state}");
        print(&view.policy);
        Ok(0)
    }
}

fn print(policy: &Policy) {
    say!("\nLĩnh vực / topics");
    let topics =
        policy.topics.iter().map(|(id, name)| vec![id.to_string(), name.vi.clone(), name.en.clone()]);
    output::table(&["id", "tên", "name"], &topics.collect::<Vec<_>>());
    say!("\nChỉ báo / indicators (--grade ID=LEVEL; 0 kém nhất / worst, - không áp dụng / does not apply)");
    let indicators = policy.criteria.iter().flat_map(|criterion| {
        let head = vec![
            criterion.id.to_string(),
            format!("{} ‰", criterion.weight_permille),
            criterion.name.vi.clone(),
            criterion.name.en.clone(),
        ];
        let rows = criterion.indicators.iter().map(|one| {
            let levels = format!("0–{}, -", one.max_level);
            vec![format!("  {}", one.id), levels, one.name.vi.clone(), one.name.en.clone()]
        });
        std::iter::once(head).chain(rows.collect::<Vec<_>>())
    });
    output::table(&["id", "mức / levels", "tên", "name"], &indicators.collect::<Vec<_>>());
    let classes = policy.assessment.class_permille.iter().map(|(id, weight)| format!("{id} {weight} ‰"));
    say!("\nĐánh giá viên / assessors' classes: {}", classes.collect::<Vec<_>>().join(", "));
    say!("\nCách chấm / engine: {}", words::name_of(&policy.score));
    if let Some(experience) = &policy.assessment.experience {
        say!("  đánh giá viên mới / a new assessor's voice: {} ‰", experience.first_permille);
        say!("  mỗi ngày kinh nghiệm / each day of experience: + {} ‰", experience.step_permille);
        say!("  mỗi đánh giá bị hủy / each one overturned: − {} ngày / days", experience.cost_days);
    }
    say!("\nXử lý / sanctions");
    let severities = policy.sanction.severities.iter().map(|(severity, one)| {
        let term = one.term_days.map_or("–".to_owned(), |days| days.to_string());
        let more = match (one.withholds, one.best_band) {
            (true, _) => "không hiện điểm / score withheld".to_owned(),
            (_, Some(band)) => format!("hạng cao nhất / best band {band}"),
            _ => String::new(),
        };
        vec![format!("{severity:?}"), points(-i64::from(one.points)), term, more]
    });
    output::table(&["mức / severity", "điểm / points", "ngày / days", ""], &severities.collect::<Vec<_>>());
    let bands = policy.bands.iter().map(|one| format!("{} ≥ {}", one.band, points(i64::from(one.min_score))));
    say!("\nHạng / bands: {}", bands.collect::<Vec<_>>().join(", "));
    say!("\nCần có / what is needed");
    requirements::sentences(policy).iter().for_each(|one| output::line(&format!("  {one}")));
    say!("\nThời hạn theo ngày / clocks in days");
    let days = windows::rows(policy)
        .map(|(what, days)| vec![what.to_owned(), days.map_or("–".to_owned(), |days| days.to_string())]);
    output::table(&["việc / what", "ngày / days"], &days);
}

#[derive(Debug, Args)]
#[command(after_help = "Example (`tinnhiem policy diff` shows beforehand who moves):
  tinnhiem policy publish new-policy.json --from 2027-01-15 --key seat-1.pem \\
    --key seat-2.pem --key seat-3.pem")]
pub(super) struct Publish {
    /// The policy: a JSON file
    policy: PathBuf,
    /// Its first day in force, at least the notice days of the policy in force ahead
    #[arg(long)]
    from: Date,
    #[command(flatten)]
    signing: Signing,
}

impl Publish {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let policy = policy_in(&self.policy)?;
        let list: PolicyList = self.signing.at.client().json("/v1/policies").await?;
        let newest = list.policies.iter().map(|one| one.version).max().unwrap_or_default();
        let body = PolicyPublished { version: newest + 1, effective_from: self.from, policy };
        let today = self.signing.today().await?;
        let pending = list.policies.iter().filter(|one| !one.cancelled && one.effective_from > today);
        let remarks = pending.map(|one| {
            let number = one.version;
            format!("hủy phiên bản {number} chưa có hiệu lực / cancels version {number}, not yet in force")
        });
        let remarks: Vec<String> = remarks.collect();
        self.signing.publish_knowing(Statement::by_council(body), &remarks).await
    }
}
