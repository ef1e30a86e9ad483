//! A subject's own accounts on platforms: `subject link`, and who has linked one

use clap::Args;

use super::coded::usage;
use super::named::{PartyName, SubjectName, in_address};
use super::signing::{Attaching, Signing, Statement};
use super::told::clean;
use crate::api::views::{AccountView, EventView, MemberList, SubjectPage, SubjectView};
use crate::api::{called, known_platforms, place_of_account};
use crate::client::{Client, ClientError};
use crate::event::{AccountLinked, EventType, PlatformId, SubjectId};
use crate::rules::Reason;

/// How many KOLs are looked at who may have linked one account.
const LOOKED_AT: usize = 20;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem subject link --issuer vietreel --subject kol-0123456789abc \\
    --platform vietreel --account @bao-ngan --key vietreel.pem --key kol.pem")]
pub(super) struct Link {
    /// The registrar, who checked it
    #[arg(long)]
    issuer: PartyName,
    /// Whose account it is, and who signs too
    #[arg(long)]
    subject: SubjectName,
    /// The platform, such as tiktok or youtube
    #[arg(long, value_parser = platform)]
    platform: PlatformId,
    /// The account's handle or address; attached, and so erasable
    #[arg(long)]
    account: String,
    #[command(flatten)]
    signing: Signing,
}

/// A platform, however its name is capitalised.
fn platform(text: &str) -> Result<PlatformId, String> {
    let known = || known_platforms().collect::<Vec<_>>().join(", ");
    text.trim().to_lowercase().parse().map_err(|_| {
        format!("a platform is named in at most 40 of a to z, 0 to 9 and hyphens, such as {}", known())
    })
}

impl Link {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut remarks: Vec<String> = misplaced(&self.platform, &self.account)?.into_iter().collect();
        if self.signing.asks() {
            let client = self.signing.at.client();
            check_spelling(&client, &self.platform).await?;
            remarks.extend(taken(&client, subject, &self.platform, &self.account).await?);
        }
        let mut attaching = Attaching::default();
        let account = attaching.text(&self.account)?;
        let body = AccountLinked { platform: self.platform, account: account.into() };
        let issuer = self.signing.party(&self.issuer).await?;
        let statement = Statement::about(subject, issuer, body, attaching);
        self.signing.publish_knowing(statement, &remarks).await
    }
}

/// What is told of an account that nobody will find by its name; none of one that lies on its platform.
///
/// # Errors
/// That it is an address of another platform.
fn misplaced(platform: &PlatformId, account: &str) -> anyhow::Result<Option<String>> {
    let Some((place, _)) = place_of_account(platform, account) else {
        return Ok(Some(format!(
            "CẢNH BÁO: không rõ tài khoản nào / WARNING: {} names no account by which `find` would find anybody: give its \
             handle, such as @bao-ngan, or the address of its profile",
            clean(account)
        )));
    };
    let own = called(platform);
    if place == own || !known_platforms().any(|known| known == own || known == place) {
        return Ok(None);
    }
    match known_platforms().find(|known| *known == place) {
        Some(other) => anyhow::bail!(usage(format!(
            "--account: địa chỉ này là của nền tảng khác / {} is an address of {other}, not of {platform}: give --platform \
             {other}, or the account on {platform}",
            clean(account)
        ))),
        None => Ok(Some(format!(
            "CẢNH BÁO: địa chỉ này không phải của {platform} / WARNING: {} is no address of {platform}: who looks for the \
             account there does not find it",
            clean(account)
        ))),
    }
}

/// Refuses a platform that is nearly, and not, one that is known; a member may be called so.
async fn check_spelling(client: &Client, platform: &PlatformId) -> anyhow::Result<()> {
    let own = called(platform);
    if known_platforms().any(|known| known == own) {
        return Ok(());
    }
    let near = |known: &&str| strsim::damerau_levenshtein(known, own) <= known.len() / 3;
    let Some(meant) = known_platforms().find(near) else { return Ok(()) };
    let list: MemberList = client.json("/v1/members").await?;
    if list.members.iter().any(|one| one.member.as_str() == own) {
        return Ok(());
    }
    let known: Vec<&str> = known_platforms().collect();
    anyhow::bail!(usage(format!(
        "--platform: không có nền tảng nào tên {own}; có phải là / no known platform {own}; did you mean {meant}? Known are {}; \
         one that is truly called so is linked by `tinnhiem publish {}`",
        known.join(", "),
        EventType::AccountLinked
    )))
}

/// What is told of an account that another KOL has linked.
///
/// # Errors
/// That the KOL itself has linked it, or what the ledger refuses.
async fn taken(
    client: &Client,
    subject: SubjectId,
    platform: &PlatformId,
    account: &str,
) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    for Linked { subject: other, name, link } in linked(client, platform, account).await? {
        let seq = client.json::<EventView>(&format!("/v1/events/{}", link.link)).await?.row.seq;
        if other == subject {
            let on = link.linked_on;
            let detail =
                format!("đã gắn ở mục {seq} / linked already as entry {seq}, on {on}: nothing is left to do");
            let code = Reason::AccountExists.code().to_owned();
            return Err(ClientError::Refused { status: 409, code, detail }.into());
        }
        let name = clean(name.as_deref().unwrap_or("–"));
        remarks.push(format!(
            "CẢNH BÁO: tài khoản này đã gắn cho người khác, {name} ({other}), ở mục {seq}: xem lại là của ai / WARNING: this \
             account is linked to somebody else, {name} ({other}), by entry {seq}: see whose it is; what is linked wrongly is \
             unlinked, `tinnhiem subject unlink --subject {other} --target {seq}`. Until then `find` names both"
        ));
    }
    Ok(remarks)
}

/// An account that somebody has linked.
pub(super) struct Linked {
    /// Who.
    pub subject: SubjectId,
    /// What that KOL is called, where it is kept.
    name: Option<String>,
    /// The link.
    link: AccountView,
}

/// Who has linked an account, each with every link of it; nobody where the text names no account.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn linked(
    client: &Client,
    platform: &PlatformId,
    account: &str,
) -> anyhow::Result<Vec<Linked>> {
    let Some(wanted) = place_of_account(platform, account) else { return Ok(Vec::new()) };
    let path = format!("/v1/subjects?limit={LOOKED_AT}&q={}", in_address(account.trim()));
    let page: SubjectPage = client.json(&path).await?;
    let mut linked = Vec::new();
    for row in page.subjects {
        let view: SubjectView = client.json(&format!("/v1/subjects/{}", row.subject)).await?;
        for link in view.register.accounts {
            let text = client.text(&format!("/v1/attachments/{}", link.account)).await.unwrap_or_default();
            if place_of_account(&link.platform, &text).as_ref() == Some(&wanted) {
                linked.push(Linked { subject: row.subject, name: row.name.clone(), link });
            }
        }
    }
    Ok(linked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_known_however_it_is_capitalised() {
        assert_eq!(platform(" TikTok ").unwrap().as_str(), "tiktok");
        let said = platform("Tik Tok").unwrap_err();
        assert!(said.contains("such as facebook") && !said.contains('['), "{said}");
    }

    #[test]
    fn an_address_of_another_platform_is_no_account_of_this_one() {
        let of = |on: &str, account: &str| misplaced(&platform(on).unwrap(), account);
        for (on, account) in [
            ("tiktok", "@giahan"),
            ("tiktok", "https://www.tiktok.com/@giahan"),
            ("twitter", "https://x.com/giahan"),
            ("vietreel", "@bao-ngan"),
            ("vietreel", "https://vietreel.vn/@bao-ngan"),
        ] {
            assert_eq!(of(on, account).unwrap(), None, "{on} {account}");
        }
        for (on, account) in
            [("tiktok", "https://youtube.com/@giahan"), ("vietreel", "https://fb.com/giahan")]
        {
            assert!(of(on, account).unwrap_err().to_string().contains("give --platform"), "{on} {account}");
        }
        for (on, account) in
            [("tiktok", "https://tiktok.com/"), ("tiktok", "https://tik-tok.example/@giahan")]
        {
            assert!(of(on, account).unwrap().unwrap().contains("WARNING"), "{on} {account}");
        }
    }
}
