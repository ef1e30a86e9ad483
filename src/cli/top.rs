//! `top`: who is how credible

use clap::Args;

use super::coded::unknown;
use super::contribute::topic;
use super::output::{self, say};
use super::policies;
use super::read::figure_words;
use super::signing::At;
use crate::api::views::SubjectPage;
use crate::event::{Policy, TopicId};
use crate::time::Date;

/// What is said below a table in which scores are not shown.
const NOT_SHOWN: &str =
    "không có điểm: `tinnhiem score KOL` nói vì sao / where no score is shown, `tinnhiem score KOL` says why";

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem top --topic my-pham --limit 10")]
pub(super) struct Top {
    /// In this field
    #[arg(long, value_parser = topic)]
    topic: Option<TopicId>,
    /// In this band (`tinnhiem policy show` lists them)
    #[arg(long)]
    band: Option<String>,
    /// Only those whose certificate stands
    #[arg(long)]
    certified: bool,
    /// The lowest first
    #[arg(long)]
    worst: bool,
    /// How many
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// The date that scores are read on
    #[arg(long)]
    as_of: Option<Date>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Top {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        if self.topic.is_some() || self.band.is_some() {
            self.check(&policies::version(&client, None).await?.policy)?;
        }
        let mut path = format!("/v1/subjects?limit={}", self.limit);
        if let Some(topic) = &self.topic {
            path += &format!("&topic={topic}");
        }
        if let Some(band) = &self.band {
            path += &format!("&band={band}");
        }
        if self.certified {
            path += "&certified=true";
        }
        if let Some(as_of) = self.as_of {
            path += &format!("&as_of={as_of}");
        }
        if self.worst {
            path += "&sort=worst";
        }
        let page: SubjectPage = client.json(&path).await?;
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        print_subjects(&page);
        Ok(0)
    }
}

impl Top {
    /// What the policy knows nothing of is no field and no band.
    fn check(&self, policy: &Policy) -> anyhow::Result<()> {
        if let Some(topic) = self.topic.as_ref().filter(|topic| !policy.topics.contains_key(*topic)) {
            let topics: Vec<String> = policy.topics.keys().map(ToString::to_string).collect();
            anyhow::bail!(unknown(
                "query.value",
                format!("there is no topic {topic}: {}", topics.join(", "))
            ));
        }
        let bands: Vec<String> = policy.bands.iter().map(|one| one.band.to_string()).collect();
        match self.band.as_ref().filter(|band| !bands.contains(band)) {
            Some(band) => {
                let detail = format!("there is no band {band:?}: {}", bands.join(", "));
                Err(unknown("query.value", detail).into())
            }
            None => Ok(()),
        }
    }
}

/// Prints a page of subjects as a table.
pub(super) fn print_subjects(page: &SubjectPage) {
    let rows: Vec<Vec<String>> = page
        .subjects
        .iter()
        .map(|row| {
            vec![
                row.subject.to_string(),
                row.name.clone().unwrap_or_default(),
                row.assessments.to_string(),
                figure_words(&row.figure),
            ]
        })
        .collect();
    output::table(&["mã / id", "tên / name", "đánh giá / assessments", "điểm / score"], &rows);
    if page.subjects.iter().any(|row| row.figure.score.is_none()) {
        say!("{NOT_SHOWN}");
    }
}
