//! `clocks`: who must act by when

use std::io::Write;

use clap::Args;
use unicode_width::UnicodeWidthStr;

use super::contribute::named;
use super::disputed;
use super::fates;
use super::log::Listed;
use super::me;
use super::named::{PartyName, SubjectName};
use super::output::{self, say};
use super::signing::At;
use super::told::clean;
use super::{layout, screen};
use crate::api::views::{ClockPage, ClockView, EventRow, Fate, SubjectView};
use crate::client::Client;
use crate::event::{EventType, PartyId, SubjectId};
use crate::limits;
use crate::state::Duty;
use crate::time::Date;

/// How many of the newest endorsements of a party are looked at.
const LOOKED_AT: usize = 200;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem clocks --duty must    every step that somebody owes
  tinnhiem clocks --who nhip-so --until 2026-12-31
      what runs for a member, or `council`
  tinnhiem clocks --who kol-0123456789abc
      what a KOL is to do or may do, and all that runs about it
  tinnhiem clocks --who nhip-so --ics > nhip-so.ics    the same as a calendar")]
pub(super) struct Clocks {
    /// That concern this party: a member or a KOL, by id or name, or `council`; a KOL's are also those about it
    #[arg(long)]
    who: Option<PartyName>,
    /// About this KOL: an id, or a name
    #[arg(long)]
    subject: Option<SubjectName>,
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
    /// Print a calendar (iCalendar) of the same
    #[arg(long, conflicts_with_all = ["json", "until", "duty", "after", "limit"])]
    ics: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Clocks {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let who = match &self.who {
            Some(who) => Some(who.id(&client).await?),
            None => None,
        };
        let subject = SubjectName::id_of(self.subject.as_ref(), &client).await?;
        if self.ics {
            let path = match (&who, subject) {
                (Some(who), None) => match who.as_subject() {
                    Some(subject) => format!("/v1/subjects/{subject}/clocks.ics"),
                    None => format!("/v1/members/{who}/clocks.ics"),
                },
                (None, Some(subject)) => format!("/v1/subjects/{subject}/clocks.ics"),
                _ => anyhow::bail!("give --who or --subject: a calendar is of one party"),
            };
            let calendar = client.bytes(&path, limits::BATCH_BYTES).await?;
            std::io::stdout().write_all(&calendar)?;
            return Ok(0);
        }
        let duty = self.duty.map(serde_json::to_value).transpose()?;
        let duty = duty.as_ref().and_then(|duty| duty.as_str());
        let plain =
            |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let parts = [
            who.as_ref().map(|who| format!("&who={who}")),
            subject.map(|subject| format!("&subject={subject}")),
            self.until.map(|until| format!("&until={until}")),
            duty.map(|duty| format!("&duty={duty}")),
            self.after.as_ref().filter(|after| plain(after)).map(|after| format!("&after={after}")),
        ];
        let path =
            format!("/v1/clocks?limit={}{}", self.limit, parts.into_iter().flatten().collect::<String>());
        let page: ClockPage = client.json(&path).await?;
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        if let Some(whose) = self.whose(who.as_ref(), subject, &client).await? {
            say!("hạn của / clocks of {whose}");
        }
        match page.clocks.is_empty() {
            true => say!("không có hạn nào / none"),
            false => print(&page.clocks),
        }
        let about = subject.or_else(|| who.as_ref()?.as_subject());
        // What is asked for by day or duty is that alone.
        if let Some(subject) = about.filter(|_| self.until.is_none() && self.duty.is_none()) {
            let (contests, running) =
                (me::contests(&client, subject).await?, me::running(&client, subject).await?);
            disputed::foreseen(&contests, &running).iter().for_each(|line| say!("{line}"));
            disputed::drawn_before(&contests, &running).iter().for_each(|line| say!("{line}"));
        }
        if let Some(who) = &who {
            for line in voided(&client, who).await? {
                say!("{line}");
            }
        }
        if let Some(next) = page.next {
            say!("more with --after {next}");
        }
        Ok(0)
    }

    /// The KOL that was found by a name, of which a part is enough: who asked is told whom it meant.
    async fn whose(
        &self,
        who: Option<&PartyId>,
        subject: Option<SubjectId>,
        client: &Client,
    ) -> anyhow::Result<Option<String>> {
        let by_name =
            who.filter(|who| self.who.as_ref().and_then(PartyName::id_itself).as_ref() != Some(*who));
        let subject =
            subject.filter(|_| self.subject.as_ref().is_some_and(|name| name.id_itself().is_none()));
        let Some(found) = subject.or_else(|| by_name?.as_subject()) else { return Ok(None) };
        let view: SubjectView = client.json(&format!("/v1/subjects/{found}")).await?;
        Ok(Some(format!("{found}  {}", clean(&view.row.name.unwrap_or_default()))))
    }
}

/// The endorsements of a party that hide declared paid work: no clock runs for them, and they count nothing
/// until they are put right.
async fn voided(client: &Client, who: &PartyId) -> anyhow::Result<Vec<String>> {
    let type_name = Some(EventType::EndorsementPublished.name().to_owned());
    let listed = Listed { subject: None, issuer: Some(who.clone()), type_name };
    let rows = listed.newest(client, LOOKED_AT).await?.events;
    let fates = fates::of(client, &rows.iter().map(|row| row.seq).collect::<Vec<_>>()).await?;
    let void = rows.iter().filter_map(|row| Some((row, fates.get(&row.seq)?)));
    let void = void.filter(|(_, fate)| fate.stage == "voided");
    let line = |(row, fate): (&EventRow, &Fate)| {
        let about = row.subject.map_or(String::new(), |subject| format!(", {subject}"));
        let (seq, state) = (row.seq, fates::cell(fate));
        format!(
            "bảo chứng, mục / endorsement, entry {seq}{about}: {state}; rút và công bố lại là commercial / withdraw it and \
             publish it again as commercial: `tinnhiem withdraw {seq} --key KEY.pem`"
        )
    };
    Ok(void.map(line).collect())
}

/// Prints clocks as a table; where that is wider than the terminal, one below the other.
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
    let head = ["hạn / due", "loại / duty", "ai / who", "việc / what", "về / about", "seq"];
    let fits = |width: usize| layout::table(&head, &rows, None).iter().all(|line| line.width() <= width);
    if screen::width().is_none_or(fits) {
        return output::table(&head, &rows);
    }
    // Squeezed into columns, what is to be done would be read a word at a time.
    for clock in clocks {
        stacked(clock).iter().for_each(|line| say!("{line}"));
    }
}

/// A clock on lines of its own, its day first.
fn stacked(clock: &ClockView) -> Vec<String> {
    let missed = if clock.missed { " quá hạn / overdue" } else { "" };
    let who = clock.who.as_ref().map_or(String::new(), |who| format!("  {who}"));
    let name = clock.subject_name.clone().or(clock.subject.map(|subject| subject.to_string()));
    let about = name.map_or(String::new(), |name| format!("về / about {}, ", clean(&name)));
    vec![
        format!("{}{missed}  {}{who}", clock.due, clock.duty.words()),
        format!("    {} / {}", clock.vi, clock.en),
        format!("    {about}mục / entry {}", clock.seq),
    ]
}
