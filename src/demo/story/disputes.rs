//! Decisions, sanctions, contests and appeals.

use super::{Story, indicator, key, party, salt, subject, text};
use crate::dsse::EventId;
use crate::event::*;

impl Story {
    /// A decision, a reminder that rests on it, and the court that overturned both.
    pub(super) fn overturned(&mut self) {
        let (agency, about) = ("quang-cao-so", Some(subject("lien")));
        let act = |authority: &str, code: &str, date| OfficialAct {
            authority: authority.to_owned(),
            code: code.to_owned(),
            date,
        };
        let decided = act("Cục Quảng cáo số", "27/QĐ-XPHC", self.date(41));
        let body = DecisionRecorded { act: decided, document: None };
        let decision = self.add(39, party(agency), about, body, Vec::new(), &[&key(agency)]);
        let why = "Nhắc nhở theo quyết định xử phạt hành chính.";
        self.sanction(36, "lien", Severity::S1, Basis::Decision(decision), 180, why);
        let overturned = act("Tòa án nhân dân tỉnh Vân Khê", "12/HC-ST", self.date(14));
        let body = DecisionOverturned { target: decision, act: overturned };
        self.add(12, party(agency), about, body, Vec::new(), &[&key(agency)]);
    }

    /// A false claim about a supplement, restricted for it; corrected in public, and lifted early.
    pub(super) fn corrected(&mut self) {
        let why = "Hạn chế: nói thực phẩm bổ sung chữa được bệnh, không có căn cứ.";
        let sanction = self.sanction(150, "kiet", Severity::S3, Basis::Conduct(indicator(5)), 545, why);
        let statement =
            text("Đã đính chính công khai trên mọi kênh và gỡ video; điều này được ghi bên cạnh.");
        let body = CorrectionIssued {
            target: sanction,
            action: CorrectionAction::Annotate,
            statement: statement.commitment(),
        };
        self.council_on(75, "kiet", body, vec![statement]);
        let reason = text("Gỡ trước hạn: đã đính chính, ba tháng không tái diễn.");
        let body = SanctionLifted { target: sanction, reason: Some(reason.commitment()) };
        self.council_on(60, "kiet", body, vec![reason]);
    }

    /// An assessor that had overlooked evidence raises a grade; the assessment keeps its age.
    pub(super) fn regraded(&mut self) {
        let (assessor, about) = ("o2-thong-thai", "phiep");
        let target = self.assess(38, assessor, about, "2121 1211 2112 1212 1121");
        let statement = text("Chúng tôi đã bỏ sót một minh chứng có lợi cho anh.");
        let evidence = Commitment::to(&salt("overlooked"), b"overlooked");
        let regrading = Regrading {
            grades: [(indicator(2), 2)].into(),
            evidence: [(indicator(2), vec![evidence])].into(),
        };
        let body = CorrectionIssued {
            target,
            action: CorrectionAction::Replace(regrading),
            statement: statement.commitment(),
        };
        let about = Some(subject(about));
        self.add(16, party(assessor), about, body, vec![statement], &[&key(assessor)]);
    }

    /// Suspended; the contest was rejected, and the appeal waits.
    pub(super) fn appealed(&mut self) {
        let why = "Đình chỉ: kêu gọi góp vốn vào sàn không được cấp phép.";
        let sanction = self.sanction(45, "phuong", Severity::S4, Basis::Conduct(indicator(15)), 365, why);
        let case = "Tôi chỉ thuật lại tin tức, không kêu gọi ai góp vốn.";
        let contest = self.contest(38, "phuong", sanction, Grounds::Disproportionate, case);
        self.decide(20, "phuong", contest, Outcome::Rejected, "Video có đường dẫn đăng ký và mã giới thiệu.");
        let statement = text("Đường dẫn do người khác chèn vào; xin xem lại bản gốc.");
        let body = AppealFiled { contest, statement: statement.commitment(), evidence: Vec::new() };
        self.by_subject(8, "phuong", body, vec![statement]);
    }

    /// An assessment that took another's videos for his falls.
    pub(super) fn upheld(&mut self) {
        let wrong = self.assess(40, "o5-tam-diem", "nghia", "0000 0000 0000 0000 0000");
        let case = "Các video được dẫn là của một kênh trùng tên.";
        let contest = self.contest(33, "nghia", wrong, Grounds::FactualError, case);
        self.decide(15, "nghia", contest, Outcome::Upheld, "Đã đối chiếu: kênh được dẫn không phải của anh.");
    }

    /// Nobody decided within thirty days: the assessment is out until somebody does.
    pub(super) fn undecided(&mut self) {
        let weak = self.assess(56, "o3-dao-duc", "quynh", "1011 1101 1111 1011 1110");
        let case = "Trung tâm không cho tôi xem minh chứng.";
        self.contest(50, "quynh", weak, Grounds::Procedure, case);
    }

    pub(super) fn sanction(
        &mut self,
        days_ago: i32,
        seed: &str,
        severity: Severity,
        basis: Basis,
        term_days: i32,
        why: &str,
    ) -> EventId {
        let reason = text(why);
        let starts_on = self.date(days_ago);
        let body = SanctionImposed {
            severity,
            basis,
            starts_on,
            ends_on: Some(starts_on.plus_days(term_days - 1)),
            reason: reason.commitment(),
            proposal: None,
            urgent: false,
        };
        self.council_on(days_ago, seed, body, vec![reason])
    }

    pub(super) fn contest(
        &mut self,
        days_ago: i32,
        seed: &str,
        target: EventId,
        grounds: Grounds,
        case: &str,
    ) -> EventId {
        let statement = text(case);
        let body = ContestFiled { target, grounds, statement: statement.commitment(), evidence: Vec::new() };
        self.by_subject(days_ago, seed, body, vec![statement])
    }

    fn decide(&mut self, days_ago: i32, seed: &str, contest: EventId, outcome: Outcome, why: &str) {
        let reason = text(why);
        let body =
            ContestDecided { contest, outcome, effect: None, reason: reason.commitment(), panel: None };
        self.council_on(days_ago, seed, body, vec![reason]);
    }
}
