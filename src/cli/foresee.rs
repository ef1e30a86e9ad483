//! What the rules would refuse, as far as it can be known before anybody is asked to sign

use serde::de::DeserializeOwned;

use super::fates;
use super::told::clean;
use crate::api::views::{EventPage, EventView, LedgerView, SubjectView};
use crate::client::{Client, ClientError};
use crate::dsse::EventId;
use crate::event::{
    AccountStage, AccreditationStage, AssessmentStage, Body, EndorsementPublished, EndorsementStage, Move,
    PartyId, Relation, SanctionStage, SubjectId,
};
use crate::rules::{Kind, Reason};
use crate::time::Date;

/// Refuses what the ledger would refuse, in its words and with what they are about.
///
/// # Errors
/// The refusal, or that the ledger does not answer.
pub async fn check(
    client: &Client,
    issuer: &PartyId,
    subject: Option<SubjectId>,
    body: &Body,
) -> anyhow::Result<()> {
    match (body, subject) {
        (Body::EndorsementPublished(body), Some(subject)) => endorsement(client, issuer, subject, body).await,
        (Body::EndorsementWithdrawn(one), _) => {
            still::<EndorsementStage>(client, &one.target, EndorsementStage::after, body).await
        }
        (Body::AssessmentWithdrawn(one), _) => {
            still::<AssessmentStage>(client, &one.target, AssessmentStage::after, body).await
        }
        (Body::SanctionLifted(one), _) => {
            still::<SanctionStage>(client, &one.target, SanctionStage::after, body).await
        }
        (Body::AccreditationWithdrawn(one), _) => {
            still::<AccreditationStage>(client, &one.target, AccreditationStage::after, body).await
        }
        (Body::AccountUnlinked(one), _) => {
            still::<AccountStage>(client, &one.target, AccountStage::after, body).await
        }
        _ => Ok(()),
    }
}

/// A refusal as the ledger would answer it.
fn refused(reason: Reason, about: impl std::fmt::Display) -> anyhow::Error {
    let status = match reason.kind() {
        Kind::Forbidden => 403,
        Kind::Conflict => 409,
        Kind::Rule | Kind::Opening => 422,
    };
    let detail = format!("{about}: {}", reason.advice());
    ClientError::Refused { status, code: reason.code().to_owned(), detail }.into()
}

async fn endorsement(
    client: &Client,
    issuer: &PartyId,
    subject: SubjectId,
    body: &EndorsementPublished,
) -> anyhow::Result<()> {
    let view: SubjectView = match client.json(&format!("/v1/subjects/{subject}")).await {
        // The ledger says what is to be done then.
        Err(ClientError::Refused { status: 404, .. }) => return Ok(()),
        view => view?,
    };
    let name = clean(view.row.name.as_deref().unwrap_or_default());
    if !view.row.topics.contains(&body.topic) {
        let topics: Vec<String> = view.row.topics.iter().map(ToString::to_string).collect();
        let about = format!("{}: the topics of {subject} ({name}) are {}", body.topic, topics.join(", "));
        return Err(refused(Reason::EndorsementTopic, about));
    }
    if (body.relation == Relation::Commercial) != body.value_band.is_some() {
        return Err(refused(Reason::EndorsementValue, "value_band"));
    }
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    if body.expires_on < ledger.today {
        return Err(refused(Reason::EndorsementExpiry, body.expires_on));
    }
    match twin(client, issuer, subject, body, ledger.today).await? {
        Some((seq, until)) => {
            let about = format!(
                "entry {seq} endorses {subject} ({name}) on {} until {until} (`tinnhiem withdraw {seq} --key KEY.pem`)",
                body.topic
            );
            Err(refused(Reason::EndorsementExists, about))
        }
        None => Ok(()),
    }
}

/// The endorsement in force by the same issuer on the same topic: its seq and its last day.
async fn twin(
    client: &Client,
    issuer: &PartyId,
    subject: SubjectId,
    body: &EndorsementPublished,
    today: Date,
) -> anyhow::Result<Option<(u64, Date)>> {
    let path = format!(
        "/v1/subjects/{subject}/events?issuer={issuer}&type=endorsement.published&fates=true&limit=1000"
    );
    let page: EventPage = client.json(&path).await?;
    let standing = |fate: &crate::api::views::Fate| ["standing", "voided"].contains(&fate.stage.as_str());
    for row in page.events.iter().rev().filter(|row| row.fate.as_ref().is_some_and(standing)) {
        let entry: EventView = client.json(&format!("/v1/events/{}", row.seq)).await?;
        let said: EndorsementPublished = serde_json::from_value(entry.payload["body"].clone())?;
        if said.topic == body.topic && said.expires_on >= today {
            return Ok(Some((row.seq, said.expires_on)));
        }
    }
    Ok(None)
}

/// Refuses to end what no longer stands, and tells what became of it.
async fn still<S: DeserializeOwned>(
    client: &Client,
    target: &EventId,
    after: fn(Option<S>, Move) -> Option<S>,
    body: &Body,
) -> anyhow::Result<()> {
    let entry: EventView = match client.json(&format!("/v1/events/{target}")).await {
        Err(ClientError::Refused { status: 404, .. }) => return Ok(()),
        entry => entry?,
    };
    let seq = entry.row.seq;
    let Some(fate) = fates::of(client, &[seq]).await?.remove(&seq) else { return Ok(()) };
    let stage = serde_json::from_value(serde_json::Value::String(fate.stage.clone())).ok();
    // What is at a stage of another kind is no such item: the ledger says so.
    let Some(stage) = stage else { return Ok(()) };
    match after(Some(stage), Move::Event(body.type_name())) {
        Some(_) => Ok(()),
        None => Err(refused(Reason::TargetEnded, became(seq, &fate))),
    }
}

/// What became of an entry, in one line.
fn became(seq: u64, fate: &crate::api::views::Fate) -> String {
    let by: Vec<String> = fate.by.iter().map(fates::sentence).collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join("; ")) };
    format!("mục / entry {seq}: {}{by}", fates::state(fate))
}

/// What became of those of these events that no longer stand, to be told with a refusal.
pub async fn ended(client: &Client, events: &[String]) -> Option<String> {
    let mut told = Vec::new();
    for event in events {
        let entry: EventView = client.json(&format!("/v1/events/{event}")).await.ok()?;
        let seq = entry.row.seq;
        let fate = fates::of(client, &[seq]).await.ok()?.remove(&seq);
        told.extend(fate.filter(|fate| !fate.by.is_empty()).map(|fate| became(seq, &fate)));
    }
    (!told.is_empty()).then(|| told.join("; "))
}
