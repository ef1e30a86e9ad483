//! Which entries of a KOL are contested, what they are, and until when that is decided

use super::me;
use super::told::clean;
use crate::api::views::EventView;
use crate::client::Client;
use crate::event::{SubjectId, words};

/// The entries that are contested today, one a line, the oldest contest first.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn open(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    let contests = me::contests(client, subject).await?;
    for contest in contests.iter().rev().filter(|one| one.stage.is_open()) {
        let item: EventView = client.json(&format!("/v1/events/{}", contest.target)).await?;
        let row = &item.row;
        let what = words::of_type(&row.type_name).map_or_else(|| clean(&row.type_name), |words| words.done());
        let until = contest
            .decide_by
            .map_or("không có hạn quyết định / no day is set for the decision".to_owned(), |last| {
                format!("quyết định chậm nhất / to be decided by {last}")
            });
        lines.push(format!(
            "đang bị khiếu nại / contested: mục / entry {}, {what}, {}; khiếu nại / contest, entry {}: {until}",
            row.seq, row.issuer, contest.seq
        ));
    }
    Ok(lines)
}
