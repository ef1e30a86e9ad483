//! `score --receipt`: a score with all that it is made of, and which state that is

use super::output::say;
use super::read::figure;
use super::written::Written;
use crate::api::views::{EventPage, LedgerView, SubjectView};
use crate::client::{Client, ClientError};
use crate::dsse::PublicKey;
use crate::event::SubjectId;
use crate::limits;
use crate::log::VerifierKey;
use crate::proof::ScoreReceipt;
use crate::time::Date;

/// Writes down the newest score that is proven, or the newest up to a size.
///
/// # Errors
/// When the ledger has none, or it cannot be written.
pub(super) async fn fetch(
    client: &Client,
    subject: SubjectId,
    size: Option<u64>,
    out: Written,
) -> anyhow::Result<u8> {
    let path = out.path();
    let query = size.map(|size| format!("?size={size}")).unwrap_or_default();
    let asked = format!("/v1/subjects/{subject}/receipt{query}");
    let receipt = match client.bytes(&asked, limits::SCORE_RECEIPT_BYTES).await {
        Err(ClientError::Refused { status, code, detail }) if code == "subject.unknown" => {
            let view = client.json::<SubjectView>(&format!("/v1/subjects/{subject}")).await;
            let plain = view.map(|view| {
                format!(
                    "enrolled on {}, after the last daily commitment: not committed to yet, so ask again tomorrow \
                     ({detail})",
                    view.enrolled_on
                )
            });
            let detail = plain.unwrap_or(detail);
            return Err(ClientError::Refused { status, code, detail }.into());
        }
        Err(ClientError::Refused { status, code, detail }) if code == "commitment.unknown" => {
            let of = size.map_or("--as-of DATE".to_owned(), |size| format!("--size {size}"));
            let detail = format!("{detail}. {}", anyone(subject, &of, client.base()));
            return Err(ClientError::Refused { status, code, detail }.into());
        }
        other => other?,
    };
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    let (key, auditors) = print(client, subject, &receipt, &ledger).await?;
    out.write(&receipt)?;
    say!(
        "written to {}; compare the log's key and the auditors' with those from elsewhere, and verify it with",
        path.display()
    );
    let auditors: String = auditors.iter().map(|key| format!(" --auditor {key}")).collect();
    say!("  tinnhiem verify {} --vkey '{key}'{auditors} --subject {subject}", path.display());
    Ok(0)
}

/// What can be had in place of a receipt of a score on another day than that of a commitment.
pub(super) fn of_a_past_day(subject: SubjectId, as_of: Date, ledger: &str) -> String {
    format!(
        "no receipt is of {as_of} as asked: a receipt is of a size that the operator committed to, as of the day of that. \
         Of the newest: `tinnhiem score {subject} --receipt FILE --ledger {ledger}`; of the newest up to size N: `--size N` \
         too. {}",
        anyone(subject, &format!("--as-of {as_of}"), ledger)
    )
}

/// How anyone computes a score without a receipt of it.
fn anyone(subject: SubjectId, of: &str, ledger: &str) -> String {
    format!(
        "The score of any day or size anyone computes anew from all entries, trusting nobody: `tinnhiem export --ledger \
         {ledger} my-export`, then `tinnhiem score {subject} --from my-export {of} --vkey KEY`, KEY being the log's from \
         elsewhere"
    )
}

/// Tells of which state a receipt is, and how much has been recorded about the KOL since; the key of the
/// log that it verifies under, and those of the auditors whose attestations it holds.
async fn print(
    client: &Client,
    subject: SubjectId,
    receipt: &[u8],
    ledger: &LedgerView,
) -> anyhow::Result<(VerifierKey, Vec<PublicKey>)> {
    // The receipt of an older commitment may be signed by a log key that was replaced since.
    let keys = ledger.former_vkeys.iter().map(|one| &one.vkey).chain([&ledger.log_vkey]);
    let keys: Vec<VerifierKey> = keys.filter_map(|key| key.parse().ok()).collect();
    let not_one = |what: String| ClientError::Unreadable(format!("/v1/subjects/{subject}/receipt"), what);
    let parsed = ScoreReceipt::parse(receipt).map_err(|error| not_one(error.to_string()))?;
    let proven = keys.into_iter().rev().find_map(|key| Some((parsed.verify(&key, None).ok()?, key)));
    let unproven = || not_one("a receipt that does not verify under any key of the log".to_owned());
    let (proven, key) = proven.ok_or_else(unproven)?;
    if proven.score.subject != subject {
        return Err(not_one(format!("the receipt of {}", proven.score.subject)).into());
    }
    let (date, size, score) = (proven.committed.date, proven.committed.size, figure(&proven.score.figure));
    say!("điểm trong biên nhận / the score in it: {score}");
    say!(
        "chốt ngày {date}, {size} mục; mục ghi sau đó không có trong biên nhận / committed to on {date} at size \
         {size}: what was recorded since is not in it"
    );
    if date < ledger.today {
        let today = ledger.today;
        say!(
            "điểm hôm nay, {today}, chưa có biên nhận / of today, {today}, there is no receipt yet. {}",
            anyone(subject, &format!("--as-of {today}"), client.base())
        );
    }
    if proven.claimed_by.is_empty() {
        say!(
            "chưa đơn vị kiểm toán nào chứng nhận lần chốt này: chỉ là lời của đơn vị vận hành / no auditor has \
             attested this commitment: it is the operator's word only, and who verifies it with --auditor refuses \
             it; `--size` gives the one of an earlier size"
        );
    }
    let after = size.saturating_sub(1);
    let later: EventPage =
        client.json(&format!("/v1/events?subject={subject}&after={after}&limit=1000")).await?;
    if let Some(newest) = later.events.last() {
        let (count, seq) = (later.events.len(), newest.seq);
        match later.next {
            Some(_) => {
                say!("sau đó có hơn {count} mục / more than {count} later entries are about this KOL")
            }
            None => say!(
                "sau đó có {count} mục về KOL này, mới nhất là mục {seq} / {count} later entries are about this \
                 KOL, the newest is entry {seq}"
            ),
        }
    }
    // One key of each auditor is its word.
    let auditors = proven.claimed_by.values().filter_map(|keys| keys.first().copied());
    Ok((key, auditors.collect()))
}
