//! Whose a key is and how it stands, in words

use serde_json::Value;

use super::owner;
use super::safe::short;
use crate::api::views::{EventView, KeyView, LedgerView};
use crate::client::Client;
use crate::dsse::PublicKey;
use crate::event::{Body, Event, PartyId, words};
use crate::limits;

/// How a key stands on the day of a ledger.
pub(super) fn words(key: &KeyView, ledger: &LedgerView) -> String {
    let acts = key.live_from.date_at(ledger.utc_offset_min);
    let state = match key.live {
        false => "không còn hiệu lực / ended".to_owned(),
        true if acts > ledger.today => format!("chờ hiệu lực / pending: acts from {}", key.live_from),
        // On the day of a recovered key the hour decides.
        true if acts == ledger.today && key.live_from > key.added_at => {
            format!("có hiệu lực từ / acts from {}", key.live_from)
        }
        true => "có hiệu lực / live".to_owned(),
    };
    match key.invalid_from {
        Some(from) => format!("{state}; chữ ký từ / signatures from {from} không tính / count nothing"),
        None => state,
    }
}

/// How a key stands, and by which entry it ended and when, as it is told of one.
pub(super) async fn told(client: &Client, key: &KeyView, ledger: &LedgerView) -> String {
    let mut told = words(key, ledger);
    for seq in [key.ended_by, key.found_by.filter(|by| Some(*by) != key.ended_by)].into_iter().flatten() {
        let Ok(entry) = client.json::<EventView>(&format!("/v1/events/{seq}")).await else { continue };
        let row = &entry.row;
        let what = words::of_type(&row.type_name).map_or(row.type_name.clone(), |words| words.done());
        let cause = match entry.event().map(|event| event.body) {
            Ok(Body::KeyRevoked(body)) => format!(", {}", words::meant(&body.cause)),
            _ => String::new(),
        };
        told += &format!(" (mục / entry {seq}, {}: {what}{cause}, {})", row.recorded_at, row.issuer);
    }
    told
}

/// That no key of a party's own acts, and what leads on; none where one does, or is about to.
pub(super) fn none_left(party: &PartyId, keys: &[KeyView]) -> Option<String> {
    let days = limits::RECOVERY_DAYS;
    (!keys.iter().any(|one| one.live && !one.seat)).then(|| {
        format!(
            "không còn khóa nào / no live key: it signs nothing until the council recovers one (`tinnhiem key add --issuer \
             council --owner {party}`), which acts {days} days later"
        )
    })
}

/// What who has put a new key in the place of an old one should know.
pub(super) fn rotated(old: &PublicKey) -> String {
    let old = short(&old.to_string());
    format!(
        "nếu khóa cũ có thể đã lộ trước lúc này, báo Ban điều phối / if the old key was in other hands before this, tell the \
         council: dated before this rotation (`key revoke --cause compromised --invalid-from`, of the key {old}), the new key \
         falls with the old one, for a thief could have rotated too, and the council recovers a key; dated after it, the new \
         key stays, and so does all that was signed before"
    )
}

/// Every key of a party, where the ledger tells them.
pub(super) async fn all(client: &Client, party: &PartyId) -> Option<Vec<KeyView>> {
    let view: Value = client.json(&owner::path(party)).await.ok()?;
    serde_json::from_value(view["keys"].clone()).ok()
}

/// How the key that an entry added stands; none where it added none, or the ledger does not tell.
pub(super) async fn of_event(client: &Client, event: &Event) -> Option<String> {
    let (key, owner) = match &event.body {
        Body::KeyAdded(body) => (&body.key, body.owner.as_ref()),
        Body::KeyRotated(body) => (&body.new, None),
        _ => return None,
    };
    let keys = all(client, owner.unwrap_or(&event.issuer)).await?;
    let ledger: LedgerView = client.json("/v1/ledger").await.ok()?;
    keys.iter().find(|one| one.key == *key).map(|one| words(one, &ledger))
}

/// What who signs a recovery should know.
pub(super) fn recovery(owner: &PartyId) -> String {
    let days = limits::RECOVERY_DAYS;
    format!(
        "khôi phục khóa cho / a recovery for {owner}: khóa mới có hiệu lực sau {days} ngày / the new key acts {days} \
         days after it is recorded; đến lúc đó khóa còn hiệu lực của {owner} hủy được bằng / until then a live key \
         of {owner} may cancel it, with `key revoke --cause cancelled` and nothing else"
    )
}

/// What who ends a key should know: that it is the last that acts for its owner.
pub(super) async fn last(client: &Client, owner: &PartyId, key: &PublicKey) -> Option<String> {
    let keys = all(client, owner).await?;
    let mut live = keys.iter().filter(|one| one.live && !one.seat);
    let only = live.next().filter(|one| one.key == *key && live.next().is_none());
    only.map(|_| {
        let days = limits::RECOVERY_DAYS;
        format!(
            "CẢNH BÁO: đây là khóa cuối cùng của {owner} / WARNING: this is the last key of {owner}: it can sign \
             nothing afterwards, until the council recovers a key, which acts {days} days later; add another first \
             with `tinnhiem key add`"
        )
    })
}
