//! `find`: KOLs and members by what they are called

use clap::Args;
use serde_json::json;

use super::coded::usage;
use super::named::{in_address, nearest_kols, unlinked};
use super::outcome::FOUND;
use super::output::{self, say};
use super::read::figure_words;
use super::signing::At;
use super::told::clean;
use crate::api::views::{MemberList, SubjectPage, SubjectRow, SubjectView};
use crate::api::{folded, is_account};
use crate::client::Client;
use crate::event::words;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem find thu
      whose name holds this, with or without diacritics, in any order
  tinnhiem find @bao-ngan       by the handle of an account that is linked
  tinnhiem find https://www.tiktok.com/@bao-ngan
      by the pasted address of one: of that platform alone
  tinnhiem find nhip so         members are found too
Where nobody is found it ends with exit code 1.")]
pub(super) struct Find {
    /// A part of a name, a handle, an address of a profile, or the beginning of an id
    #[arg(required = true)]
    name: Vec<String>,
    /// How many KOLs
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    at: At,
}

impl Find {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let client = self.at.client();
        let name = self.name.join(" ");
        let name = name.trim();
        anyhow::ensure!(!name.is_empty(), usage("name somebody: `tinnhiem top` lists the KOLs"));
        let page: SubjectPage =
            client.json(&format!("/v1/subjects?limit={}&q={}", self.limit, in_address(name))).await?;
        let mut list: MemberList = client.json("/v1/members").await?;
        let asked = folded(name);
        let account = is_account(name);
        list.members.retain(|one| {
            !account
                && (folded(&one.name).contains(&asked)
                    || one.member.as_str().contains(&asked.replace(' ', "-")))
        });
        let mut rows = Vec::new();
        for row in &page.subjects {
            rows.push((row, accounts(&client, row).await?));
        }
        let found = if rows.is_empty() && list.members.is_empty() { FOUND } else { 0 };
        if self.json {
            let kols = rows.iter().map(|(row, accounts)| json!({"subject": row, "accounts": accounts}));
            let members = list.members.iter().map(|one| json!({"member": one.member, "name": one.name}));
            let (kols, members): (Vec<_>, Vec<_>) = (kols.collect(), members.collect());
            output::json(&json!({"kols": kols, "members": members, "more": page.next.is_some()}))?;
            return Ok(found);
        }
        if found != 0 && account {
            say!("{}", unlinked(name));
            return Ok(found);
        }
        print(&rows, &list);
        if found != 0 {
            let told = nearest_kols(&client, name).await;
            if !told.is_empty() {
                say!("có phải là / did you mean {}?", told.join(", "));
            }
        }
        if page.next.is_some() {
            say!("còn nữa: nêu rõ hơn / there are more: name more of it, or give --limit");
        }
        Ok(found)
    }
}

fn print(rows: &[(&SubjectRow, Vec<String>)], members: &MemberList) {
    if rows.is_empty() && members.members.is_empty() {
        say!("không có ai tên như vậy / nobody is called so: try a shorter part of the name");
    }
    if !rows.is_empty() {
        let row = |(row, accounts): &(&SubjectRow, Vec<String>)| {
            vec![
                row.subject.to_string(),
                row.name.as_deref().map(clean).unwrap_or_default(),
                accounts.join(", "),
                figure_words(&row.figure),
            ]
        };
        let head = ["mã / id", "tên / name", "tài khoản / accounts", "điểm / score"];
        output::table(&head, &rows.iter().map(row).collect::<Vec<_>>());
    }
    if !members.members.is_empty() {
        let row = |one: &crate::api::views::MemberRow| {
            let class = serde_json::to_value(one.class).unwrap_or_default();
            let class = class.as_str().unwrap_or_default().to_owned();
            let meant = words::of_value(&class).map_or(class, |words| words.to_string());
            vec![one.member.to_string(), clean(&one.name), meant]
        };
        if !rows.is_empty() {
            say!("");
        }
        let head = ["thành viên / member", "tên / name", "loại / class"];
        output::table(&head, &members.members.iter().map(row).collect::<Vec<_>>());
    }
}

/// The accounts of a KOL, by what they are called where that is kept.
async fn accounts(client: &Client, row: &SubjectRow) -> anyhow::Result<Vec<String>> {
    let view: SubjectView = client.json(&format!("/v1/subjects/{}", row.subject)).await?;
    let mut called = Vec::new();
    for one in &view.register.accounts {
        // What was erased is not called anything any more.
        let account = client.text(&format!("/v1/attachments/{}", one.account)).await.unwrap_or_default();
        called.push(format!("{} {}", one.platform, clean(account.trim())).trim_end().to_owned());
    }
    Ok(called)
}
