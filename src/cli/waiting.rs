//! An event that waits at the ledger for others to sign: leaving it there, and signing it by its id.

use std::path::Path;

use super::coded::{here, unknown};
use super::consent::{Consent, Unsigned};
use super::foresee::{self, Destination, whose};
use super::output::{self, say};
use super::signing::tell_recorded;
use crate::api::authorization;
use crate::api::views::{DraftRow, DraftView};
use crate::client::{Brought, Client};
use crate::clock::Clock;
use crate::dsse::{EventId, SecretKey};
use crate::event::Event;
use crate::ledger::Submission;

/// The id that is given in the place of a file, where no file has that name.
pub(super) fn id(given: &Path) -> Option<EventId> {
    given.to_str().filter(|_| !given.exists()).and_then(|text| text.parse().ok())
}

/// What proves to the ledger that the holder of a key asks.
pub(super) async fn proof(client: &Client, key: &SecretKey) -> anyhow::Result<String> {
    Ok(authorization(key, &client.origin().await?, Clock::system().now()))
}

/// Leaves a signed event at the ledger, where the others find it; one that lacks nothing is recorded.
pub(super) async fn bring(client: &Client, submission: &Submission, json: bool) -> anyhow::Result<u8> {
    match client.bring(submission).await {
        Err(error) => Err(foresee::explained(client, submission, error).await.into()),
        Ok(brought) => tell(client, submission, brought, json).await,
    }
}

/// Reads what waits, shows it, and adds the signature of a key.
pub(super) async fn sign(
    client: &Client,
    id: EventId,
    key: &SecretKey,
    consent: Consent,
    json: bool,
) -> anyhow::Result<u8> {
    let mut submission = read(client, &id, key).await?;
    let event = Event::parse(submission.envelope.payload())?;
    let keys = [key.public()];
    let signed = submission.envelope.signers().any(|signer| signer == keys[0]);
    if !signed {
        let judged = foresee::check(client, &submission, &keys, Destination::Draft).await?;
        let remarks = judged.as_ref().map_or(&[][..], |one| &one.moves);
        let attachments = &submission.attachments;
        let unsigned = Unsigned { event: &event, attachments, files: &[], keys: &keys, remarks };
        consent.to(unsigned, Some(client)).await?;
        submission.envelope.add_signature_of(key)?;
    }
    let (_, signatures) = submission.envelope.clone().into_parts();
    let own: Vec<_> = signatures.into_iter().filter(|(signer, _)| *signer == keys[0]).collect();
    match client.sign_draft(&id, &own).await {
        Err(error) => Err(foresee::explained(client, &submission, error).await.into()),
        Ok(brought) => tell(client, &submission, brought, json).await,
    }
}

/// The event that waits under an id, with its texts: what a ledger hands out is that event or none.
async fn read(client: &Client, id: &EventId, key: &SecretKey) -> anyhow::Result<Submission> {
    let proof = proof(client, key).await?;
    let view: DraftView = client.json_for(&format!("/v1/drafts/{id}"), Some(&proof)).await?;
    if view.attachments.len() < view.attached {
        let detail = format!(
            "khóa này không được chờ ký / {} is not waited for here, and is shown no texts; what is, are {}",
            key.public(),
            missing(&view.row)
        );
        anyhow::bail!(unknown("draft.not_waited_for", detail));
    }
    let sent = serde_json::json!({"envelope": view.envelope, "attachments": view.attachments});
    let submission = Submission::parse(&serde_json::to_vec(&sent)?)?;
    if EventId::of_payload(submission.envelope.payload()) != *id {
        anyhow::bail!(here(
            "ledger.other",
            format!("the ledger handed out another event than {id}: nothing is signed")
        ));
    }
    submission.clone().verify()?;
    Ok(submission)
}

async fn tell(client: &Client, submission: &Submission, brought: Brought, json: bool) -> anyhow::Result<u8> {
    match brought {
        Brought::Recorded { told, before } => {
            tell_recorded(client, submission, &told, before, json).await?;
        }
        Brought::Waits(told) if json => output::json(&told)?,
        Brought::Waits(told) => {
            let row: DraftRow = serde_json::from_value(told)?;
            let id = EventId::of_payload(submission.envelope.payload());
            say!("event {id}");
            say!("còn chờ chữ ký / waits for signatures, of {}", missing(&row));
            say!("mỗi bên xem và ký / each of them reads and signs: tinnhiem sign {id} --key KEY.pem");
            say!("hết hạn / lapses {}", row.lapses_at);
        }
    }
    Ok(0)
}

/// Whose signatures a draft lacks, in words.
pub(super) fn missing(row: &DraftRow) -> String {
    row.missing.iter().map(whose).collect::<Vec<_>>().join(", and of ")
}
