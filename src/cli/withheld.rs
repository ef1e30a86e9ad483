//! What falls with a key that was in other hands, and what stands

use std::collections::BTreeMap;
use std::time::Duration;

use super::fates;
use super::key_state;
use super::output::points;
use super::read::bare;
use super::signed;
use crate::api::views::{Checked, EventRow, EventView, Fallen};
use crate::client::{Client, Draft};
use crate::dsse::PublicKey;
use crate::engines::Figure;
use crate::event::{Body, Event, EventType, KeyRevoked, PartyId, RevocationCause};
use crate::ledger::Submission;
use crate::limits;

/// Longest that a log is looked through for what such a key signed besides.
const LOOKING: Duration = Duration::from_secs(3);

/// What who ends a key as compromised should know.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn of(client: &Client, event: &Event, body: &KeyRevoked) -> anyhow::Result<Vec<String>> {
    if body.cause != RevocationCause::Compromised {
        return Ok(Vec::new());
    }
    let mut remarks = Vec::new();
    if body.invalid_from.is_none() {
        remarks.push(
            "CẢNH BÁO: không có --invalid-from thì mọi mục khóa này đã ký đến nay vẫn còn hiệu lực, kể cả do người khác ký / \
             WARNING: without --invalid-from all that this key has signed stands, also what others signed with it; the \
             council may say from when later, at most 90 days back"
                .to_owned(),
        );
    }
    let draft = Draft { event: event.clone(), attachments: Vec::new() };
    let judged = client.check::<Checked>(&draft.unsigned()?, &[]).await?;
    let Some(falls) = judged.and_then(|checked| checked.falls) else {
        remarks.push(
            "không rõ những gì mất theo khóa: sổ cái không trả lời / what falls with it is not known: the ledger does \
             not tell"
                .to_owned(),
        );
        return Ok(remarks);
    };
    remarks.extend(last(&falls));
    if body.invalid_from.is_some() {
        remarks.extend(told(&falls, false));
        let stand = tokio::time::timeout(LOOKING, standing(client, &falls)).await;
        remarks.push(match stand {
            Ok(Ok(rows)) => stands(&rows),
            _ => format!(
                "mục khác do các khóa ấy ký vẫn còn hiệu lực; xem / other entries that these keys signed stand; they are \
                 listed by `tinnhiem log --key {}`",
                body.key
            ),
        });
    }
    Ok(remarks)
}

/// What has fallen with the key that a recorded event revoked, and which scores moved.
pub(super) async fn since(client: &Client, submission: &Submission, body: &KeyRevoked) -> Vec<String> {
    let judged = client.check::<Checked>(submission, &[]).await.ok().flatten();
    let Some(falls) = judged.and_then(|checked| checked.falls) else { return Vec::new() };
    let compromised = body.cause == RevocationCause::Compromised;
    let mut lines: Vec<String> = last(&falls).filter(|_| compromised).into_iter().collect();
    if body.invalid_from.is_some() {
        lines.extend(told(&falls, true));
    }
    lines
}

/// What fell with the key that a recorded entry revoked; none: it revoked none.
pub(super) async fn revoked_by(client: &Client, view: &EventView) -> Option<Vec<String>> {
    let Body::KeyRevoked(body) = view.event().ok()?.body else { return None };
    let sent = serde_json::to_vec(&view.envelope).ok()?;
    Some(since(client, &Submission::parse(&sent).ok()?, &body).await)
}

/// That no key acts for the owner afterwards.
fn last(falls: &Fallen) -> Option<String> {
    if falls.acts {
        return None;
    }
    let (owner, days) = (&falls.owner, limits::RECOVERY_DAYS);
    Some(match falls.acts_from {
        Some(from) => format!(
            "CẢNH BÁO: {owner} không còn khóa nào ký được cho đến {from} / WARNING: no key of {owner} acts until {from}, \
             when the one that the council has brought in does"
        ),
        None => format!(
            "CẢNH BÁO: {owner} không còn khóa nào ký được / WARNING: this leaves {owner} without a key: it signs nothing \
             until the council recovers one, which acts {days} days later (`tinnhiem key add --issuer council --owner \
             {owner} --new FILE`). A key that the stolen one rotated to or added stays only where --invalid-from is after \
             that rotation; what a thief signed before it stands then"
        ),
    })
}

/// Which keys and entries fall, and how scores move.
fn told(falls: &Fallen, done: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &falls.keys {
        lines.push(format!(
            "chữ ký của khóa {key} từ {from} không còn được tính ở đánh giá, bảo chứng, và khóa thêm bằng khóa ấy mất theo / \
             signatures by the key {key} from {from} on count nothing in assessments and endorsements, and keys that it \
             brought in fall with it",
            key = one.key,
            from = one.from
        ));
    }
    lines.push(match &falls.entries[..] {
        [] if done => {
            "không đánh giá, bảo chứng nào mất theo / no assessment and no endorsement fell with it"
                .to_owned()
        }
        [] => "không đánh giá, bảo chứng nào mất theo / no assessment and no endorsement falls with it"
            .to_owned(),
        rows => {
            let (vi, en) =
                if done { ("đã mất theo", "fell with it") } else { ("mất theo", "fall with it") };
            format!("{vi} / these {en}: {}", named(rows))
        }
    });
    for one in &falls.scores {
        let (before, after) = (bare(Some(&one.before)), bare(Some(&one.after)));
        let score = |figure: &Figure| figure.score.map(i64::from);
        let by = match (score(&one.before), score(&one.after)) {
            (Some(before), Some(after)) if before == after => " (không đổi / unchanged)".to_owned(),
            (Some(before), Some(after)) => {
                format!(" ({}{})", if after > before { "+" } else { "" }, points(after - before))
            }
            (None, None) => " (chưa có điểm / not rated)".to_owned(),
            _ => String::new(),
        };
        lines.push(format!("điểm của / score of {}: {before} → {after}{by}", one.subject));
    }
    lines
}

/// Entries by seq, with what they are and whom they are about.
fn named(rows: &[EventRow]) -> String {
    let row = |row: &EventRow| {
        let what = crate::event::words::of_type(&row.type_name);
        let what = what.map_or(row.type_name.clone(), |words| words.en.to_owned());
        let about = row.subject.map_or(String::new(), |subject| format!(", {subject}"));
        format!("mục / entry {} ({what}{about})", row.seq)
    };
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

/// What the fallen keys signed besides, which stands.
async fn standing(client: &Client, falls: &Fallen) -> anyhow::Result<Vec<EventRow>> {
    let keys: Vec<PublicKey> = falls.keys.iter().map(|one| one.key).collect();
    let since = falls.keys.iter().map(|one| one.from).min().unwrap_or_default();
    let mut stand = signed::by(client, &keys, None, since).await?;
    let weighs = [EventType::AssessmentPublished, EventType::EndorsementPublished];
    // A key that is added by a fallen one falls with it, and is told above.
    let keys = [EventType::KeyAdded, EventType::KeyRotated];
    stand.retain(|row| row.event_type().is_none_or(|of| !weighs.contains(&of) && !keys.contains(&of)));
    Ok(stand)
}

fn stands(rows: &[EventRow]) -> String {
    match rows {
        [] => "không có mục nào khác do các khóa ấy ký từ lúc đó / nothing else was signed with these keys since".to_owned(),
        rows => format!(
            "vẫn còn hiệu lực, dù ký bằng các khóa ấy / signed with these keys too, and stands all the same, until it is \
             put right by a new entry: {}; `tinnhiem show SEQ` nói cách sửa / says how",
            named(rows)
        ),
    }
}

/// What an entry that a key signed after it was in other hands is worth, and what may be done about it.
pub(super) fn of_entry(of: Option<EventType>, found_by: u64, from: &str, instead: &str) -> String {
    let weighs = [EventType::AssessmentPublished, EventType::EndorsementPublished];
    let begins = format!(
        "ký bằng khóa về sau được báo là đã lộ (mục {found_by}) / signed with a key later found to have been in other hands \
         since {from} (entry {found_by})"
    );
    match of {
        Some(of) if weighs.contains(&of) => format!("{begins}: {}", fates::not_counted("KEY.EXCLUDED")),
        Some(EventType::KeyAdded | EventType::KeyRotated) => {
            format!("{begins}: khóa mới trong mục này mất theo / the key that it brings in falls with it")
        }
        _ => format!(
            "{begins}: vẫn còn hiệu lực, vì chỉ đánh giá, bảo chứng và khóa mất theo / it stands, since only assessments, \
             endorsements and keys fall with a key; {instead}"
        ),
    }
}

/// Which of these entries a key signed after it was in other hands, by seq.
pub(super) async fn marks<'a>(
    client: &Client,
    entries: impl Iterator<Item = &'a EventView>,
) -> BTreeMap<u64, String> {
    let (mut known, mut marks) = (BTreeMap::new(), BTreeMap::new());
    for view in entries {
        let row = &view.row;
        let parties = [row.issuer.clone()].into_iter().chain(row.subject.map(PartyId::from));
        for party in parties.filter(|party| !party.is_council()) {
            if !known.contains_key(&party) {
                let keys = key_state::all(client, &party).await.unwrap_or_default();
                known.insert(party.clone(), keys);
            }
            let stolen = known[&party].iter().find(|one| {
                let then = one.invalid_from.is_some_and(|from| from <= row.recorded_at);
                then && view.keys.contains(&one.key)
            });
            if let Some(by) = stolen.and_then(|one| one.found_by) {
                marks.insert(
                    row.seq,
                    format!("ký bằng khóa đã lộ, mục {by} / signed with a stolen key, entry {by}"),
                );
            }
        }
    }
    marks
}
