//! `clocks`: who must act by when

use clap::Args;

use super::contribute::named;
use super::log::known;
use super::output;
use super::signing::At;
use crate::api::views::{ClockPage, ClockView};
use crate::clock::Date;
use crate::event::{PartyId, SubjectId};
use crate::state::Duty;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem clocks --duty must                          every step that somebody owes
  tinnhiem clocks --who nhip-so --until 2026-12-31     what runs for a member, or `council`, or a KOL")]
pub struct Clocks {
    /// That run for this party: a member, a subject, or `council`
    #[arg(long)]
    who: Option<PartyId>,
    /// About this subject
    #[arg(long)]
    subject: Option<SubjectId>,
    /// Due on this day or before
    #[arg(long)]
    until: Option<Date>,
    /// That somebody must, may, or of what will happen by itself
    #[arg(long, value_parser = named::<Duty>)]
    duty: Option<Duty>,
    /// How many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// After this place, as the page before says
    #[arg(long)]
    after: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Clocks {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        if let Some(who) = &self.who {
            known(&client, who).await?;
        }
        let duty = self.duty.map(serde_json::to_value).transpose()?;
        let duty = duty.as_ref().and_then(|duty| duty.as_str());
        let plain =
            |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let parts = [
            self.who.map(|who| format!("&who={who}")),
            self.subject.map(|subject| format!("&subject={subject}")),
            self.until.map(|until| format!("&until={until}")),
            duty.map(|duty| format!("&duty={duty}")),
            self.after.filter(plain).map(|after| format!("&after={after}")),
        ];
        let path =
            format!("/v1/clocks?limit={}{}", self.limit, parts.into_iter().flatten().collect::<String>());
        let page: ClockPage = client.json(&path).await?;
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        print(&page.clocks);
        if let Some(next) = page.next {
            println!("more with --after {next}");
        }
        Ok(0)
    }
}

/// Prints clocks as a table.
fn print(clocks: &[ClockView]) {
    let row = |clock: &ClockView| {
        let missed = if clock.missed { " quá hạn / overdue" } else { "" };
        let subject = clock.subject.map(|subject| subject.to_string());
        vec![
            format!("{}{missed}", clock.due),
            clock.duty.words().to_string(),
            clock.who.as_ref().map_or("–".to_owned(), ToString::to_string),
            format!("{} / {}", clock.vi, clock.en),
            clock.subject_name.clone().or(subject).unwrap_or_default(),
            clock.seq.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = clocks.iter().map(row).collect();
    output::table(&["hạn / due", "loại / duty", "ai / who", "việc / what", "về / about", "seq"], &rows);
}
