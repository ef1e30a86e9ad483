//! Whose keys sign, as far as a ledger knows

use super::told::clean;
use crate::api::views::{MemberList, MemberView, SubjectView};
use crate::client::{Client, ClientError};
use crate::dsse::PublicKey;
use crate::event::{Body, PartyId};
use crate::rules::Reason;

/// What the ledger answers to a key of another party.
const FORBIDDEN: u16 = 403;

/// Refuses keys none of which is the issuer's, before anything is shown or asked.
///
/// # Errors
/// When none is, or the ledger does not know the issuer.
pub async fn check(client: &Client, issuer: &PartyId, body: &Body, keys: &[PublicKey]) -> anyhow::Result<()> {
    // A panel's majority signs, whoever of it is named; and a key of a seat may end itself.
    let by_others = matches!(
        body,
        Body::ContestDecided(_) | Body::AppealDecided(_) | Body::ContestExtended(_) | Body::KeyRevoked(_)
    );
    let own: Vec<PublicKey> = match issuer.as_subject() {
        _ if by_others => return Ok(()),
        _ if issuer.is_council() => {
            let list: MemberList = client.json("/v1/members").await?;
            list.council.iter().map(|seat| seat.key).collect()
        }
        Some(subject) => {
            let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
            view.keys.iter().map(|one| one.key).collect()
        }
        None => {
            let view: MemberView = client.json(&format!("/v1/members/{issuer}")).await?;
            view.keys.iter().filter(|one| !one.seat).map(|one| one.key).collect()
        }
    };
    let whose = if issuer.is_council() { "a seat of the council".to_owned() } else { issuer.to_string() };
    if keys.iter().any(|key| own.contains(key)) {
        return Ok(());
    }
    let theirs = owners(client, keys).await;
    let theirs =
        if theirs.is_empty() { String::new() } else { format!(" (it is a key of {})", theirs.join(", ")) };
    Err(refused(FORBIDDEN, Reason::KeyOtherOwner, &format!("no --key is one of {whose}{theirs}")))
}

/// Where a ledger tells of a party.
pub fn path(party: &PartyId) -> String {
    match party.as_subject() {
        Some(subject) => format!("/v1/subjects/{subject}"),
        None => format!("/v1/members/{party}"),
    }
}

/// A refusal in the words in which the ledger would refuse the same.
pub fn refused(status: u16, reason: Reason, what: &str) -> anyhow::Error {
    let detail = format!("{what}: {}", reason.advice());
    ClientError::Refused { status, code: reason.code().to_owned(), detail }.into()
}

/// The members whose keys these are.
async fn owners(client: &Client, keys: &[PublicKey]) -> Vec<String> {
    const AT_ONCE: usize = 16;
    let Ok(list) = client.json::<MemberList>("/v1/members").await else { return Vec::new() };
    let seats = list.council.iter().filter(|seat| keys.contains(&seat.key));
    let mut owners: Vec<String> = seats.map(|seat| format!("seat {} of the council", seat.seat)).collect();
    for some in list.members.chunks(AT_ONCE) {
        let asked = some
            .iter()
            .map(async |one| client.json::<MemberView>(&format!("/v1/members/{}", one.member)).await.ok());
        let views = futures_util::future::join_all(asked).await;
        let own = |view: &MemberView| view.keys.iter().any(|one| !one.seat && keys.contains(&one.key));
        let own = views.iter().flatten().filter(|view| own(view));
        owners.extend(own.map(|view| format!("{} ({})", view.member.member, clean(&view.member.name))));
    }
    owners
}
