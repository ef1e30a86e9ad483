//! What an announced assessment would do to the KOL's score

use super::read::figure;
use crate::client::Client;
use crate::engines::Score;
use crate::event::SubjectId;

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
