//! What cannot be undone, by type of event, and what would have to be done instead.

use crate::event::EventType::{self, *};

/// A sentence for who is about to do what no later event takes back; none where one does.
pub fn sentence(of: EventType) -> Option<String> {
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
        SubjectDeparted => ["muốn trở lại phải có bên ghi danh cùng ký (`resume`), điều đã công bố vẫn còn", "to come back, a registrar signs with you (`resume`); what was published stays"],
        AssessmentReplied | SanctionReplied => ["chỉ trả lời một lần, không sửa; điều còn thiếu thì nói khi khiếu nại, sau khi được công bố hoặc áp dụng", "there is one reply, and it is not changed; what it lacks is said in a contest, once the item is published or imposed"],
        ErasureRequested => ["yêu cầu chờ đơn vị vận hành trả lời, lúc đó chưa gửi được yêu cầu khác; văn bản đã hủy không lấy lại được", "it waits for the operator's answer, and no other is taken meanwhile; texts once destroyed do not come back"],
        ErasureExecuted => ["văn bản đã hủy không lấy lại được, chỉ còn cam kết", "destroyed texts do not come back: only the commitments to them stay"],
        ErasureRefused => ["KOL có thể yêu cầu lại", "the KOL may ask again"],
        EvidenceDestroyed => ["minh chứng đã hủy không viện dẫn được nữa; cần thì cam kết minh chứng mới", "what is destroyed is cited no more; commit to other evidence where it is needed"],
        AssessmentWithdrawn => ["muốn đánh giá lại phải công bố đánh giá mới (`notify`, `assess`)", "to assess again, publish a new one (`notify`, `assess`)"],
        EndorsementWithdrawn => ["muốn bảo chứng lại phải công bố bảo chứng mới (`endorse`)", "to endorse again, publish a new one (`endorse`)"],
        ContestWithdrawn => ["khiếu nại đã rút không mở lại; còn hạn thì nộp khiếu nại mới (`contest`), khiếu nại lần hai thì không", "a withdrawn contest is not taken up again; while its time lasts another is filed (`contest`), but not another appeal"],
        SanctionLifted => ["biện pháp đã gỡ không áp dụng lại; phải đề xuất biện pháp mới, có giới hạn (`tinnhiem explain sanction.settled`)", "a lifted sanction does not come back: a new one is proposed, within limits (`tinnhiem explain sanction.settled`)"],
        CertificateWithdrawn => ["chứng nhận đã rút không trở lại; muốn có lại phải cấp mới (`certify`)", "a withdrawn certificate does not come back; another is granted (`certify`)"],
        AccreditationWithdrawn => ["muốn công nhận lại phải công nhận mới (`accredit`)", "to accredit again, grant a new one (`accredit`)"],
        MemberRemoved => ["mã của thành viên không cấp lại; muốn trở lại phải kết nạp với mã khác (`admit`); `suspend` thì khôi phục được", "its id is never given again; to come back it is admitted under another (`admit`); `suspend` can be ended"],
        KeyRevoked => ["khóa đã thu hồi không dùng lại được; cần thì thêm khóa khác (`add-key`)", "a key that has ended never acts again; add another where one is needed (`add-key`)"],
        KeyRotated => ["khóa cũ không dùng lại được; cần thì đổi sang khóa khác nữa (`rotate-key`)", "the old key never acts again; rotate to yet another where it is needed (`rotate-key`)"],
        CollaborationEnded => ["hợp tác còn tiếp thì khai báo mới (`collaborate`)", "work that goes on is declared anew (`collaborate`)"],
        AccountUnlinked => ["muốn gắn lại thì cả hai bên ký mới (`link`)", "to link it again, both sign anew (`link`)"],
        CorrectionIssued => ["mục đã rút lại vì sai không trở lại, mức đã nâng không hạ xuống; sai sót được sửa bằng mục mới", "what it retracts does not come back, what it raises is not lowered: what is wrong in it is put right by a new entry"],
        ContestDecided => ["chỉ khiếu nại lần hai của KOL mới thay đổi được", "only an appeal of the KOL changes it"],
        _ => ["sai sót được sửa bằng mục mới", "what is wrong in it is put right by a new entry"],
    })
}
