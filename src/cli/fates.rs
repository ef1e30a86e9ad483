//! What became of entries, in words: how each stands, and by which later entry

use std::collections::BTreeMap;

use crate::api::views::{EventPage, Fate, FateEntry};
use crate::client::{Client, ClientError};
use crate::event::{EventType, words};

/// Rows asked for at once.
const ROWS: u64 = 1000;

/// What became of the items that some entries made, by seq, ascending.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn of(client: &Client, seqs: &[u64]) -> Result<BTreeMap<u64, Fate>, ClientError> {
    let mut fates = BTreeMap::new();
    let mut from = 0;
    while let Some(&first) = seqs.get(from) {
        let run = seqs[from..].iter().zip(first..first + ROWS).take_while(|(seq, next)| *seq == next).count();
        let after = first.checked_sub(1).map_or(String::new(), |before| format!("&after={before}"));
        let mut left = run as u64;
        let mut path = format!("/v1/events?fates=true&limit={left}{after}");
        // The ledger may answer fewer rows at a time.
        loop {
            let page: EventPage = client.json(&path).await?;
            left = left.saturating_sub(page.events.len() as u64);
            let next = page.events.last().map(|row| row.seq);
            fates.extend(page.events.into_iter().filter_map(|row| Some((row.seq, row.fate?))));
            match next.filter(|_| left > 0) {
                Some(next) => path = format!("/v1/events?fates=true&limit={left}&after={next}"),
                None => break,
            }
        }
        from += run.max(1);
    }
    Ok(fates)
}

/// How an item stands, in words.
pub(super) fn state(fate: &Fate) -> String {
    let by = |seq| fate.by.iter().find(|one| Some(one.seq) == seq);
    let ended_by = by(fate.cause).or(fate.by.last()).and_then(|last| EventType::named(&last.type_name));
    let ended = ["ended", "struck"].contains(&fate.stage.as_str());
    let (vi, en) = match (fate.stage.as_str(), ended_by) {
        _ if fate.never_began => ("chưa từng bắt đầu", "never began"),
        _ if fate.begins.is_some() => ("chưa bắt đầu", "has not begun"),
        (
            _,
            Some(
                EventType::AssessmentWithdrawn
                | EventType::EndorsementWithdrawn
                | EventType::AccreditationWithdrawn
                | EventType::CertificateWithdrawn,
            ),
        ) if ended => ("đã rút", "withdrawn"),
        (_, Some(EventType::CorrectionIssued)) if ended => ("đã rút lại vì sai", "retracted"),
        (
            _,
            Some(
                EventType::AssessmentPublished
                | EventType::AccreditationGranted
                | EventType::CertificateGranted,
            ),
        ) if ended => ("đã được thay", "replaced"),
        (_, Some(EventType::SubjectDeparted)) if ended => ("KOL đã rời", "over: the KOL left"),
        (_, Some(EventType::ContestDecided | EventType::AppealDecided)) if ended => {
            ("bị hủy do khiếu nại", "struck by a decision")
        }
        (_, Some(EventType::DecisionOverturned)) if ended => ("mất căn cứ", "its basis has fallen"),
        (stage, _) => match STAGES.iter().find(|[name, ..]| *name == stage) {
            Some([_, vi, en]) => (*vi, *en),
            None => return stage.to_owned(),
        },
    };
    let contested = if fate.contested { "; đang bị khiếu nại / contested" } else { "" };
    match fate.excluded.as_deref() {
        Some(code) if is_at_work(fate) => format!("{} ({code}){contested}", not_counted(code)),
        // Void it is for the paid work that it hides, whatever else keeps it from counting.
        Some(code) if fate.stage == "voided" => {
            let beside = EXCLUDED.iter().find(|[known, ..]| *known == code && code != VOID);
            let beside = beside.map_or(String::new(), |[_, vi, en]| format!("; {vi} / {en} ({code})"));
            format!("{vi} / {en} ({VOID}){beside}{contested}")
        }
        _ => format!("{vi} / {en}{}{contested}", paid_work(fate)),
    }
}

/// What is to be told of the days of paid work.
fn paid_work(fate: &Fate) -> String {
    match fate.ended_on {
        Some(last) => format!("; ngày cuối nay là / its last day is now {last}"),
        None => fate.begins.map_or(String::new(), |first| format!(": từ / from {first}")),
    }
}

/// Why an item that nothing ended counts in no score, in words, by the code of the reason.
pub(super) fn not_counted(code: &str) -> String {
    match EXCLUDED.iter().find(|[known, ..]| *known == code) {
        Some([_, vi, en]) => format!("không được tính: {vi} / not counted: {en}"),
        None => format!("không được tính / not counted: {code}"),
    }
}

/// Why an endorsement that hides declared paid work counts nothing.
const VOID: &str = "END.VOID";

/// Whether an item counts.
pub(super) fn is_in_force(fate: &Fate) -> bool {
    is_at_work(fate) && fate.excluded.is_none()
}

/// Whether nothing ended an item.
fn is_at_work(fate: &Fate) -> bool {
    ["standing", "valid", "linked", "declared", "held"].contains(&fate.stage.as_str())
}

/// The same with the last entry that made it so, in one cell.
pub(super) fn cell(fate: &Fate) -> String {
    match fate.cause.or(fate.by.last().map(|last| last.seq)) {
        Some(seq) => format!("{} (mục / entry {seq})", state(fate)),
        None => state(fate),
    }
}

/// An entry by which something became of an item.
pub(super) fn sentence(entry: &FateEntry) -> String {
    let what = words::of_type(&entry.type_name).map_or(entry.type_name.clone(), |words| words.done());
    format!("mục / entry {}, {}: {what}, {}", entry.seq, entry.recorded_at, entry.issuer)
}

const STAGES: &[[&str; 3]] = &[
    ["standing", "còn hiệu lực", "in force"],
    ["valid", "còn hiệu lực", "in force"],
    ["expired", "đã hết hạn", "expired"],
    ["over", "đã hết hạn", "over"],
    ["ended", "đã kết thúc", "ended"],
    ["voided", "vô hiệu", "void: hides paid work"],
    ["lifted", "đã gỡ bỏ", "lifted"],
    ["struck", "đã hủy", "struck"],
    ["linked", "đang gắn", "linked"],
    ["unlinked", "đã gỡ", "unlinked"],
    ["declared", "đang chạy", "runs"],
    ["overturned", "đã bị hủy", "overturned"],
    ["held", "đang lưu giữ", "kept"],
    ["destroyed", "đã hủy", "destroyed"],
    ["erased", "đã xóa", "erased"],
    ["requested", "chờ trả lời", "not answered yet"],
    ["executed", "đã thực hiện", "executed"],
    ["refused", "bị từ chối", "refused"],
    ["waiting", "chờ phản hồi", "waits for a reply"],
    ["replied", "đã phản hồi", "replied to"],
    ["unanswered", "không phản hồi", "not replied to"],
    ["published", "đã công bố", "published"],
    ["imposed", "đã áp dụng", "imposed"],
    ["lapsed", "đã quá hạn dùng", "lapsed"],
    ["granted", "đang có", "in force"],
    ["filed", "chờ thụ lý", "filed"],
    ["admitted", "đã thụ lý", "admitted"],
    ["seated", "hội đồng đang xem xét", "before its panel"],
    ["overdue", "quá hạn quyết định", "overdue"],
    ["decided", "đã quyết định", "decided"],
    ["appealed", "khiếu nại lần hai", "appealed"],
    ["appeal_seated", "hội đồng xem xét lần hai", "appeal before its panel"],
    ["appeal_overdue", "lần hai quá hạn", "appeal overdue"],
    ["final", "đã có quyết định cuối cùng", "decided for good"],
    ["declined", "không thụ lý", "declined"],
    ["withdrawn", "đã rút", "withdrawn"],
];

const EXCLUDED: &[[&str; 3]] = &[
    ["SUBJECT.DEPARTED", "KOL đã rời chương trình", "the KOL has left"],
    ["MEMBER.EXCLUDED", "bên ký không còn tư cách", "its issuer is suspended or has left"],
    ["ACCREDITATION.EXCLUDED", "không được công nhận", "its assessor is not accredited now"],
    ["KEY.EXCLUDED", "ký bằng khóa đã lộ", "signed with a key in other hands"],
    ["COI.EXCLUDED", "có xung đột lợi ích", "a conflict of interest is declared"],
    ["CLOCK.MISSED", "khiếu nại quá hạn quyết định", "a contest of it is overdue"],
    ["END.VOID", "vô hiệu", "void: hides paid work"],
    ["WEIGHT.NONE", "không có trọng số theo chính sách", "without weight by the policy"],
    ["SANC.AHEAD", "chưa đến ngày đầu", "its first day is to come"],
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::Excluded;
    use crate::event::MACHINES;

    #[test]
    fn every_stage_of_an_item_has_words() {
        for machine in MACHINES.iter().filter(|one| !NO_ITEMS.contains(&one.item)) {
            for stage in machine.stages {
                let apart =
                    |c: char| if c.is_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] };
                let name: String = stage.chars().flat_map(apart).collect();
                let name = name.trim_start_matches('_');
                assert!(STAGES.iter().any(|[known, ..]| *known == name), "{}: {name}", machine.item);
            }
        }
    }

    #[test]
    fn every_reason_to_count_nothing_has_words() {
        let all = [
            Excluded::Departed,
            Excluded::Member,
            Excluded::Accreditation,
            Excluded::Key { known_from_size: 1 },
            Excluded::Conflict,
            Excluded::Clock,
            Excluded::Void,
            Excluded::Weight,
            Excluded::Ahead,
        ];
        let known: Vec<&str> = EXCLUDED.iter().map(|[code, ..]| *code).collect();
        assert_eq!(all.map(Excluded::code).as_slice(), known);
    }

    /// What rows tell nothing of.
    const NO_ITEMS: [&str; 4] = ["member", "subject", "key", "policy version"];
}
