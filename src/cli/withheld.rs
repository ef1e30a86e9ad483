//! What falls with a key that was in other hands, and what stands

use super::owner;
use crate::api::views::{EventPage, EventView, KeyView, MemberList};
use crate::client::Client;
use crate::dsse::PublicKey;
use crate::event::{EventType, KeyRevoked, PartyId, RevocationCause};
use crate::time::Timestamp;

/// Types of items whose weight falls with the key that signed them.
const FALL: [EventType; 2] = [EventType::AssessmentPublished, EventType::EndorsementPublished];

/// What who ends a key as compromised should know.
///
/// # Errors
/// When the ledger does not answer.
pub async fn of(client: &Client, body: &KeyRevoked) -> anyhow::Result<Vec<String>> {
    if body.cause != RevocationCause::Compromised {
        return Ok(Vec::new());
    }
    let Some(from) = body.invalid_from else {
        return Ok(vec![
            "CẢNH BÁO: không có --invalid-from thì mọi mục khóa này đã ký đến nay vẫn còn hiệu lực, kể cả do người khác ký / \
             WARNING: without --invalid-from all that this key has signed stands, also what others signed with it; the \
             council may say from when later, at most 90 days back"
                .to_owned(),
        ]);
    };
    let mut remarks = vec![format!(
        "đánh giá và bảo chứng khóa này ký từ {from} không còn được tính; mục khác nó đã ký vẫn còn hiệu lực / assessments \
         and endorsements that this key signed from {from} on count nothing any more; other entries that it signed stand"
    )];
    remarks.push(match holder(client, &body.key).await? {
        Some(holder) => {
            let fallen = fallen(client, &holder, &body.key, from).await?;
            match fallen.is_empty() {
                true => format!("của {holder}: không có mục nào / of {holder}: none"),
                false => format!("của / of {holder}: mục / entries {}", fallen.join(", ")),
            }
        }
        None => "không tìm thấy chủ khóa trong các thành viên: `tinnhiem log --issuer CHỦ` liệt kê / its owner is not \
                 among the members: `tinnhiem log --issuer OWNER` lists its entries"
            .to_owned(),
    });
    Ok(remarks)
}

/// The member whose key it is.
async fn holder(client: &Client, key: &PublicKey) -> anyhow::Result<Option<PartyId>> {
    #[derive(serde::Deserialize)]
    struct Keyed {
        keys: Vec<KeyView>,
    }
    let list: MemberList = client.json("/v1/members").await?;
    for row in list.members {
        let view: Keyed = client.json(&owner::path(&row.member)).await?;
        if view.keys.iter().any(|one| one.key == *key) {
            return Ok(Some(row.member));
        }
    }
    Ok(None)
}

/// The items of a party that a key signed from a moment on, by seq.
async fn fallen(
    client: &Client,
    holder: &PartyId,
    key: &PublicKey,
    from: Timestamp,
) -> anyhow::Result<Vec<String>> {
    let mut fallen = Vec::new();
    for of in FALL {
        let mut after = String::new();
        loop {
            let path = format!("/v1/events?limit=1000&issuer={holder}&type={}{after}", of.name());
            let page: EventPage = client.json(&path).await?;
            for row in page.events.iter().filter(|row| from <= row.recorded_at) {
                let entry: EventView = client.json(&format!("/v1/events/{}", row.seq)).await?;
                if entry.keys.contains(key) {
                    fallen.push(row.seq.to_string());
                }
            }
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
    }
    Ok(fallen)
}
