//! Looking things up: `score`, `history`, `top`, `log`, `show`

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::explain::{explain, said};
use super::output::{self, points};
use super::signing::At;
use super::steps;
use crate::api::views::{EventPage, HistoryPage, HistoryRow, SubjectPage};
use crate::client::Client;
use crate::clock::Date;
use crate::event::{PartyId, SubjectId, TopicId};
use crate::limits;
use crate::score::{self, Figure, Missing, Standing};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem score kol-0123456789abc --explain
  tinnhiem score kol-0123456789abc --receipt score.json")]
pub struct Score {
    /// The subject
    subject: SubjectId,
    /// How many entries count
    #[arg(long)]
    size: Option<u64>,
    /// The date it is read on
    #[arg(long)]
    as_of: Option<Date>,
    /// Show what adds up to it, and what would help
    #[arg(long)]
    explain: bool,
    /// Write the newest score that is proven (up to `--size`) here, with all that it is made of
    #[arg(long, conflicts_with_all = ["as_of", "explain", "json"])]
    receipt: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Score {
    pub async fn run(self) -> anyhow::Result<u8> {
        if let Some(path) = &self.receipt {
            let size = self.size.map(|size| format!("?size={size}")).unwrap_or_default();
            let asked = format!("/v1/subjects/{}/receipt{size}", self.subject);
            let receipt = self.at.client().bytes(&asked, limits::SCORE_RECEIPT_BYTES).await?;
            std::fs::write(path, receipt).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            println!("written to {}; verify it with `tinnhiem verify`", path.display());
            return Ok(0);
        }
        let query =
            [self.size.map(|size| format!("size={size}")), self.as_of.map(|as_of| format!("as_of={as_of}"))];
        let query: Vec<String> = query.into_iter().flatten().collect();
        let path = format!("/v1/subjects/{}/score?{}", self.subject, query.join("&"));
        let client = self.at.client();
        let score: score::Score = client.json(&path).await?;
        let outlook = steps::outlook(&client, &score).await?;
        if self.json {
            let mut shown = serde_json::to_value(&score)?;
            shown["next"] = serde_json::to_value(&outlook.next)?;
            output::json(&shown)?;
            return Ok(0);
        }
        println!("{}  {}", score.subject, figure(&score.figure));
        println!("as of {} at size {} by policy {}", score.as_of, score.size, score.policy);
        if let Some(without) = &score.without_contested {
            println!("without the contested items: {}", figure(without));
        }
        if let Some(change) = &outlook.next {
            println!("{}", steps::sentence(change));
        }
        if let Some(shadow) = steps::shadow(&client, &score).await? {
            println!("by policy {}, from {} on: {}", shadow.policy, shadow.as_of, figure(&shadow.figure));
        }
        if self.explain {
            explain(&client, &score).await;
        }
        Ok(0)
    }
}

/// A figure in one line.
pub fn figure(figure: &Figure) -> String {
    let Some(score) = figure.score else { return standing(&figure.standing) };
    let mut text = points(i64::from(score));
    if let Some(range) = &figure.range {
        text += &format!(" ({}–{})", points(i64::from(range.low)), points(i64::from(range.high)));
    }
    if let Some(band) = figure.band {
        text += &format!("  {band}");
    }
    if let Some(confidence) = figure.confidence {
        text += &format!("  {confidence:?} confidence").to_lowercase();
    }
    text
}

fn standing(standing: &Standing) -> String {
    match standing {
        Standing::Rated => "rated".to_owned(),
        Standing::NotRated { missing } => {
            let lacks = missing.iter().map(|one| match one {
                Missing::Groups { have, need } => format!("{have} of {need} assessor groups"),
                Missing::UntiedGroups { have, need } => format!("{have} of {need} untied groups"),
                Missing::Indicators { criterion, have, need } => {
                    format!("{have} of {need} indicators of {criterion}")
                }
            });
            format!("chưa đủ dữ liệu / not rated: {}", lacks.collect::<Vec<_>>().join(", "))
        }
        Standing::WithheldClock { contest, missed_by } => {
            format!("withheld: contest {contest} was not decided by {missed_by}")
        }
        Standing::Withheld { by, until } => match until {
            Some(until) => format!("withheld until {until} by sanction {by}"),
            None => format!("withheld by sanction {by}"),
        },
        Standing::Ended { by } => format!("ended by sanction {by}"),
        Standing::Departed => "departed".to_owned(),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem history kol-0123456789abc            what each event did to the score
  tinnhiem history kol-0123456789abc --steps    every move of it, by events and by dates alone")]
pub struct History {
    /// The subject
    subject: SubjectId,
    /// Every move of the score, by an event or by a date alone
    #[arg(long)]
    steps: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl History {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        if self.steps {
            let all = steps::all(&client, self.subject).await?;
            if self.json {
                output::json(&all)?
            } else {
                steps::print(&all)
            }
            return Ok(0);
        }
        let rows = events(&client, self.subject).await?;
        if self.json {
            output::json(&rows)?;
            return Ok(0);
        }
        let mut replies = Vec::new();
        for row in &rows {
            replies.push(match &row.reply {
                Some(reply) => said(&client, reply).await,
                None => String::new(),
            });
        }
        let lines: Vec<Vec<String>> = rows
            .iter()
            .zip(replies)
            .map(|(row, reply)| {
                vec![
                    row.event.seq.to_string(),
                    row.on.to_string(),
                    row.event.type_name.clone(),
                    row.event.issuer.to_string(),
                    bare(row.before.as_ref()),
                    bare(row.after.as_ref()),
                    reply,
                ]
            })
            .collect();
        output::table(&["seq", "on", "type", "issuer", "before", "after", "phản hồi / reply"], &lines);
        Ok(0)
    }
}

/// Every event about a subject, page by page.
pub async fn events(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<HistoryRow>> {
    let mut rows = Vec::new();
    let mut from = String::new();
    loop {
        let path = format!("/v1/subjects/{subject}/history?limit=1000{from}");
        let page: HistoryPage = client.json(&path).await?;
        rows.extend(page.history);
        let Some(next) = page.next else { return Ok(rows) };
        from = format!("&after={next}");
    }
}

/// The points of a figure alone.
pub fn bare(figure: Option<&Figure>) -> String {
    let score = figure.and_then(|figure| figure.score);
    score.map_or("–".to_owned(), |score| points(i64::from(score)))
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem top --topic my-pham --limit 10")]
pub struct Top {
    /// In this field
    #[arg(long)]
    topic: Option<TopicId>,
    /// In this band
    #[arg(long)]
    band: Option<char>,
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
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut path = format!("/v1/subjects?limit={}", self.limit);
        if let Some(topic) = &self.topic {
            path += &format!("&topic={topic}");
        }
        if let Some(band) = self.band.filter(char::is_ascii_alphabetic) {
            path += &format!("&band={band}");
        }
        if let Some(as_of) = self.as_of {
            path += &format!("&as_of={as_of}");
        }
        if self.worst {
            path += "&sort=worst";
        }
        let page: SubjectPage = self.at.client().json(&path).await?;
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        print_subjects(&page);
        Ok(0)
    }
}

/// Prints a page of subjects as a table.
pub fn print_subjects(page: &SubjectPage) {
    let rows: Vec<Vec<String>> = page
        .subjects
        .iter()
        .map(|row| {
            vec![
                row.subject.to_string(),
                row.name.clone().unwrap_or_default(),
                row.assessments.to_string(),
                figure(&row.figure),
            ]
        })
        .collect();
    output::table(&["subject", "name", "assessments", "score"], &rows);
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem log --subject kol-0123456789abc --type contest.filed")]
pub struct Log {
    /// About this subject
    #[arg(long)]
    subject: Option<SubjectId>,
    /// Issued by this party
    #[arg(long)]
    issuer: Option<PartyId>,
    /// Of this type
    #[arg(long = "type")]
    type_name: Option<String>,
    /// After this seq
    #[arg(long)]
    after: Option<u64>,
    /// How many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Log {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut path = format!("/v1/events?limit={}", self.limit);
        let known =
            self.type_name.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.'));
        let parts = [
            self.subject.map(|subject| format!("&subject={subject}")),
            self.issuer.map(|issuer| format!("&issuer={issuer}")),
            known.map(|name| format!("&type={name}")),
            self.after.map(|after| format!("&after={after}")),
        ];
        path.extend(parts.into_iter().flatten());
        let page: EventPage = self.at.client().json(&path).await?;
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        let rows: Vec<Vec<String>> = page
            .events
            .iter()
            .map(|row| {
                vec![
                    row.seq.to_string(),
                    row.recorded_at.to_string(),
                    row.type_name.clone(),
                    row.issuer.to_string(),
                    row.subject.map(|subject| subject.to_string()).unwrap_or_default(),
                ]
            })
            .collect();
        output::table(&["seq", "recorded at", "type", "issuer", "subject"], &rows);
        if let Some(next) = page.next {
            println!("more with --after {next}");
        }
        Ok(0)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem show 42")]
pub struct Show {
    /// A seq or an event id
    event: String,
    #[command(flatten)]
    at: At,
}

impl Show {
    pub async fn run(self) -> anyhow::Result<u8> {
        if !self.event.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            anyhow::bail!("{} is neither a seq nor an event id", self.event);
        }
        let entry: Value = self.at.client().json(&format!("/v1/events/{}", self.event)).await?;
        output::json(&entry)?;
        Ok(0)
    }
}
