//! The closed catalogue of types, and the one place where their names stand as text.

use serde_json::value::RawValue;

use super::words::Words;
use super::*;

/// The closed catalogue: the enum, the names, what each type does in words, parsing and schemas all come
/// from this one table.
macro_rules! catalogue {
    ($($variant:ident = $name:literal, subject: $subject:ident, $vi:literal, $en:literal;)*) => {
        /// The body of an event, by type.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body {
            $(#[doc = concat!("`", $name, "`")] $variant($variant),)*
        }

        /// The type of an event, `family.verb`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EventType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl EventType {
            /// Every type, in the catalogue's order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, `family.verb`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What an event of it does.
            pub const fn words(self) -> Words {
                match self { $(Self::$variant => Words { vi: $vi, en: $en },)* }
            }
        }

        /// The name of every type, in the catalogue's order.
        pub const TYPES: &[&str] = &[$($name),*];

        impl Body {
            /// The event's type.
            pub fn event_type(&self) -> EventType {
                match self { $(Self::$variant(_) => EventType::$variant,)* }
            }

            /// The name of its type, `family.verb`.
            pub fn type_name(&self) -> &'static str {
                self.event_type().name()
            }

            pub(super) fn named(&self) -> Named {
                match self { $(Self::$variant(body) => Named::by(body),)* }
            }

            pub(super) fn parse(type_name: &str, raw: &str) -> Result<Self, Malformed> {
                match type_name {
                    $($name => json::from_slice(raw.as_bytes())
                        .map(Self::$variant)
                        .map_err(|error| Malformed::body($name, &error)),)*
                    other => Err(Malformed::UnknownType(shortened(other))),
                }
            }

            pub(super) fn to_raw(&self) -> Box<RawValue> {
                let json = match self { $(Self::$variant(body) => serde_json::value::to_raw_value(body),)* };
                json.expect("event bodies are plain structures, which serialise")
            }

            pub(super) fn takes_subject(&self) -> bool {
                match self { $(Self::$variant(_) => $subject,)* }
            }
        }

        pub(super) fn body_schemas() -> Vec<(&'static str, bool, schemars::Schema)> {
            vec![$((
                $name,
                $subject,
                schemars::SchemaGenerator::default().into_root_schema_for::<$variant>(),
            ),)*]
        }

        $(impl From<$variant> for Body {
            fn from(body: $variant) -> Self {
                Self::$variant(body)
            }
        }

        impl TryFrom<Body> for $variant {
            /// The body, which is of another type.
            type Error = Body;

            fn try_from(body: Body) -> Result<Self, Body> {
                match body {
                    Body::$variant(body) => Ok(body),
                    other => Err(other),
                }
            }
        })*
    };
}

catalogue! {
    LedgerOpened = "ledger.opened", subject: false, "mở sổ cái", "open the ledger";
    LedgerKeyRotated = "ledger.key_rotated", subject: false, "đổi khóa ký sổ cái", "rotate the log's key";
    CouncilChanged = "council.changed", subject: false, "thay Ban điều phối", "change the council";
    OperatorChanged = "operator.changed", subject: false, "thay đơn vị vận hành", "change the operator";
    PolicyPublished = "policy.published", subject: false, "công bố phiên bản chính sách", "publish a policy version";
    MemberAdmitted = "member.admitted", subject: false, "kết nạp thành viên", "admit a member";
    MemberUpdated = "member.updated", subject: false, "sửa thông tin thành viên", "update a member";
    MemberSuspended = "member.suspended", subject: false, "đình chỉ thành viên", "suspend a member";
    MemberReinstated = "member.reinstated", subject: false, "khôi phục thành viên", "reinstate a member";
    MemberRemoved = "member.removed", subject: false, "loại thành viên", "remove a member for good";
    AccreditationGranted = "accreditation.granted", subject: false, "công nhận đánh giá viên", "accredit an assessor";
    AccreditationWithdrawn = "accreditation.withdrawn", subject: false, "rút công nhận đánh giá viên", "withdraw an accreditation";
    KeyAdded = "key.added", subject: false, "thêm khóa", "add a key";
    KeyRotated = "key.rotated", subject: false, "đổi khóa", "rotate a key";
    KeyRevoked = "key.revoked", subject: false, "thu hồi khóa", "revoke a key";
    SubjectEnrolled = "subject.enrolled", subject: true, "ghi danh KOL", "enrol a KOL";
    SubjectDeparted = "subject.departed", subject: true, "rời chương trình", "leave the programme";
    SubjectResumed = "subject.resumed", subject: true, "trở lại chương trình", "resume a KOL";
    AccountLinked = "account.linked", subject: true, "gắn tài khoản nền tảng", "link an account";
    AccountUnlinked = "account.unlinked", subject: true, "gỡ tài khoản nền tảng", "unlink an account";
    AssessmentNotified = "assessment.notified", subject: true, "báo trước một đánh giá", "notify an assessment";
    AssessmentReplied = "assessment.replied", subject: true, "trả lời báo trước đánh giá", "reply to a notified assessment";
    AssessmentPublished = "assessment.published", subject: true, "công bố đánh giá tín nhiệm", "publish an assessment";
    AssessmentWithdrawn = "assessment.withdrawn", subject: true, "rút đánh giá tín nhiệm", "withdraw an assessment";
    CodePublished = "code.published", subject: false, "công bố bộ quy tắc ứng xử", "publish the code of conduct";
    PledgeSigned = "pledge.signed", subject: true, "cam kết bộ quy tắc ứng xử", "pledge to the code of conduct";
    CollaborationDeclared = "collaboration.declared", subject: true, "khai báo hợp tác có trả tiền", "declare paid work";
    CollaborationEnded = "collaboration.ended", subject: true, "kết thúc hợp tác sớm", "end paid work early";
    EndorsementPublished = "endorsement.published", subject: true, "công bố bảo chứng", "publish an endorsement";
    EndorsementWithdrawn = "endorsement.withdrawn", subject: true, "rút bảo chứng", "withdraw an endorsement";
    DecisionRecorded = "decision.recorded", subject: true, "ghi quyết định của cơ quan nhà nước", "record an official decision";
    DecisionOverturned = "decision.overturned", subject: true, "ghi việc hủy quyết định", "record that a decision was overturned";
    SanctionProposed = "sanction.proposed", subject: true, "đề xuất biện pháp xử lý", "propose a sanction";
    SanctionReplied = "sanction.replied", subject: true, "trả lời đề xuất xử lý", "reply to a proposed sanction";
    SanctionImposed = "sanction.imposed", subject: true, "áp dụng biện pháp xử lý", "impose a sanction";
    SanctionLifted = "sanction.lifted", subject: true, "gỡ bỏ biện pháp xử lý", "lift a sanction";
    ContestFiled = "contest.filed", subject: true, "khiếu nại", "contest an item";
    ContestAdmitted = "contest.admitted", subject: true, "thụ lý khiếu nại", "admit a contest";
    ContestDeclined = "contest.declined", subject: true, "không thụ lý khiếu nại", "decline a contest";
    PanelSeated = "panel.seated", subject: true, "lập hội đồng xem xét", "seat a panel";
    ContestExtended = "contest.extended", subject: true, "gia hạn xem xét", "extend a decision's clock";
    ContestDecided = "contest.decided", subject: true, "quyết định khiếu nại", "decide a contest";
    ContestWithdrawn = "contest.withdrawn", subject: true, "rút khiếu nại", "withdraw a contest";
    AppealFiled = "appeal.filed", subject: true, "khiếu nại lần hai", "appeal";
    AppealDecided = "appeal.decided", subject: true, "quyết định khiếu nại lần hai", "decide an appeal";
    DrawCommitted = "draw.committed", subject: false, "cam kết chuỗi rút thăm", "commit to a draw";
    DrawRevealed = "draw.revealed", subject: true, "mở giá trị rút thăm", "reveal a draw's value";
    CorrectionIssued = "correction.issued", subject: true, "đính chính", "issue a correction";
    EvidenceCommitted = "evidence.committed", subject: true, "cam kết minh chứng", "commit to evidence";
    EvidenceDisclosed = "evidence.disclosed", subject: true, "cung cấp minh chứng", "disclose evidence";
    EvidenceDestroyed = "evidence.destroyed", subject: true, "hủy minh chứng", "destroy evidence";
    ErasureRequested = "erasure.requested", subject: true, "yêu cầu xóa dữ liệu cá nhân", "request erasure";
    ErasureExecuted = "erasure.executed", subject: true, "xóa dữ liệu cá nhân", "execute an erasure";
    ErasureRefused = "erasure.refused", subject: true, "từ chối xóa dữ liệu cá nhân", "refuse an erasure";
    AuditFinding = "audit.finding", subject: false, "kết luận kiểm toán", "record an audit's finding";
    StateCommitted = "state.committed", subject: false, "cam kết trạng thái", "commit to the state";
    StateAttested = "state.attested", subject: false, "xác nhận trạng thái", "attest the state";
    CertificateGranted = "certificate.granted", subject: true, "cấp chứng nhận tín nhiệm", "grant a certificate";
    CertificateWithdrawn = "certificate.withdrawn", subject: true, "thu hồi chứng nhận tín nhiệm", "withdraw a certificate";
}

impl EventType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// The type at this place of the catalogue.
    pub fn at(place: u8) -> Option<Self> {
        Self::ALL.get(usize::from(place)).copied()
    }

    /// Its family: what stands before the point.
    pub fn family(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
