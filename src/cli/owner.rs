//! Where a ledger tells of a party, and its refusals in its words

use crate::client::ClientError;
use crate::event::PartyId;
use crate::rules::Reason;

/// Where a ledger tells of a party.
pub(super) fn path(party: &PartyId) -> String {
    match party.as_subject() {
        Some(subject) => format!("/v1/subjects/{subject}"),
        None => format!("/v1/members/{party}"),
    }
}

/// A refusal in the words in which the ledger would refuse the same.
pub(super) fn refused(status: u16, reason: Reason, what: &str) -> anyhow::Error {
    let detail = format!("{what}: {}", reason.advice());
    ClientError::Refused { status, code: reason.code().to_owned(), detail }.into()
}
