//! Decisions, measures, contests and appeals.

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
        let basis = Basis::Decision(decision);
        let proposed = self.propose(38, agency, "lien", Severity::S1, basis, (30, 180), why);
        // Her days to reply are over.
        self.impose(30, proposed);
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
            statement: statement.commitment().into(),
        };
        self.council_on(75, "kiet", body, vec![statement]);
        let reason = text("Gỡ trước hạn: đã đính chính, ba tháng không tái diễn.");
        let body = SanctionLifted { target: sanction, reason: Some(reason.commitment().into()) };
        self.council_on(60, "kiet", body, vec![reason]);
    }

    /// An assessor that had overlooked evidence raises a grade; the assessment keeps its age.
    pub(super) fn regraded(&mut self) {
        let (assessor, about) = ("o2-thong-thai", "phiep");
        let notified = self.notify(47, assessor, about, "2121 1211 2112 1212 1121");
        let target = self.publish(38, notified);
        let statement = text("Chúng tôi đã bỏ sót một minh chứng có lợi cho anh.");
        let evidence = Commitment::to(&salt("overlooked"), b"overlooked");
        let regrading = Regrading {
            grades: [(indicator(2), 2)].into(),
            evidence: [(indicator(2), vec![evidence.into()])].into(),
        };
        let body = CorrectionIssued {
            target,
            action: CorrectionAction::Replace(regrading),
            statement: statement.commitment().into(),
        };
        let about = Some(subject(about));
        self.add(16, party(assessor), about, body, vec![statement], &[&key(assessor)]);
    }

    /// Suspended at once, and for a year after a reply; the contest was rejected, and the appeal waits.
    pub(super) fn appealed(&mut self) {
        let basis = || Basis::Conduct(indicator(15));
        let why = "Đình chỉ khẩn cấp: đang kêu gọi góp vốn vào sàn không được cấp phép.";
        self.suspend_urgently(51, "phuong", basis(), why);
        let why = "Đình chỉ: kêu gọi góp vốn vào sàn không được cấp phép.";
        let term = (42, 365);
        let proposed = self.propose(50, "quang-cao-so", "phuong", Severity::S4, basis(), term, why);
        self.reply_to_proposal(46, &proposed, "Tôi đã gỡ video ngay khi biết sàn không có giấy phép.");
        let sanction = self.impose(42, proposed);
        let case = "Tôi chỉ thuật lại tin tức, không kêu gọi ai góp vốn.";
        let contest = self.contest(38, "phuong", sanction, Grounds::Disproportionate, case);
        self.reveal(37, "phuong", contest);
        self.admit(36, "phuong", contest);
        self.seat(34, "phuong", contest);
        self.decide(20, "phuong", contest, Outcome::Rejected, "Video có đường dẫn đăng ký và mã giới thiệu.");
        let statement = text("Đường dẫn do người khác chèn vào; xin xem lại bản gốc.");
        let body = AppealFiled { contest, statement: statement.commitment().into(), evidence: Vec::new() };
        let appeal = self.by_subject(8, "phuong", body, vec![statement]);
        self.reveal(7, "phuong", appeal);
    }

    /// An assessment that took another's videos for his falls.
    pub(super) fn upheld(&mut self) {
        let notified = self.notify(49, "o5-tam-diem", "nghia", "0000 0000 0000 0000 0000");
        let wrong = self.publish(40, notified);
        let case = "Các video được dẫn là của một kênh trùng tên.";
        let contest = self.contest(33, "nghia", wrong, Grounds::FactualError, case);
        self.reveal(32, "nghia", contest);
        self.admit(31, "nghia", contest);
        self.seat(30, "nghia", contest);
        self.decide(15, "nghia", contest, Outcome::Upheld, "Đã đối chiếu: kênh được dẫn không phải của anh.");
    }

    /// Nobody admitted it in time, nor decided within thirty days: the assessment is out until somebody does.
    pub(super) fn undecided(&mut self) {
        let weak = self.assess(56, "o3-dao-duc", "quynh", "1011 1101 1111 1011 1110");
        let case = "Trung tâm không cho tôi xem minh chứng.";
        let contest = self.contest(50, "quynh", weak, Grounds::Procedure, case);
        self.reveal(49, "quynh", contest);
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
        let body =
            ContestFiled { target, grounds, statement: statement.commitment().into(), evidence: Vec::new() };
        self.by_subject(days_ago, seed, body, vec![statement])
    }
}
