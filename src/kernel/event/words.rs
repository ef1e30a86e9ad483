//! Events in people's words, Vietnamese first: what a type does, what a member is called, what a name
//! of a closed list means.

use serde::Serialize;

use super::EventType;

/// The same in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.vi, self.en)
    }
}

impl Words {
    /// The same as something that was done.
    pub fn done(&self) -> String {
        format!("{} / {}", self.vi, self.past())
    }

    /// What was done, in English.
    pub fn past(&self) -> String {
        let (verb, rest) = self.en.split_once(' ').unwrap_or((self.en, ""));
        let verb = match verb {
            "withdraw" => "withdrew".to_owned(),
            "leave" => "left".to_owned(),
            "admit" | "commit" => format!("{verb}ted"),
            "enrol" => "enrolled".to_owned(),
            "notify" | "reply" => format!("{}ied", verb.trim_end_matches('y')),
            verb => format!("{}ed", verb.trim_end_matches('e')),
        };
        format!("{verb} {rest}").trim_end().to_owned()
    }
}

const OF_MEMBERS: &[[&str; 3]] = &[
    ["account", "tài khoản", "account"],
    ["act", "văn bản", "act"],
    ["action", "cách đính chính", "action"],
    ["annotate", "ghi chú thêm", "annotate"],
    ["as_of", "tính đến ngày", "as of"],
    ["assessor", "đánh giá viên", "assessor"],
    ["authority", "cơ quan ban hành", "authority"],
    ["band", "hạng", "band"],
    ["basis", "căn cứ", "basis"],
    ["broken_on", "vi phạm ngày", "broken on"],
    ["campaign", "chiến dịch", "campaign"],
    ["category", "loại sản phẩm", "product category"],
    ["cause", "lý do", "cause"],
    ["challenged", "thành viên bị khước từ", "challenged"],
    ["class", "loại", "class"],
    ["clause", "điều khoản", "clause"],
    ["clauses", "các điều khoản", "clauses"],
    ["code", "bộ quy tắc hoặc số hiệu", "code or number"],
    ["commitment", "cam kết", "commitment"],
    ["conduct", "hành vi theo chỉ báo", "conduct by indicator"],
    ["conflict", "có xung đột lợi ích", "conflict of interest"],
    ["consent", "văn bản đồng ý", "consent"],
    ["contest", "khiếu nại", "contest"],
    ["council", "Ban điều phối", "council"],
    ["custodian", "bên lưu giữ", "custodian"],
    ["date", "ngày", "date"],
    ["decision", "quyết định", "decision"],
    ["document", "tài liệu", "document"],
    ["effect", "phần còn lại", "what remains"],
    ["effective_from", "hiệu lực từ", "in force from"],
    ["ends_on", "ngày cuối", "last day"],
    ["evidence", "minh chứng", "evidence"],
    ["expires_on", "hết hạn sau ngày", "last day"],
    ["fee", "có nhận thù lao", "paid"],
    ["filing", "đơn khiếu nại", "filing"],
    ["format", "dạng ghi", "format"],
    ["grades", "mức chấm", "grades"],
    ["ground", "căn cứ", "ground"],
    ["grounds", "lý do khiếu nại", "grounds"],
    ["group", "nhóm kiểm soát", "controller group"],
    ["identity", "mã định danh", "identity"],
    ["identity_key", "khóa định danh", "identity key"],
    ["invalid_from", "vô hiệu từ", "invalid from"],
    ["key", "khóa", "key"],
    ["kind", "loại", "kind"],
    ["length", "độ dài", "length"],
    ["log_key", "khóa của sổ", "log key"],
    ["media_type", "loại tệp", "media type"],
    ["member", "thành viên", "member"],
    ["members", "các thành viên", "members"],
    ["name", "tên", "name"],
    ["new", "khóa mới", "new key"],
    ["notice", "thông báo trước", "notice"],
    ["observed_from", "quan sát từ", "observed from"],
    ["observed_until", "quan sát đến", "observed until"],
    ["old", "khóa cũ", "old key"],
    ["operator", "đơn vị vận hành", "operator"],
    ["outcome", "kết quả", "outcome"],
    ["owner", "chủ khóa", "owner"],
    ["panel", "hội đồng xem xét", "panel"],
    ["papers", "giấy tờ đã kiểm tra", "papers checked"],
    ["parties", "số bên", "parties"],
    ["parties_root", "gốc các bên", "root over the parties"],
    ["platform", "nền tảng", "platform"],
    ["policies_root", "gốc các chính sách", "root over the policies"],
    ["policy", "chính sách", "policy"],
    ["positions", "các vị trí", "positions"],
    ["profile", "hồ sơ công khai", "public profile"],
    ["proposal", "đề xuất", "proposal"],
    ["reason", "lý do", "reason"],
    ["reduced", "giảm xuống", "reduced to"],
    ["relation", "quan hệ", "relation"],
    ["replace", "thay bằng", "replace"],
    ["replayed_until", "nhận lịch sử trước", "history taken before"],
    ["request", "yêu cầu", "request"],
    ["retain_until", "lưu giữ đến", "retain until"],
    ["retract", "rút lại", "retract"],
    ["roles", "nhiệm vụ", "roles"],
    ["root", "gốc hồ sơ", "root over the dossiers"],
    ["score", "điểm", "score"],
    ["seat", "ghế", "seat"],
    ["severity", "mức xử lý", "severity"],
    ["size", "số mục", "size"],
    ["starts_on", "ngày đầu", "first day"],
    ["statement", "trình bày", "statement"],
    ["struck", "gạch bỏ chỉ báo", "indicators struck"],
    ["subjects", "số KOL", "subjects"],
    ["target", "đối tượng", "target"],
    ["targets", "các mục", "targets"],
    ["text", "toàn văn", "text"],
    ["threshold", "số chữ ký cần", "threshold"],
    ["tip", "đỉnh chuỗi", "tip"],
    ["to", "gửi cho", "to"],
    ["topic", "lĩnh vực", "topic"],
    ["topics", "lĩnh vực", "topics"],
    ["urgent", "khẩn cấp", "urgent"],
    ["utc_offset_min", "múi giờ (phút)", "UTC offset (minutes)"],
    ["valid_until", "hiệu lực đến", "valid until"],
    ["value", "giá trị", "value"],
    ["value_band", "giá trị một năm", "worth a year"],
    ["version", "phiên bản", "version"],
];

const OF_VALUES: &[[&str; 3]] = &[
    ["S1", "S1, nhắc nhở", "reminder"],
    ["S2", "S2, cảnh cáo", "warning"],
    ["S3", "S3, hạn chế", "restriction"],
    ["S4", "S4, đình chỉ", "suspension"],
    ["S5", "S5, thu hồi", "ended"],
    ["assessor", "đánh giá viên", "assessor"],
    ["auditor", "đơn vị kiểm toán độc lập", "auditor"],
    ["business", "doanh nghiệp", "business"],
    ["cancelled", "hủy việc khôi phục", "recovery cancelled"],
    ["commercial", "thương mại", "commercial"],
    ["compromised", "bị lộ", "compromised"],
    ["conflict_of_interest", "xung đột lợi ích", "conflict of interest"],
    ["disproportionate", "quá mức", "disproportionate"],
    ["factual_error", "sai sự thật", "factual error"],
    ["family_owner", "gia đình hoặc chủ sở hữu", "family or owner"],
    ["from_1b", "từ 1 tỷ đồng", "1 billion đồng or more"],
    ["lost", "bị mất", "lost"],
    ["no_case", "không có căn cứ", "no case"],
    ["none", "không có", "none"],
    ["operator", "đơn vị vận hành", "operator"],
    ["out_of_scope", "ngoài phạm vi", "out of scope"],
    ["partial", "chấp nhận một phần", "partly upheld"],
    ["platform", "nền tảng số", "platform"],
    ["press", "báo chí", "press"],
    ["procedure", "sai quy trình", "procedure"],
    ["professional", "nghề nghiệp", "professional"],
    ["registrar", "đơn vị ghi danh", "registrar"],
    ["rejected", "bác", "rejected"],
    ["retired", "thôi dùng", "retired"],
    ["settled_facts", "việc đã quyết định", "settled facts"],
    ["state_agency", "cơ quan nhà nước", "state agency"],
    ["under_100m", "dưới 100 triệu đồng", "under 100 million đồng"],
    ["under_10m", "dưới 10 triệu đồng", "under 10 million đồng"],
    ["under_1b", "dưới 1 tỷ đồng", "under 1 billion đồng"],
    ["upheld", "chấp nhận", "upheld"],
    ["annotate", "ghi chú thêm", "annotate"],
    ["dossier/1", "hồ sơ, dạng 1", "dossier, format 1"],
    ["retract", "rút lại", "retract"],
    ["replace", "thay thế", "replace"],
    ["open_clock", "đang trong thời hạn xem xét", "a clock is open"],
    ["legal_duty", "nghĩa vụ theo luật", "legal duty"],
    ["legal_claim", "yêu cầu pháp lý", "legal claim"],
    ["public_interest", "lợi ích công cộng", "public interest"],
    ["log", "sổ cái", "log"],
    ["rule", "quy tắc", "rule"],
    ["clock", "thời hạn", "clock"],
    ["score", "điểm", "score"],
    ["evidence", "minh chứng", "evidence"],
];

fn find(rows: &[[&'static str; 3]], name: &str) -> Option<Words> {
    rows.iter().find(|row| row[0] == name).map(|&[_, vi, en]| Words { vi, en })
}

/// What an event of this type does.
pub fn of_type(type_name: &str) -> Option<Words> {
    EventType::named(type_name).map(EventType::words)
}

/// What a body's member is called.
pub fn of_member(name: &str) -> Option<Words> {
    find(OF_MEMBERS, name)
}

/// What a name of a closed list means.
pub fn of_value(name: &str) -> Option<Words> {
    find(OF_VALUES, name)
}

/// The name that a member of a closed list has in JSON.
pub fn name_of(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

/// What a member of a closed list means, in both languages; its name where no words are known.
pub fn meant(value: &impl Serialize) -> String {
    let name = name_of(value);
    of_value(&name).map_or(name, |words| words.to_string())
}

/// Every member of bodies that has words.
pub fn members() -> impl Iterator<Item = (&'static str, Words)> {
    OF_MEMBERS.iter().map(|&[name, vi, en]| (name, Words { vi, en }))
}

/// Every name of closed lists that has words.
pub fn values() -> impl Iterator<Item = (&'static str, Words)> {
    OF_VALUES.iter().map(|&[name, vi, en]| (name, Words { vi, en }))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{TYPES, schema};
    use super::*;

    #[test]
    fn what_was_done_is_told_as_past() {
        let past = |name: &str| of_type(name).unwrap().past();
        for (name, said) in [
            ("assessment.published", "published an assessment"),
            ("assessment.replied", "replied to a notified assessment"),
            ("contest.admitted", "admitted a contest"),
            ("contest.decided", "decided a contest"),
            ("subject.departed", "left the programme"),
            ("subject.enrolled", "enrolled a KOL"),
            ("accreditation.withdrawn", "withdrew an accreditation"),
            ("appeal.filed", "appealed"),
        ] {
            assert_eq!(past(name), said);
        }
        let odd = |name: &&&str| !past(name).split(' ').next().unwrap().ends_with("ed");
        let odd: Vec<_> = TYPES.iter().filter(odd).collect();
        let known = |name: &&&str| name.ends_with(".withdrawn") || **name == "subject.departed";
        assert!(odd.iter().all(known), "{odd:?}");
    }

    #[test]
    fn every_type_member_and_value_has_words() {
        let nameless = TYPES.iter().filter(|name| of_type(name).is_none());
        let mut missing: Vec<String> = nameless.map(|name| (*name).to_owned()).collect();
        for (type_name, schema) in schema::events() {
            // A policy is a document of its own, and not put in words.
            let mut parts: Vec<&Value> = match type_name {
                "ledger.opened" | "policy.published" => Vec::new(),
                _ => schema["$defs"].as_object().unwrap().values().collect(),
            };
            parts.push(&schema["properties"]["body"]);
            parts.into_iter().for_each(|part| look(part, &mut missing));
        }
        assert_eq!(missing, Vec::<String>::new(), "say them in src/kernel/event/words.rs");
    }

    fn look(schema: &Value, missing: &mut Vec<String>) {
        for (name, one) in schema["properties"].as_object().into_iter().flatten() {
            missing.extend(of_member(name).is_none().then(|| name.clone()));
            look(one, missing);
        }
        let lists = ["oneOf", "anyOf", "enum"].into_iter().flat_map(|key| schema[key].as_array());
        for one in lists.flatten() {
            let value = one.as_str().or(one["const"].as_str());
            missing.extend(value.filter(|value| of_value(value).is_none()).map(str::to_owned));
            look(one, missing);
        }
        if schema["items"].is_object() {
            look(&schema["items"], missing);
        }
    }
}
