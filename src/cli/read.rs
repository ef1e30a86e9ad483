//! Looking things up: `score`, `history`, `top`

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;

use super::FOUND;
use super::certificates;
use super::coded::usage;
use super::computed::{Computing, Outcome, Whence};
use super::disputed;
use super::explain::{explain, said};
use super::named::SubjectName;
use super::output::{self, points, say};
use super::proven;
use super::signing::At;
use super::steps;
use super::told::{clean, short};
use super::written::Overwriting;
use crate::api::views::{HistoryPage, HistoryRow, SubjectView};
use crate::client::{Client, Pages};
use crate::engines::{self, Figure, Missing, Standing};
use crate::event::{SubjectId, words};
use crate::time::Date;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem score kol-0123456789abc --explain
  tinnhiem score kol-0123456789abc kol-0123456789abd
      side by side, criterion by criterion
  tinnhiem score kol-0123456789abc --receipt score.json
  tinnhiem score kol-0123456789abc --from my-export --as-of 2026-03-31 \\
    --vkey \"$VKEY\"
      of a past day, computed here from a verified export, asking nobody")]
pub(super) struct Score {
    /// The KOL: an id, or a name; several are compared
    #[arg(required = true)]
    subjects: Vec<SubjectName>,
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
    #[arg(long, conflicts_with_all = ["explain", "json", "from"])]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    from: Whence,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Score {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let computing = match self.from.verified(self.json).await? {
            Some(Outcome::Clean(computing)) => Some(computing),
            Some(Outcome::Wrong) => return Ok(FOUND),
            None => None,
        };
        let client = computing.as_ref().map_or_else(|| self.at.client(), |one| one.client.clone());
        let mut subjects = Vec::new();
        for name in &self.subjects {
            subjects.push(name.id(&client).await?);
        }
        let computing = computing.as_deref();
        let ended = match subjects[..] {
            [subject] => self.one(&client, subject, computing).await?,
            _ => self.compare(&client, &subjects).await?,
        };
        if let Some(computing) = computing.filter(|_| !self.json) {
            computing.print();
        }
        Ok(ended)
    }

    async fn read(&self, client: &Client, subject: SubjectId) -> anyhow::Result<engines::Score> {
        let query =
            [self.size.map(|size| format!("size={size}")), self.as_of.map(|as_of| format!("as_of={as_of}"))];
        let query: Vec<String> = query.into_iter().flatten().collect();
        Ok(client.json(&format!("/v1/subjects/{subject}/score?{}", query.join("&"))).await?)
    }

    /// Several side by side.
    async fn compare(&self, client: &Client, subjects: &[SubjectId]) -> anyhow::Result<u8> {
        if self.explain || self.receipt.is_some() {
            anyhow::bail!(usage("--explain and --receipt are for one KOL at a time"));
        }
        let mut scores = Vec::new();
        for subject in subjects {
            scores.push(self.read(client, *subject).await?);
        }
        if self.json {
            output::json(&scores)?;
            return Ok(0);
        }
        let names = names(client, subjects.iter().copied()).await;
        let codes: BTreeSet<&str> =
            scores.iter().flat_map(|one| &one.criteria).map(|one| one.id.as_str()).collect();
        let head: Vec<&str> = ["mã / id", "tên / name"]
            .into_iter()
            .chain(codes.iter().copied())
            .chain(["điểm / score"])
            .collect();
        let row = |one: &engines::Score| {
            let parts = codes.iter().map(|code| {
                let part = one.criteria.iter().find(|criterion| criterion.id.as_str() == *code);
                part.and_then(|part| part.value).map_or("–".to_owned(), |value| points(i64::from(value)))
            });
            let name = names.get(&one.subject).cloned().unwrap_or_default();
            let shown = [one.subject.to_string(), name].into_iter().chain(parts);
            shown.chain([figure(&one.figure)]).collect()
        };
        output::table(&head, &scores.iter().map(row).collect::<Vec<Vec<String>>>());
        Ok(0)
    }

    async fn one(
        &self,
        client: &Client,
        subject: SubjectId,
        computing: Option<&Computing>,
    ) -> anyhow::Result<u8> {
        if let (Some(_), Some(as_of)) = (&self.receipt, self.as_of) {
            anyhow::bail!(proven::of_a_past_day(subject, as_of, client.base()));
        }
        if let Some(path) = &self.receipt {
            return proven::fetch(client, subject, self.size, self.overwriting.file(path)?).await;
        }
        let score = self.read(client, subject).await?;
        let outlook = steps::outlook(client, &score).await?;
        if self.json {
            let mut shown = serde_json::to_value(&score)?;
            shown["next"] = serde_json::to_value(&outlook.next)?;
            if let Some(computing) = computing {
                shown["computed"] = computing.told();
            }
            output::json(&shown)?;
            return Ok(0);
        }
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        let name = clean(view.row.name.as_deref().unwrap_or_default());
        say!("{}  {}\n{}", score.subject, figure(&score.figure), name);
        let topics: Vec<String> = view.row.topics.iter().map(ToString::to_string).collect();
        say!("lĩnh vực / topics: {}", topics.join(", "));
        let (as_of, size, policy) = (score.as_of, score.size, score.policy);
        say!(
            "tính đến ngày {as_of}, {size} mục, chính sách {policy} / as of {as_of} at size {size} by policy {policy}"
        );
        certificates::line(&score);
        if let Some(without) = &score.without_contested {
            say!("không tính mục đang bị khiếu nại / without the contested items: {}", figure(without));
        }
        // What is contested now is not what was contested then.
        if score.size == view.size && score.as_of == view.as_of {
            for line in disputed::open(client, subject).await? {
                say!("  {line}");
            }
        }
        if let Some(change) = &outlook.next {
            say!("{}\n{}", steps::sentence_vi(change), steps::sentence(change));
        }
        if let Some(shadow) = steps::shadow(client, &score).await? {
            let (policy, from) = (shadow.policy, shadow.as_of);
            say!(
                "theo chính sách {policy}, từ {from} / by policy {policy}, from {from} on: {}",
                figure(&shadow.figure)
            );
            for line in steps::supposed(client, &score, &shadow).await? {
                say!("  {line}");
            }
        }
        if self.explain {
            explain(client, &score).await;
        }
        Ok(0)
    }
}

/// The names of KOLs, as far as the ledger tells them.
pub(super) async fn names(
    client: &Client,
    subjects: impl IntoIterator<Item = SubjectId>,
) -> BTreeMap<SubjectId, String> {
    let wanted: BTreeSet<SubjectId> = subjects.into_iter().collect();
    let asked = wanted.into_iter().map(async |subject| {
        let view: Option<SubjectView> = client.json(&format!("/v1/subjects/{subject}")).await.ok();
        view.and_then(|view| view.row.name).map(|name| (subject, clean(&name)))
    });
    futures_util::future::join_all(asked).await.into_iter().flatten().collect()
}

/// A figure in one line.
pub(super) fn figure(figure: &Figure) -> String {
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

/// A figure in few words, for a narrow cell.
pub(super) fn figure_words(shown: &Figure) -> String {
    let few = match &shown.standing {
        Standing::Rated => return figure(shown),
        Standing::NotRated { .. } => "chưa đủ / not rated",
        Standing::WithheldClock { .. } | Standing::Withheld { .. } => "không hiện / withheld",
        Standing::Ended { .. } => "bị thu hồi / ended",
        Standing::Departed => "đã rời / departed",
    };
    few.to_owned()
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
            let thin = missing.iter().any(|one| matches!(one, Missing::Indicators { .. }));
            let counts = if thin {
                " (một chỉ số được tính khi đủ số nhóm đã chấm, xem `tinnhiem policy show` / an indicator counts once as many groups graded it as `tinnhiem policy show` says)"
            } else {
                ""
            };
            format!("chưa đủ dữ liệu / not rated: {}{counts}", lacks.collect::<Vec<_>>().join(", "))
        }
        Standing::WithheldClock { contest, missed_by } => {
            let short = short(&contest.to_string());
            format!(
                "không hiện điểm: quá hạn {missed_by} / withheld: contest {short} was not decided by {missed_by}"
            )
        }
        Standing::Withheld { by, until } => match until {
            Some(until) => {
                let by = short(&by.to_string());
                format!("không hiện điểm đến {until} / withheld until {until} by sanction {by}")
            }
            None => format!("không hiện điểm / withheld by sanction {}", short(&by.to_string())),
        },
        Standing::Ended { by } => format!("bị thu hồi / ended by sanction {}", short(&by.to_string())),
        Standing::Departed => "đã rời chương trình / departed".to_owned(),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem history kol-0123456789abc            what each event did to the score
  tinnhiem history kol-0123456789abc --steps
      every move of it, by events and by dates alone")]
pub(super) struct History {
    /// The KOL: an id, or a name
    subject: SubjectName,
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
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let subject = self.subject.id(&client).await?;
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        if !self.json {
            say!("{} ({subject})", view.row.name.as_deref().unwrap_or("–"));
        }
        if self.steps {
            let all = steps::all(&client, subject).await?;
            if self.json {
                output::json(&all)?
            } else {
                steps::print(&all)
            }
            return Ok(0);
        }
        let rows = events(&client, subject).await?;
        if self.json {
            output::json(&rows)?;
            return Ok(0);
        }
        let mut replies = Vec::new();
        for row in &rows {
            replies.push(match &row.reply {
                Some(reply) => format!("KOL phản hồi / the KOL replied: “{}”", said(&client, reply).await),
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
                    words::of_type(&row.event.type_name)
                        .map_or(row.event.type_name.clone(), |words| words.done()),
                    row.event.issuer.to_string(),
                    bare(row.before.as_ref()),
                    bare(row.after.as_ref()),
                    reply,
                ]
            })
            .collect();
        let head = [
            "mục / seq",
            "ngày / on",
            "việc / what",
            "ai / who",
            "trước / before",
            "sau / after",
            "phản hồi / reply",
        ];
        output::table(&head, &lines);
        let (last, now) = (rows.last().and_then(|row| row.after.as_ref()), &view.row.figure);
        if bare(last) != bare(Some(now)) {
            say!(
                "nay / now {}: do ngày trôi qua hoặc mục về người khác / moved by dates, or by entries about others: \
                 `tinnhiem history {subject} --steps`",
                bare(Some(now))
            );
        }
        Ok(0)
    }
}

/// Every event about a subject, page by page.
pub(super) async fn events(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<HistoryRow>> {
    let (mut rows, mut pages) = (Vec::new(), Pages::of(format!("/v1/subjects/{subject}/history?"), "after"));
    while let Some(page) = pages.next::<HistoryPage>(client).await? {
        rows.extend(page.history);
    }
    Ok(rows)
}

/// The points of a figure alone.
pub(super) fn bare(figure: Option<&Figure>) -> String {
    let score = figure.and_then(|figure| figure.score);
    score.map_or("–".to_owned(), |score| points(i64::from(score)))
}
