//! Whose keys sign, as far as a ledger knows

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
    Err(refused(FORBIDDEN, Reason::KeyOtherOwner, &format!("no --key is one of {whose}")))
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
