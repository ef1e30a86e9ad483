//! `show`: entries, in plain words or whole

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use super::course;
use super::effect;
use super::erased;
use super::fates;
use super::key_state;
use super::keys::read_draft;
use super::named::EventName;
use super::output::{self, say};
use super::signing::At;
use super::told::{Known, Told};
use super::undone;
use super::withheld;
use crate::api::views::{ContestView, EventView};
use crate::client::Client;
use crate::dsse::{EventId, PublicKey};
use crate::event::{Body, Event, EventType, PartyId};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem show 42            who said what, when, with the words attached
  tinnhiem show 42 57 61      several
  tinnhiem show 42 --json     the entry as it is logged
  tinnhiem show event.json
      a file that waits for signatures: what it says, who has signed, who is
      missing")]
pub(super) struct Show {
    /// The entry: its seq, or its event id; or the file of an event; one or several
    #[arg(name = "event", required = true)]
    events: Vec<Shown>,
    /// Print the entry as it is logged; several as a list
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// An entry, or an event that is not recorded yet.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    /// By its seq or id.
    Entry(EventName),
    /// In a file.
    File(PathBuf),
}

impl FromStr for Shown {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(name) => Ok(Self::Entry(name)),
            Err(_) if text.ends_with(".json") || Path::new(text).is_file() => Ok(Self::File(text.into())),
            Err(unknown) => Err(format!("{unknown}; or the file of an event")),
        }
    }
}

impl Show {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let mut views = Vec::new();
        for shown in &self.events {
            match shown {
                Shown::Entry(name) => views.push(name.entry(&client).await?),
                Shown::File(_) if self.json => anyhow::bail!("--json is of entries: a file is JSON already"),
                Shown::File(path) => waiting(&client, path).await?,
            }
        }
        match &views[..] {
            [view] if self.json => output::json(view)?,
            views if self.json => output::json(&views)?,
            views => {
                for (at, view) in views.iter().enumerate() {
                    if at > 0 {
                        output::line("");
                    }
                    print(&client, view).await?;
                }
            }
        }
        Ok(0)
    }
}

/// Tells what the file of an event says, and whose signatures it has and lacks.
async fn waiting(client: &Client, path: &Path) -> anyhow::Result<()> {
    let submission = read_draft(path)?;
    let event = Event::parse(submission.envelope.payload())?;
    let mut known = Known::default();
    known.learn(client, &event).await;
    let attachments = &submission.attachments;
    say!("{}", path.display());
    for (label, value) in (Told { event: &event, attachments, known: &known, done: false }).lines()? {
        say!("  {label}: {value}");
    }
    let signed: Vec<PublicKey> = submission.envelope.signers().collect();
    for key in effect::owners(client, &event, &signed).await {
        say!("  đã ký / signed: {key}");
    }
    for line in effect::signatures(client, &event, &signed).await {
        say!("  {line}");
    }
    Ok(())
}

async fn print(client: &Client, view: &EventView) -> anyhow::Result<()> {
    let row = &view.row;
    say!("mục / entry {}, ghi lúc / recorded at {}", row.seq, row.recorded_at);
    for (label, value) in told(client, view, |told| told.lines()).await? {
        say!("  {label}: {value}");
    }
    for key in &view.keys {
        say!("  khóa / key: {key}");
    }
    say!("  mã / event: {}", row.id);
    let fate = fates::of(client, &[row.seq]).await?.remove(&row.seq);
    if let Some(fate) = &fate {
        let named = fate.cause.is_some_and(|cause| fate.by.iter().all(|one| one.seq != cause));
        // What is not listed below is named at once.
        let state = if named { fates::cell(fate) } else { fates::state(fate) };
        say!("  tình trạng / state: {state}");
        for one in &fate.by {
            say!("    {}", fates::sentence(one));
        }
    }
    if let Some(subject) = row.subject
        && let Some(by) = erased::by(client, subject, &row.id).await?
    {
        say!("  {}", erased::sentence(&by));
    }
    let executed = match row.event_type() {
        Some(EventType::ErasureExecuted) => Some(row.seq),
        Some(EventType::ErasureRequested) => {
            let by = fate.as_ref().and_then(|fate| fate.by.last());
            by.filter(|by| by.type_name == EventType::ErasureExecuted.name()).map(|by| by.seq)
        }
        _ => None,
    };
    if let Some(executed) = executed
        && let Some(left) = erased::left(&erased::left_by(client, executed).await?)
    {
        say!("  {left}");
    }
    for line in stolen(client, view).await {
        say!("  {line}");
    }
    if let Some(revoked) = withheld::revoked_by(client, view).await {
        revoked.iter().for_each(|line| say!("  {line}"));
    }
    let Ok(event) = view.event() else { return Ok(()) };
    if let Some(state) = key_state::of_event(client, &event).await {
        say!("  tình trạng / state: {state}");
    }
    let contest = match &event.body {
        Body::ContestFiled(_) => Some(row.id),
        Body::AppealFiled(body) => Some(body.contest),
        _ => None,
    };
    if let Some(contest) = contest {
        let contest: ContestView = client.json(&format!("/v1/contests/{contest}")).await?;
        course::print(&contest, &course::of(client, &contest).await?);
    }
    Ok(())
}

/// Which of the keys that signed an entry were in other hands then, and what it is worth.
async fn stolen(client: &Client, view: &EventView) -> Vec<String> {
    let Ok(event) = view.event() else { return Vec::new() };
    let owner = match &event.body {
        Body::KeyAdded(body) => body.owner.clone(),
        _ => None,
    };
    let mut parties = vec![event.issuer.clone()];
    parties.extend(event.subject.map(PartyId::from).into_iter().chain(owner));
    let mut told = Vec::new();
    for party in parties {
        for one in key_state::all(client, &party).await.unwrap_or_default() {
            let then = one.invalid_from.filter(|from| *from <= view.row.recorded_at);
            if let (Some(from), Some(by), true) = (then, one.found_by, view.keys.contains(&one.key)) {
                let instead = undone::taken_back(&event, view.row.seq);
                told.push(withheld::of_entry(view.row.event_type(), by, &from.to_string(), &instead));
            }
        }
    }
    told.dedup();
    told
}

/// What the body of an entry says, line by line, with the words attached.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn words(client: &Client, event: &EventId) -> anyhow::Result<Vec<(String, String)>> {
    let view: EventView = client.json(&format!("/v1/events/{event}")).await?;
    told(client, &view, |told| told.words()).await
}

/// What is told of an entry.
async fn told<T>(
    client: &Client,
    view: &EventView,
    tell: impl FnOnce(&Told<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let event = view.event()?;
    let mut known = Known::default();
    known.learn(client, &event).await;
    let attachments = known.attachments(client, view).await?;
    if let (Some(subject), false) = (view.row.subject, known.absent.is_empty())
        && erased::by(client, subject, &view.row.id).await?.is_some()
    {
        known.destroyed = Some(event.texts());
    }
    tell(&Told { event: &event, attachments: &attachments, known: &known, done: true })
}
