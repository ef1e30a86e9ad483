//! Which entry destroyed the texts of another

use crate::api::views::{EventPage, EventRow, EventView};
use crate::client::{Client, ClientError, Pages};
use crate::dsse::EventId;
use crate::event::{EventType, SubjectId};

/// The entry by which the texts of an event about a subject were destroyed; none: they were not.
///
/// # Errors
/// When the ledger does not answer.
pub async fn by(
    client: &Client,
    subject: SubjectId,
    event: &EventId,
) -> Result<Option<EventRow>, ClientError> {
    let executed = EventType::ErasureExecuted.name();
    let mut pages = Pages::of(format!("/v1/subjects/{subject}/events?type={executed}"), "after");
    while let Some(page) = pages.next::<EventPage>(client).await? {
        for row in page.events {
            let view: EventView = client.json(&format!("/v1/events/{}", row.seq)).await?;
            let targets = view.payload["body"]["targets"].as_array().into_iter().flatten();
            if targets.into_iter().any(|target| *target == event.to_string()) {
                return Ok(Some(row));
            }
        }
    }
    Ok(None)
}

/// The same in words.
pub fn sentence(by: &EventRow) -> String {
    format!(
        "văn bản đã bị hủy theo yêu cầu / its texts were destroyed on request: mục / entry {}, {}",
        by.seq, by.recorded_at
    )
}
