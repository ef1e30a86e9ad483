//! `find`: KOLs and members by what they are called

use clap::Args;
use serde_json::json;

use super::accounts;
use super::coded::usage;
use super::named::{in_address, nearest_kols, unlinked};
use super::outcome::FOUND;
use super::output::{self, say};
use super::read::figure_words;
use super::signing::At;
use super::told::clean;
use crate::api::views::{MemberList, SubjectPage, SubjectRow, SubjectView};
use crate::api::{folded, is_account, place_of_account};
use crate::client::Client;
use crate::event::{SubjectId, words};

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
            rows.push((row, own_accounts(&client, row).await?));
        }
        let found = if rows.is_empty() && list.members.is_empty() { FOUND } else { 0 };
        if self.json {
            let kols = rows.iter().map(|(row, own)| {
                let shared = own.iter().filter(|one| !one.others.is_empty());
                let shared: Vec<_> =
                    shared.map(|one| json!({"account": one.called, "linked_to_too": one.others})).collect();
                let called: Vec<&str> = own.iter().map(|one| one.called.as_str()).collect();
                json!({"subject": row, "accounts": called, "shared": shared})
            });
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

fn print(rows: &[(&SubjectRow, Vec<Account>)], members: &MemberList) {
    if rows.is_empty() && members.members.is_empty() {
        say!("không có ai tên như vậy / nobody is called so: try a shorter part of the name");
    }
    if !rows.is_empty() {
        let row = |(row, own): &(&SubjectRow, Vec<Account>)| {
            vec![
                row.subject.to_string(),
                row.name.as_deref().map(clean).unwrap_or_default(),
                own.iter().map(Account::told).collect::<Vec<_>>().join(", "),
                figure_words(&row.figure),
            ]
        };
        let head = ["mã / id", "tên / name", "tài khoản / accounts", "điểm / score"];
        output::table(&head, &rows.iter().map(row).collect::<Vec<_>>());
    }
    if !members.members.is_empty() {
        let row = |one: &crate::api::views::MemberRow| {
            vec![one.member.to_string(), clean(&one.name), words::meant(&one.class)]
        };
        if !rows.is_empty() {
            say!("");
        }
        let head = ["thành viên / member", "tên / name", "loại / class"];
        output::table(&head, &members.members.iter().map(row).collect::<Vec<_>>());
    }
}

/// An account that a KOL has linked.
struct Account {
    /// What it is called, where that is kept.
    called: String,
    /// Who else has linked the same.
    others: Vec<SubjectId>,
}

impl Account {
    /// What it is called, marked where it is not this KOL's alone.
    fn told(&self) -> String {
        let others: Vec<String> = self.others.iter().map(ToString::to_string).collect();
        match others.is_empty() {
            true => self.called.clone(),
            false => format!(
                "{} (CẢNH BÁO: cũng gắn cho / WARNING: linked to {} too)",
                self.called,
                others.join(", ")
            ),
        }
    }
}

/// The accounts of a KOL, each once however often it was linked.
async fn own_accounts(client: &Client, row: &SubjectRow) -> anyhow::Result<Vec<Account>> {
    let view: SubjectView = client.json(&format!("/v1/subjects/{}", row.subject)).await?;
    let (mut own, mut places) = (Vec::new(), Vec::new());
    for one in &view.register.accounts {
        // What was erased is not called anything any more.
        let text = client.text(&format!("/v1/attachments/{}", one.account)).await.unwrap_or_default();
        let place = place_of_account(&one.platform, &text);
        if place.is_some() && places.contains(&place) {
            continue;
        }
        places.push(place);
        let linked = accounts::linked(client, &one.platform, &text).await?;
        let mut others: Vec<SubjectId> = linked.into_iter().map(|other| other.subject).collect();
        others.retain(|other| *other != row.subject);
        others.dedup();
        let called = format!("{} {}", one.platform, clean(text.trim())).trim_end().to_owned();
        own.push(Account { called, others });
    }
    Ok(own)
}
