//! What cannot be undone, by type of event, and what would have to be done instead.

use crate::event::EventType::{self, *};

/// A sentence for who is about to do what no later event takes back; none where one does.
pub(super) fn sentence(of: EventType) -> Option<String> {
    instead(of).map(|[vi, en]| format!("không rút lại được: {vi} / it is not taken back: {en}"))
}

/// What would have to be done instead, in Vietnamese and English.
#[rustfmt::skip]
fn instead(of: EventType) -> Option<[&'static str; 2]> {
    Some(match of {
        AssessmentPublished | EndorsementPublished | ContestFiled | AppealFiled | AccreditationGranted
        | SanctionImposed | CertificateGranted | MemberSuspended | MemberReinstated | MemberAdmitted | MemberUpdated | AccountLinked
        | CollaborationDeclared | EvidenceCommitted | DecisionRecorded | KeyAdded | PolicyPublished
        | CouncilChanged | OperatorChanged => return None,
        SubjectDeparted => ["muốn trở lại phải có bên ghi danh cùng ký (`subject resume`), điều đã công bố vẫn còn", "to come back, a registrar signs with you (`subject resume`); what was published stays"],
        AssessmentReplied | SanctionReplied => ["chỉ trả lời một lần, không sửa; điều còn thiếu thì nói khi khiếu nại, sau khi được công bố hoặc áp dụng", "there is one reply, and it is not changed; what it lacks is said in a contest (`contest file`), once the item is published or imposed"],
        ErasureRequested => ["yêu cầu chờ đơn vị vận hành trả lời, lúc đó chưa gửi được yêu cầu khác; văn bản đã hủy không lấy lại được", "it waits for the operator's answer (`clocks`), and no other is taken meanwhile; texts once destroyed do not come back"],
        ErasureExecuted => ["văn bản đã hủy không lấy lại được, chỉ còn cam kết; ai còn văn bản và muối thì chứng minh được (`commitment`)", "destroyed texts do not come back: only the commitments to them stay, and whoever has a text and its salt can show that it was this one (`commitment`)"],
        ErasureRefused => ["KOL có thể yêu cầu lại", "the KOL may ask again (`erasure request`)"],
        EvidenceDestroyed => ["minh chứng đã hủy không viện dẫn được nữa; cần thì cam kết minh chứng mới", "what is destroyed is cited no more; commit to other evidence where it is needed (`evidence commit`)"],
        AssessmentWithdrawn => ["muốn đánh giá lại phải công bố đánh giá mới (`notify`, `assess`)", "to assess again, publish a new one (`notify`, `assess`)"],
        EndorsementWithdrawn => ["muốn bảo chứng lại phải công bố bảo chứng mới (`endorse`)", "to endorse again, publish a new one (`endorse`)"],
        ContestWithdrawn => ["khiếu nại đã rút không mở lại; còn hạn thì nộp khiếu nại mới (`contest file`), khiếu nại lần hai thì không", "a withdrawn contest is not taken up again; while its time lasts another is filed (`contest file`), but not another appeal"],
        SanctionLifted => ["biện pháp đã gỡ không áp dụng lại; phải đề xuất biện pháp mới, có giới hạn (`tinnhiem explain sanction.settled`)", "a lifted sanction does not come back: a new one is proposed, within limits (`tinnhiem explain sanction.settled`)"],
        CertificateWithdrawn => ["chứng nhận đã rút không trở lại; muốn có lại phải cấp mới (`certificate grant`)", "a withdrawn certificate does not come back; another is granted (`certificate grant`)"],
        AccreditationWithdrawn => ["muốn công nhận lại phải công nhận mới (`member accredit`)", "to accredit again, grant a new one (`member accredit`)"],
        MemberRemoved => ["mã của thành viên không cấp lại; muốn trở lại phải kết nạp với mã khác (`member admit`); `member suspend` thì khôi phục được", "its id is never given again; to come back it is admitted under another (`member admit`); `member suspend` can be ended"],
        KeyRevoked => ["khóa đã thu hồi không dùng lại được; cần thì thêm khóa khác (`key add`)", "a key that has ended never acts again; add another where one is needed (`key add`)"],
        KeyRotated => ["khóa cũ không dùng lại được; cần thì đổi sang khóa khác nữa (`key rotate`)", "the old key never acts again; rotate to yet another where it is needed (`key rotate`)"],
        CollaborationEnded => ["hợp tác còn tiếp thì khai báo mới (`collaboration declare`)", "work that goes on is declared anew (`collaboration declare`)"],
        AccountUnlinked => ["muốn gắn lại thì cả hai bên ký mới (`subject link`)", "to link it again, both sign anew (`subject link`)"],
        CorrectionIssued => ["mục đã rút lại vì sai không trở lại, mức đã nâng không hạ xuống; sai sót được sửa bằng mục mới", "what it retracts does not come back, what it raises is not lowered: what is wrong in it is put right by another (`correct`)"],
        ContestDecided => ["chỉ khiếu nại lần hai của KOL mới thay đổi được", "only an appeal of the KOL changes it (`contest appeal`)"],
        LedgerOpened => ["sổ cái mở một lần; chính sách, Ban điều phối, đơn vị vận hành thay bằng `policy publish`, `council reseat`, `council hand-over`", "a ledger is opened once; its policy, council and operator are changed by `policy publish`, `council reseat` and `council hand-over`"],
        LedgerKeyRotated => ["khóa cũ không dùng lại được; cần thì đổi sang khóa khác nữa (`key rotate-log`)", "the old key never signs again; rotate to yet another where it is needed (`key rotate-log`)"],
        SubjectEnrolled => ["KOL không bị xóa khỏi sổ; tự rời chương trình thì được (`subject depart`), dữ liệu kèm theo xin xóa được (`erasure request`)", "a KOL is not struck off; it may leave by itself (`subject depart`), and ask for the destruction of what is attached (`erasure request`)"],
        SubjectResumed => ["muốn rời lại thì KOL tự rời (`subject depart`)", "to leave again, the KOL departs (`subject depart`)"],
        AssessmentNotified => ["đánh giá viên không công bố thì báo trước hết hạn, điểm không đổi (`clocks`)", "where the assessor does not publish, what was announced lapses and the score stays (`clocks`)"],
        SanctionProposed => ["Ban điều phối không áp dụng thì đề xuất hết hạn, điểm không đổi (`clocks`)", "where the council does not impose it, the proposal lapses and the score stays (`clocks`)"],
        CodePublished => ["muốn sửa thì công bố phiên bản mới (`code publish`); cam kết cũ là với phiên bản cũ", "to mend it, publish another version (`code publish`); earlier pledges are to the earlier one"],
        PledgeSigned => ["cam kết gắn với phiên bản ấy; có phiên bản mới thì cam kết mới (`code pledge`)", "a pledge is to that version; another version is pledged to anew (`code pledge`)"],
        DecisionOverturned => ["nếu quyết định vẫn có hiệu lực thì ghi lại (`decision record`)", "where the decision stands after all, record it anew (`decision record`)"],
        ContestAdmitted => ["khiếu nại đi tiếp đến quyết định (`contest decide`); KOL có thể rút (`withdraw`)", "the contest goes on to its decision (`contest decide`); the KOL may withdraw it (`withdraw`)"],
        ContestDeclined => ["KOL có thể khiếu nại vì lý do khác (`contest file`)", "the KOL may contest on another ground (`contest file`)"],
        PanelSeated => ["KOL có thể từ chối một thành viên (`contest challenge`), rồi lập hội đồng lại (`contest seat`)", "the KOL may challenge one member (`contest challenge`), and a panel is seated again (`contest seat`)"],
        ContestExtended => ["chỉ hoãn một lần; hội đồng có thể quyết định sớm hơn (`contest decide`)", "it is put off once; the panel may decide before (`contest decide`)"],
        AppealDecided => ["quyết định có giá trị cuối cùng; sai sót do bên đánh giá đính chính (`correct`), biện pháp xử lý do Ban điều phối gỡ (`withdraw`)", "it stands for good; an assessor may still correct its item (`correct`), the council lift its sanction (`withdraw`)"],
        DrawCommitted => ["chuỗi đã cam kết được dùng cho các lần rút thăm sau; muốn chuỗi khác thì cam kết mới (`draw commit`)", "what is committed to serves the draws that follow; for other values commit anew (`draw commit`)"],
        DrawRevealed => ["giá trị đã mở thì ai cũng biết; lần rút thăm sau dùng giá trị tiếp theo (`draw reveal`)", "what is revealed is known to all; the next draw takes the next value (`draw reveal`)"],
        EvidenceDisclosed => ["đã cho xem thì không thu lại được; ghi nhầm thì ghi lần cung cấp đúng (`evidence disclose`)", "what was shown is not unseen; record the right disclosure where this one is wrong (`evidence disclose`)"],
        AuditFinding => ["kết luận sai thì ghi kết luận mới nói rõ (`report-finding`)", "where it is wrong, record another that says so (`report-finding`)"],
        StateCommitted => ["trạng thái khác được cam kết ở số mục sau (`state commit`); cam kết sai thì kiểm toán viên ghi kết luận (`report-finding`)", "the next state is committed to at a later size (`state commit`); a false one an auditor reports (`report-finding`)"],
        StateAttested => ["xác nhận sai thì ghi kết luận (`report-finding`); trạng thái sau thì xác nhận mới (`state attest`)", "where it is wrong, report that (`report-finding`); a later state is attested anew (`state attest`)"],
    })
}
