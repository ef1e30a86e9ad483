//! `show`: one entry, in plain words or whole

use clap::Args;

use super::named::EventName;
use super::output;
use super::signing::At;
use super::told::{Known, Told};
use crate::api::views::EventView;
use crate::client::Client;
use crate::event::Event;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem show 42           who said what, when, with the words attached
  tinnhiem show 42 --json    the entry as it is logged")]
pub struct Show {
    /// The entry: its seq, or its event id
    event: EventName,
    /// Print the entry as it is logged
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Show {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let view = self.event.entry(&client).await?;
        if self.json {
            output::json(&view)?;
            return Ok(0);
        }
        let row = &view.row;
        println!("mục / entry {}, ghi lúc / recorded at {}", row.seq, row.recorded_at);
        for (label, value) in told(&client, &view).await? {
            println!("  {label}: {value}");
        }
        for key in &view.keys {
            println!("  khóa / key: {key}");
        }
        println!("  mã / event: {}", row.id);
        Ok(0)
    }
}

/// What an entry says, line by line.
async fn told(client: &Client, view: &EventView) -> anyhow::Result<Vec<(String, String)>> {
    let event = Event::parse(&serde_json::to_vec(&view.payload)?)?;
    let mut known = Known::default();
    known.learn(client, &event).await;
    let attachments = known.attachments(client, view).await?;
    Told { event: &event, attachments: &attachments, known: &known, done: true }.lines()
}
