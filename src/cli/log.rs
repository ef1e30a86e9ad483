//! `log`: entries in the order in which they were recorded

use std::collections::BTreeMap;

use clap::Args;

use super::coded::usage;
use super::count;
use super::fates;
use super::gist::Gists;
use super::key_name;
use super::key_state;
use super::named::{PartyName, SubjectName};
use super::output::{self, say};
use super::read::names;
use super::signed;
use super::signing::At;
use super::withheld;
use crate::api::nearest;
use crate::api::views::{EventPage, EventRow, LedgerView};
use crate::client::{Client, ClientError};
use crate::dsse::PublicKey;
use crate::event::{PartyId, SubjectId, TYPES};
use crate::limits;
use crate::time::Timestamp;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem log --last 20    the newest last
  tinnhiem log --subject kol-0123456789abc --type contest.filed
  tinnhiem log --issuer 'Báo Nhịp Số'
      what a member issued, and how each of it stands
  tinnhiem log --key 3f…9a    what a key signed, whoever issued it
  tinnhiem log --after 0 --limit 1000    from the beginning on")]
pub(super) struct Log {
    /// About this KOL: an id, or a name
    #[arg(long)]
    subject: Option<SubjectName>,
    /// Issued by this party: a member or a KOL, by id or name, or `council`
    #[arg(long)]
    issuer: Option<PartyName>,
    /// Of this type
    #[arg(long = "type")]
    type_name: Option<String>,
    /// Signed by this key: its hex or its file; the whole log is looked through
    #[arg(long, value_parser = key_name::public)]
    key: Option<PublicKey>,
    /// The newest so many, the newest last; 50 unless `--after` or `--limit` is given
    #[arg(long, conflicts_with_all = ["after", "limit"], value_parser = count::up_to(limits::FOLLOWED_ROWS))]
    last: Option<usize>,
    /// After this seq
    #[arg(long)]
    after: Option<u64>,
    /// How many, the oldest first
    #[arg(long, value_parser = count::up_to(limits::PAGE_ROWS))]
    limit: Option<usize>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

/// How many entries are listed.
const LISTED: usize = 50;
/// How many of the newest are told with what they say and what became of them.
const SAID: usize = 200;

/// Whose and which entries.
#[derive(Default)]
pub(super) struct Listed {
    /// About this KOL.
    pub subject: Option<SubjectId>,
    /// Issued by this party.
    pub issuer: Option<PartyId>,
    /// Of this type.
    pub type_name: Option<String>,
}

impl Log {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let listed = Listed {
            subject: SubjectName::id_of(self.subject.as_ref(), &client).await?,
            issuer: match &self.issuer {
                Some(issuer) => Some(issuer.id(&client).await?),
                None => None,
            },
            type_name: self.type_name.map(check).transpose()?,
        };
        let forward = self.after.is_some() || self.limit.is_some();
        let page = if let Some(key) = self.key {
            let limit = self.limit.or(self.last).unwrap_or(LISTED);
            listed.signed(&client, &key, self.after, limit, forward).await?
        } else if forward {
            listed.page(&client, self.after, self.limit.unwrap_or(LISTED)).await?
        } else {
            listed.newest(&client, self.last.unwrap_or(LISTED)).await?
        };
        if self.json {
            output::json(&page)?;
            return Ok(0);
        }
        if page.events.is_empty() {
            say!("không có mục nào / no entry fits");
        } else {
            print(&client, &page.events).await?;
        }
        if let Some(next) = page.next {
            say!("more with --after {next}");
        }
        Ok(0)
    }
}

/// A type that there is.
fn check(name: String) -> anyhow::Result<String> {
    const NEAREST: usize = 4;
    if TYPES.contains(&name.as_str()) {
        return Ok(name);
    }
    // What something is done to is told apart by what is done.
    let shares = |one: &str| one.split('.').any(|part| name.split('.').any(|given| given == part));
    let mut near = nearest(&name, TYPES.iter().map(|one| (one, *one)));
    near.sort_by_key(|(_, one)| !shares(one));
    let types: Vec<&str> = near.into_iter().take(NEAREST).map(|(_, one)| one).collect();
    anyhow::bail!(usage(format!("there is no type {name:?}; the nearest are {}", types.join(", "))))
}

/// Prints entries, each with what it says and what became of it.
async fn print(client: &Client, rows: &[EventRow]) -> anyhow::Result<()> {
    let about = names(client, rows.iter().filter_map(|row| row.subject)).await;
    let newest = &rows[rows.len().saturating_sub(SAID)..];
    let gists = Gists::fetch(client, newest.iter().map(|row| row.id)).await;
    let fates = fates::of(client, &newest.iter().map(|row| row.seq).collect::<Vec<_>>()).await?;
    let mut keys = BTreeMap::new();
    for row in newest {
        let Some(event) = gists.event(&row.id) else { continue };
        let state = key_state::of_event(client, event).await;
        keys.extend(state.map(|state| (row.seq, state)));
    }
    let stolen = withheld::marks(client, gists.entries()).await;
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let state = fates.get(&row.seq).map(fates::cell).or_else(|| keys.remove(&row.seq));
            let state: Vec<String> = state.into_iter().chain(stolen.get(&row.seq).cloned()).collect();
            vec![
                row.seq.to_string(),
                row.recorded_at.to_string(),
                row.type_name.clone(),
                row.issuer.to_string(),
                row.subject.map(|subject| subject.to_string()).unwrap_or_default(),
                row.subject.and_then(|subject| about.get(&subject).cloned()).unwrap_or_default(),
                gists.of(&row.id),
                state.join("; "),
            ]
        })
        .collect();
    let head = [
        "mục / seq",
        "ghi lúc / recorded at",
        "loại / type",
        "bên ký / issuer",
        "về / about",
        "tên / name",
        "nội dung / content",
        "tình trạng / state",
    ];
    output::table(&head, &rows);
    Ok(())
}

impl Listed {
    /// So many after a seq, the oldest first.
    async fn page(&self, client: &Client, after: Option<u64>, limit: usize) -> anyhow::Result<EventPage> {
        let mut path = format!("/v1/events?limit={limit}");
        let parts = [
            self.type_name.as_ref().map(|name| format!("&type={name}")),
            self.subject.map(|subject| format!("&subject={subject}")),
            self.issuer.as_ref().map(|issuer| format!("&issuer={issuer}")),
            after.map(|after| format!("&after={after}")),
        ];
        path.extend(parts.into_iter().flatten());
        Ok(client.json(&path).await?)
    }

    /// What a key signed of these: the first so many after a seq, or the newest.
    async fn signed(
        &self,
        client: &Client,
        key: &PublicKey,
        after: Option<u64>,
        limit: usize,
        forward: bool,
    ) -> anyhow::Result<EventPage> {
        let ledger: LedgerView = client.json("/v1/ledger").await?;
        let mut events = signed::by(client, &[*key], after, Timestamp::default()).await?;
        events.retain(|row| {
            self.subject.is_none_or(|subject| row.subject == Some(subject))
                && self.issuer.as_ref().is_none_or(|issuer| row.issuer == *issuer)
                && self.type_name.as_ref().is_none_or(|name| row.type_name == *name)
        });
        let more = events.len() > limit;
        if forward {
            events.truncate(limit);
        } else {
            events.drain(..events.len().saturating_sub(limit));
        }
        let next = events.last().map(|row| row.seq).filter(|_| more && forward);
        Ok(EventPage { size: ledger.size, events, next })
    }

    /// The newest, the newest last.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub(super) async fn newest(&self, client: &Client, last: usize) -> anyhow::Result<EventPage> {
        let filtered = self.subject.is_some() || self.issuer.is_some() || self.type_name.is_some();
        let mut after = None;
        if !filtered {
            let ledger: LedgerView = client.json("/v1/ledger").await?;
            after = ledger.size.checked_sub(last as u64 + 1);
        }
        let mut page = self.page(client, after, 1000).await?;
        let mut events = std::mem::take(&mut page.events);
        while let Some(next) = page.next {
            page = self.page(client, Some(next), 1000).await?;
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
pub(super) async fn known(client: &Client, party: &PartyId) -> Result<(), ClientError> {
    let path = match party.as_subject() {
        _ if party.is_council() => return Ok(()),
        Some(subject) => format!("/v1/subjects/{subject}"),
        None => format!("/v1/members/{party}"),
    };
    client.json::<serde::de::IgnoredAny>(&path).await?;
    Ok(())
}
