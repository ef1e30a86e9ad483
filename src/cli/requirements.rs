//! What a policy asks for before somebody is rated or sanctioned, in plain words

use super::output::points;
use crate::event::{Policy, words};
use crate::limits;

/// A sentence for each thing that must be there.
pub(super) fn sentences(policy: &Policy) -> Vec<String> {
    let quorum = &policy.quorum;
    let (groups, untied) = (quorum.groups, quorum.untied_groups);
    let (indicators, each) = (quorum.indicators_per_criterion, quorum.groups_per_indicator);
    let mut said = vec![
        format!(
            "điểm hiện khi: {groups} nhóm kiểm soát đã đánh giá, {untied} không có lợi ích; mỗi trụ cột {indicators} chỉ báo, mỗi chỉ báo {each} nhóm / a score is shown once {groups} controller groups assessed, {untied} of them without a tie; in each criterion {indicators} indicators, each by {each} groups"
        ),
        match policy.assessment.max_validity_days {
            Some(days) => format!(
                "đánh giá có giá trị tối đa {days} ngày / an assessment is valid for at most {days} days"
            ),
            None => "đánh giá có giá trị không thời hạn / an assessment is valid without limit".to_owned(),
        },
    ];
    if policy.windows.admit.is_some() {
        let size = policy.contest.panel_size;
        said.push(format!(
            "hội đồng rút thăm: {size} thành viên, không người nào có liên quan / a panel drawn by lot: {size} members, none of them with a tie"
        ));
    }
    let severe = |grave: bool| {
        let all = policy.sanction.severities.keys().map(|one| format!("{one:?}"));
        all.filter(|one| matches!(one.as_str(), "S4" | "S5") == grave).collect::<Vec<_>>().join(", ")
    };
    let (seats, signatures) = (policy.sanction.grave_min_seats, policy.sanction.grave_signatures);
    said.push(format!(
        "xử lý {milder}: số chữ ký cần của Ban; {graver}: Ban có ít nhất {seats} ghế, và {signatures} chữ ký của các nhóm kiểm soát khác nhau / sanctions {milder}: the council's threshold; {graver}: a council of at least {seats} seats, and {signatures} signatures of distinct controller groups",
        milder = severe(false),
        graver = severe(true)
    ));
    said.push(endorsements(policy));
    said.push(format!("chứng nhận / a certificate: {}", certificate(policy)));
    said
}

/// What endorsements add at most, and to whom.
fn endorsements(policy: &Policy) -> String {
    let rule = &policy.endorsement;
    let (cap, alone) = (points(i64::from(rule.cap)), points(i64::from(rule.one_class_cap)));
    let (base, barred) = (points(i64::from(rule.min_base)), rule.blocked_from);
    let rate = rule.rate_permille;
    format!(
        "bảo chứng cộng tối đa {cap} điểm, {alone} nếu đều từ một loại thành viên; chỉ khi điểm đánh giá từ {base} và không có \
         xử lý từ {barred:?}; mỗi bảo chứng cộng đơn vị × hạng × {rate} ‰ / endorsements add at most {cap} points, {alone} \
         where all come from one class of members; only from {base} points of assessments on and without a sanction \
         {barred:?} or graver; each adds its units × place × {rate} ‰ (`tinnhiem explain units place`)"
    )
}

/// What a certificate asks for.
pub(super) fn certificate(policy: &Policy) -> String {
    let Some(asked) = &policy.certificate else {
        return "chính sách không cấp chứng nhận / this policy grants none".to_owned();
    };
    let confidence = words::name_of(&asked.least_confidence);
    let (band, barred, days) = (asked.least_band, asked.barred_from, limits::CERTIFICATE_DAYS);
    format!(
        "hạng {band} trở lên, độ tin cậy {confidence} trở lên, không có xử lý từ {barred:?} đang hoặc sắp có hiệu lực, \
         không có khiếu nại quá hạn; Ban cấp, tối đa {days} ngày / band {band} or better, confidence {confidence} or \
         higher, no sanction {barred:?} or graver in force or to come, no contest overdue; the council grants it, for at \
         most {days} days"
    )
}
