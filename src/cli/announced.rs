//! What is announced about a KOL: what it would do to the score, and what is done about it

use super::read::figure;
use crate::api::views::EventRow;
use crate::client::Client;
use crate::engines::Score;
use crate::event::{EventType, SubjectId};

/// What is done about an entry that only announces something, which nobody contests; none of another entry.
pub(super) fn answered(row: &EventRow, subject: SubjectId) -> Option<String> {
    let (seq, option) = (
        row.seq,
        match row.event_type()? {
            EventType::AssessmentNotified => "--notice",
            EventType::SanctionProposed => "--proposal",
            _ => return None,
        },
    );
    Some(format!(
        "mục {seq} chỉ báo trước: hãy phản hồi / entry {seq} only announces something, and is replied to: `tinnhiem reply \
         --subject {subject} {option} {seq} --statement …`; what is recorded after it may be contested"
    ))
}

/// What the score would be if a notice were published as it was announced; none where nobody can tell.
pub(super) async fn score(client: &Client, subject: SubjectId, notice: &str) -> Option<String> {
    let now: Score = client.json(&format!("/v1/subjects/{subject}/score")).await.ok()?;
    let path = format!("/v1/subjects/{subject}/score?announced={notice}");
    let then: Score = client.json(&path).await.ok()?;
    Some(format!(
        "nếu công bố đúng như báo trước, điểm khoảng / published as announced, the score is about {} (nay / now {})",
        figure(&then.figure),
        figure(&now.figure)
    ))
}
