//! A KOL's own keys: which there are, what may be done about them, and what waits for one that acts

use super::key_state;
use super::options::Open;
use super::output::say;
use crate::api::views::{KeyView, LedgerView, SubjectView};
use crate::client::Client;
use crate::clock::Clock;

/// Prints every key with how it stands and since when, those that may sign first.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn print(client: &Client, view: &SubjectView) -> anyhow::Result<()> {
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    say!("\nKhóa của tôi / My keys");
    let (live, ended): (Vec<_>, Vec<_>) = view.keys.iter().partition(|one| one.live);
    for one in live.into_iter().chain(ended) {
        let added = one.added_at.date_at(ledger.utc_offset_min);
        say!("{}", one.key);
        say!("    {}; ghi nhận ngày / added on {added}", key_state::told(client, one, &ledger).await);
    }
    Ok(())
}

/// What may be done about keys: a recovery that waits, and what helps before one is lost or stolen.
pub(super) fn open(view: &SubjectView) -> Vec<Open> {
    let subject = view.row.subject;
    let now = Clock::system().now();
    let (acting, waiting): (Vec<&KeyView>, Vec<&KeyView>) =
        view.keys.iter().filter(|one| one.live).partition(|one| one.live_from <= now);
    let cancelled = |one: &KeyView| Open {
        until: Some(one.live_from.date_at(0)),
        ..Open::new(
            format!(
                "khóa {} do Ban điều phối khôi phục cho tôi; nếu tôi không yêu cầu, có thể là trộm: hủy",
                one.key
            ),
            format!(
                "the council recovered the key {} for you; if you did not ask, it may be theft: cancel it",
                one.key
            ),
            format!(
                "tinnhiem key revoke --issuer {subject} --target {} --cause cancelled --key KEY.pem",
                one.key
            ),
        )
    };
    // Only a key that acts cancels another.
    let mut open: Vec<Open> =
        waiting.iter().filter(|_| !acting.is_empty()).map(|one| cancelled(one)).collect();
    match acting.len() {
        0 if !waiting.is_empty() => open.extend(waiting.iter().map(|one| Open {
            until: Some(one.live_from.date_at(0)),
            command: None,
            ..Open::new(
                format!(
                    "khóa mới {} của tôi có hiệu lực từ {}; đến lúc đó tôi chưa ký được gì",
                    one.key, one.live_from
                ),
                format!(
                    "your new key {} acts from {}; until then you can sign nothing",
                    one.key, one.live_from
                ),
                String::new(),
            )
        })),
        0 => open.push(Open::new(
            "mất khóa: đưa khóa công khai mới cho Ban điều phối khôi phục, 14 ngày sau có hiệu lực",
            "no key of yours acts: hand the public half of a new one to the council; it acts 14 days later",
            "tinnhiem key new new.pem".to_owned(),
        )),
        1 => open.push(Open::new(
            "tôi chỉ có một khóa: thêm khóa dự phòng (`tinnhiem key new backup.pem`), cất nơi khác",
            "you have one key: add a backup (`tinnhiem key new backup.pem`), kept elsewhere",
            format!("tinnhiem key add --issuer {subject} --new backup.pem --key KEY.pem"),
        )),
        _ => {}
    }
    let (vi, en, command) = match acting.len() {
        0 => return open,
        1 => (
            "khóa có thể đã lộ: thay ngay (`tinnhiem key new new.pem`), rồi báo Ban điều phối từ khi nào; nếu tính từ trước khi \
             thay, khóa mới mất theo và Ban điều phối khôi phục khóa khác, 14 ngày sau có hiệu lực",
            "your key may be in other hands: replace it at once (`tinnhiem key new new.pem`), then tell the council since when; \
             dated before you replaced it, the new key falls too, and the council recovers another, which acts 14 days later",
            format!("tinnhiem key rotate --issuer {subject} --new new.pem --key KEY.pem"),
        ),
        _ => (
            "một khóa có thể đã lộ: chấm dứt khóa ấy ngay bằng chính nó, dùng khóa kia, rồi báo Ban điều phối từ khi nào",
            "a key of yours may be in other hands: end it at once by itself, go on with the other, then tell the council \
             since when",
            format!("tinnhiem key revoke --issuer {subject} --target KEY.pem --cause retired --key KEY.pem"),
        ),
    };
    open.push(Open::new(vi, en, command));
    open
}

/// What may be done, where no key acts: nothing that is signed, until one does.
pub(super) fn waited_for(view: &SubjectView, mut options: Vec<Open>) -> Vec<Open> {
    let now = Clock::system().now();
    let live = || view.keys.iter().filter(|one| one.live);
    if live().any(|one| one.live_from <= now) {
        return options;
    }
    let acts = live().map(|one| one.live_from).min();
    for one in
        options.iter_mut().filter(|one| one.command.as_ref().is_some_and(|all| all.contains(" --key ")))
    {
        let command = one.command.take().unwrap_or_default();
        let told = match (acts, one.until) {
            (Some(from), Some(last)) if last < from.date_at(0) => vec![format!(
                "hết hạn trước khi khóa mới có hiệu lực, {from} / over before your new key acts, on {from}"
            )],
            (Some(from), _) => {
                vec![
                    format!("từ {from}, khi khóa mới có hiệu lực / from {from}, when your new key acts:"),
                    command,
                ]
            }
            (None, _) => vec!["khi tôi có khóa có hiệu lực / once a key of yours acts:".to_owned(), command],
        };
        one.list = [told, std::mem::take(&mut one.list)].concat();
    }
    options
}
