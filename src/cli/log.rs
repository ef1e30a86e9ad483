//! `log`: entries in the order in which they were recorded

use clap::Args;

use super::named::SubjectName;
use super::output::{self, say};
use super::read::names;
use super::signing::At;
use crate::api::views::{EventPage, LedgerView};
use crate::client::Client;
use crate::event::{PartyId, SubjectId, TYPES};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem log --last 20    the newest last
  tinnhiem log --subject kol-0123456789abc --type contest.filed
  tinnhiem log --after 0 --limit 1000    from the beginning on")]
pub struct Log {
    /// About this KOL: an id, or a name
    #[arg(long)]
    subject: Option<SubjectName>,
    /// Issued by this party
    #[arg(long)]
    issuer: Option<PartyId>,
    /// Of this type
    #[arg(long = "type")]
    type_name: Option<String>,
    /// The newest so many, the newest last; 50 unless `--after` or `--limit` is given
    #[arg(long, conflicts_with_all = ["after", "limit"])]
    last: Option<usize>,
    /// After this seq
    #[arg(long)]
    after: Option<u64>,
    /// How many, the oldest first
    #[arg(long)]
    limit: Option<usize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// How many entries are listed.
const LISTED: usize = 50;

impl Log {
    pub async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let subject = SubjectName::id_of(self.subject.as_ref(), &client).await?;
        let forward = self.after.is_some() || self.limit.is_some();
        let page = if forward {
            self.page(&client, subject, self.after, self.limit.unwrap_or(LISTED)).await?
        } else {
            self.newest(&client, subject, self.last.unwrap_or(LISTED)).await?
        };
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        let about = names(&client, page.events.iter().filter_map(|row| row.subject)).await;
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
                    row.subject.and_then(|subject| about.get(&subject).cloned()).unwrap_or_default(),
                ]
            })
            .collect();
        output::table(
            &[
                "mục / seq",
                "ghi lúc / recorded at",
                "loại / type",
                "bên ký / issuer",
                "về / about",
                "tên / name",
            ],
            &rows,
        );
        if let Some(next) = page.next {
            say!("more with --after {next}");
        }
        Ok(0)
    }

    async fn page(
        &self,
        client: &Client,
        subject: Option<SubjectId>,
        after: Option<u64>,
        limit: usize,
    ) -> anyhow::Result<EventPage> {
        let mut path = format!("/v1/events?limit={limit}");
        if let Some(name) = &self.type_name {
            if !TYPES.contains(&name.as_str()) {
                anyhow::bail!("there is no type {name:?}: {}", TYPES.join(", "));
            }
            path += &format!("&type={name}");
        }
        let parts = [
            subject.map(|subject| format!("&subject={subject}")),
            self.issuer.as_ref().map(|issuer| format!("&issuer={issuer}")),
            after.map(|after| format!("&after={after}")),
        ];
        path.extend(parts.into_iter().flatten());
        Ok(client.json(&path).await?)
    }

    /// The newest, the newest last.
    async fn newest(
        &self,
        client: &Client,
        subject: Option<SubjectId>,
        last: usize,
    ) -> anyhow::Result<EventPage> {
        if let Some(issuer) = &self.issuer {
            known(client, issuer).await?;
        }
        let filtered = subject.is_some() || self.issuer.is_some() || self.type_name.is_some();
        let mut after = None;
        if !filtered {
            let ledger: LedgerView = client.json("/v1/ledger").await?;
            after = ledger.size.checked_sub(last as u64 + 1);
        }
        let mut page = self.page(client, subject, after, 1000).await?;
        let mut events = std::mem::take(&mut page.events);
        while let Some(next) = page.next {
            page = self.page(client, subject, Some(next), 1000).await?;
            events.append(&mut page.events);
            events.drain(..events.len().saturating_sub(last));
        }
        events.drain(..events.len().saturating_sub(last));
        Ok(EventPage { events, ..page })
    }
}

/// Refuses a party that the ledger does not know.
///
/// # Errors
/// What the ledger says of it.
pub async fn known(client: &Client, party: &PartyId) -> anyhow::Result<()> {
    let path = match party.as_subject() {
        _ if party.is_council() => return Ok(()),
        Some(subject) => format!("/v1/subjects/{subject}"),
        None => format!("/v1/members/{party}"),
    };
    client.json::<serde::de::IgnoredAny>(&path).await?;
    Ok(())
}
