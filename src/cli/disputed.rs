//! Which entries of a KOL are contested, what they are, and until when that is decided

use super::me;
use super::told::clean;
use crate::api::views::{ClockView, ContestView, EventView};
use crate::client::Client;
use crate::event::{Contesting, SubjectId, words};
use crate::state::Awaited;

/// The days by which decisions are to come for which no clock runs yet, as they stand before the contest is
/// admitted; `clocks` are all that run about the KOL.
pub(super) fn foreseen(contests: &[ContestView], clocks: &[ClockView]) -> Vec<String> {
    let decides = |clock: &ClockView| clock.what == Awaited::ContestDecision;
    let runs = |seq: u64| clocks.iter().any(|clock| decides(clock) && clock.seq == seq);
    let waits = contests.iter().rev().filter(|one| one.stage == Contesting::Filed && !runs(one.seq));
    let line = |one: &ContestView| {
        let last = one.decide_by?;
        Some(format!(
            "{last}: dự kiến / foreseen: hội đồng phải quyết định chậm nhất / the panel is to decide by then, unless the contest \
             is declined (mục / entry {})",
            one.seq
        ))
    };
    waits.filter_map(line).collect()
}

/// Why values are still due for the draw of a contest that was withdrawn, one line for each such contest.
pub(super) fn drawn_before(contests: &[ContestView], clocks: &[ClockView]) -> Vec<String> {
    let draws = |seq: u64| clocks.iter().any(|clock| clock.what == Awaited::DrawReveal && clock.seq == seq);
    let withdrawn = contests.iter().rev().filter(|one| one.stage == Contesting::Withdrawn && draws(one.seq));
    let line = |one: &ContestView| {
        let seq = one.seq;
        match contests.iter().find(|again| again.target == one.target && again.stage.is_open()) {
            Some(again) => format!(
                "khiếu nại ở mục {seq} đã rút, nhưng lần rút thăm của nó chọn hội đồng cho khiếu nại nộp lại, mục {again} / the \
                 contest of entry {seq} was withdrawn, but its draw chooses the panel for the one filed again, entry {again}: \
                 to file again draws no other panel",
                again = again.seq
            ),
            None => format!(
                "khiếu nại ở mục {seq} đã rút; nộp lại thì hội đồng vẫn theo lần rút thăm này / the contest of entry {seq} was \
                 withdrawn; filed again, it keeps the panel of this draw"
            ),
        }
    };
    withdrawn.map(line).collect()
}

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
