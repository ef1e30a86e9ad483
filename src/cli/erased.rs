//! Which entry destroyed the texts of another

use crate::api::views::{EventPage, EventRow, EventView};
use crate::client::{Client, ClientError, Pages};
use crate::dsse::EventId;
use crate::event::{Body, Commitment, EventType, SubjectId};

/// The entry by which the texts of an event about a subject were destroyed; none: they were not.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn by(
    client: &Client,
    subject: SubjectId,
    event: &EventId,
) -> Result<Option<EventRow>, ClientError> {
    let executed = EventType::ErasureExecuted.name();
    let mut pages = Pages::of(format!("/v1/subjects/{subject}/events?type={executed}"), "after");
    while let Some(page) = pages.next::<EventPage>(client).await? {
        for row in page.events {
            let view: EventView = client.json(&format!("/v1/events/{}", row.seq)).await?;
            if targets(&view).contains(event) {
                return Ok(Some(row));
            }
        }
    }
    Ok(None)
}

/// The entries of an answered request whose texts were left as they are, by the entry that answered it.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn left_by(client: &Client, executed: u64) -> Result<Vec<u64>, ClientError> {
    let view: EventView = client.json(&format!("/v1/events/{executed}")).await?;
    match view.event().map(|event| event.body) {
        Ok(Body::ErasureExecuted(body)) => not_named(client, &body.request, &body.targets).await,
        _ => Ok(Vec::new()),
    }
}

/// The entries of a request that are not among these.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn not_named(
    client: &Client,
    request: &EventId,
    named: &[EventId],
) -> Result<Vec<u64>, ClientError> {
    let view: EventView = client.json(&format!("/v1/events/{request}")).await?;
    let mut left = Vec::new();
    for target in targets(&view).iter().filter(|one| !named.contains(one)) {
        left.push(client.json::<EventView>(&format!("/v1/events/{target}")).await?.row.seq);
    }
    Ok(left)
}

/// The events whose texts an entry asks to have destroyed, or says are.
fn targets(view: &EventView) -> Vec<EventId> {
    match view.event().map(|event| event.body) {
        Ok(Body::ErasureRequested(body)) => body.targets,
        Ok(Body::ErasureExecuted(body)) => body.targets,
        _ => Vec::new(),
    }
}

/// That entries of a request stay as they are; none where all were named.
pub(super) fn left(seqs: &[u64]) -> Option<String> {
    let seqs: Vec<String> = seqs.iter().map(u64::to_string).collect();
    let seqs = seqs.join(", ");
    (!seqs.is_empty()).then(|| {
        format!(
            "yêu cầu còn các mục không được xóa / left as they are of what was asked for: mục / entries {seqs}; KOL có thể \
             yêu cầu lại / the KOL may ask again"
        )
    })
}

/// The same in words.
pub(super) fn sentence(by: &EventRow) -> String {
    format!(
        "văn bản đã bị hủy theo yêu cầu / its texts were destroyed on request: mục / entry {}, {}",
        by.seq, by.recorded_at
    )
}

/// Why a ledger keeps nothing of a commitment of an entry, or of several documents; `destroyed` are the texts of
/// an entry whose data was destroyed on request.
pub(super) fn absence(destroyed: Option<&[Commitment]>, one: Option<&Commitment>) -> &'static str {
    match destroyed {
        None => "không lưu ở đây / not kept here",
        Some(texts) if one.is_some_and(|one| texts.contains(one)) => {
            "đã hủy theo yêu cầu / destroyed on request"
        }
        // Of a document the log does not tell whether it was ever attached.
        Some(_) => "đã hủy theo yêu cầu hoặc chưa từng gửi kèm / destroyed on request, or never attached",
    }
}
