//! What helps against a loss, in the words of the pages.

use crate::event::Label;

/// The remedy for a reason's code.
pub(super) fn remedy(code: &str) -> Label {
    let (vi, en) = match code {
        "EVID.THIN" => (
            "Cần thêm đánh giá độc lập: đề nghị các đánh giá viên khác xem xét.",
            "More independent assessments are needed: ask further assessors.",
        ),
        "AGE.STALE" => (
            "Đánh giá đã cũ: đề nghị đánh giá viên cập nhật.",
            "Assessments have aged: ask their assessors for new ones.",
        ),
        "EXPERIENCE" => (
            "Đánh giá viên mới được tính ít hơn: đề nghị các đánh giá viên có kinh nghiệm xem xét.",
            "New assessors weigh less: ask experienced ones.",
        ),
        "CONTEST.OPEN" => (
            "Mục này đang khiếu nại: chờ kết quả trước thời hạn đã ghi.",
            "This item is disputed: await the decision within its clock.",
        ),
        "END.DAMPED" => (
            "Bảo chứng của bên bảo chứng quá nhiều người, hoặc bảo chứng qua lại, được tính ít hơn: tìm bảo chứng độc lập.",
            "Endorsements by mass endorsers, or returned ones, count less: seek independent endorsers.",
        ),
        "END.VOID" => (
            "Bảo chứng này không công khai quan hệ thương mại đã khai báo: bên bảo chứng rút lại và công bố lại là thương mại.",
            "This endorsement hides declared paid work: its endorser withdraws it and publishes it again as commercial.",
        ),
        "KEY.EXCLUDED" => (
            "Khóa ký đã lộ: đề nghị bên ký phát hành lại bằng khóa mới.",
            "The signing key was in other hands: ask the issuer to publish again with its new key.",
        ),
        "COI.EXCLUDED" => (
            "Đánh giá có xung đột lợi ích không được tính: cần đánh giá viên khác.",
            "Assessments with a conflict of interest do not count: ask another assessor.",
        ),
        sanction if sanction.starts_with("SANC.") => (
            "Biện pháp xử lý đang có hiệu lực: khắc phục, rồi đề nghị gỡ bỏ hoặc khiếu nại.",
            "A sanction is in force: put the matter right, then ask for it to be lifted, or contest it.",
        ),
        _ => (
            "Cải thiện theo tiêu chí này và đề nghị đánh giá lại; nếu sai, hãy khiếu nại.",
            "Improve on this indicator and ask for a new assessment; if it is wrong, contest it.",
        ),
    };
    Label { vi: vi.to_owned(), en: en.to_owned() }
}
