//! `inbox`: what waits for signatures, and whose.

use std::path::PathBuf;

use clap::Args;

use super::named::PartyName;
use super::output::{self, say};
use super::safe::safe;
use super::signing::At;
use super::waiting::{missing, proof};
use crate::api::views::{DraftPage, DraftRow};
use crate::event::words;
use crate::limits;
use crate::vault::read_secret;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem inbox --key seat-2.pem
      what waits for this key, whole
  tinnhiem inbox council
      that something waits for the council, to everybody")]
pub(super) struct Inbox {
    /// Whom it waits for: a member or KOL, by id or name, or `council`; all that waits, or what waits for --key, unless
    /// given
    party: Option<PartyName>,
    /// A private key, to prove who asks: what it signed or is to sign is shown whole
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Inbox {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let key = self.key.as_deref().map(read_secret).transpose()?;
        let whose = match (&self.party, &key) {
            (Some(party), _) => format!("&for={}", party.whole(&client).await?),
            (None, Some(key)) => format!("&key={}", key.public()),
            (None, None) => String::new(),
        };
        let proof = match &key {
            Some(key) => Some(proof(&client, key).await?),
            None => None,
        };
        let (mut rows, mut after) = (Vec::new(), String::new());
        for _ in 0..limits::FOLLOWED_PAGES {
            let path = format!("/v1/drafts?limit={}{whose}{after}", limits::PAGE_ROWS);
            let page: DraftPage = client.json_for(&path, proof.as_deref()).await?;
            rows.extend(page.drafts);
            match page.next {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        if self.json {
            output::json(&rows)?;
            return Ok(0);
        }
        if rows.is_empty() {
            say!("không có gì chờ ký / nothing waits for signatures");
        }
        rows.iter().for_each(print);
        Ok(0)
    }
}

fn print(row: &DraftRow) {
    let type_name = safe(&row.type_name);
    let what =
        words::of_type(&row.type_name).map_or_else(|| type_name.to_string(), |words| words.to_string());
    let issuer = row.issuer.as_ref().map(|issuer| format!(", {issuer}")).unwrap_or_default();
    let about = row.subject.map(|subject| format!(" → {subject}")).unwrap_or_default();
    say!("{what}{issuer}{about}");
    match &row.refused {
        Some(refused) => {
            say!(
                "  nay sẽ bị từ chối / would be refused as things stand: {} ({})",
                safe(&refused.detail),
                safe(&refused.code)
            );
        }
        None if !row.recordable => say!("  nay sẽ bị từ chối / would be refused as things stand"),
        None => say!("  còn chờ / waits for {}", missing(row)),
    }
    let signed: Vec<String> = row
        .signed
        .iter()
        .map(|one| one.party.as_ref().map_or_else(|| one.key.to_string(), ToString::to_string))
        .collect();
    if !signed.is_empty() {
        say!("  đã ký / signed by {}", signed.join(", "));
    }
    say!("  đến / came {}, hết hạn / lapses {}", row.came_at, row.lapses_at);
    match row.id {
        Some(id) => say!("  xem và ký / read and sign: tinnhiem sign {id} --key KEY.pem"),
        None => say!("  ai được chờ ký xem bằng --key / who is waited for reads it with --key"),
    }
}
