//! The clocks of due process, in plain words

use crate::event::{Policy, Windows};

/// What happens within days, and what holds where there are none.
type Said = (Option<u16>, [&'static str; 2], [&'static str; 2]);

/// The clocks for a table: what they measure, and their days.
pub(super) fn rows(policy: &Policy) -> [(&'static str, Option<u16>); 9] {
    let windows = &policy.windows;
    [
        ("trả lời trước / to reply beforehand", windows.reply),
        ("khiếu nại / to contest", windows.file),
        ("thụ lý / to admit a contest", windows.admit),
        ("quyết định / to decide it", windows.decide),
        ("gia hạn / to put that off by", windows.decide_extension),
        ("khiếu nại lần hai / to appeal", windows.appeal),
        ("quyết định lần hai / to decide the appeal", windows.appeal_decide),
        ("gia hạn lần hai / to put that off by", windows.appeal_extension),
        ("báo trước chính sách mới / notice of a new policy", Some(policy.notice_days)),
    ]
}

/// A sentence for each clock, and for each that does not run.
pub(super) fn sentences(windows: &Windows) -> Vec<String> {
    said(windows).into_iter().map(|(days, runs, none)| sentence(days, runs, none)).collect()
}

fn sentence(days: Option<u16>, [vi, en]: [&str; 2], [none_vi, none_en]: [&str; 2]) -> String {
    match days {
        None => format!("{none_vi} / {none_en}"),
        Some(0) => format!("{vi}: ngay trong ngày / {en}: on the same day"),
        Some(1) => format!("{vi}: trong 1 ngày / {en}: within 1 day"),
        Some(days) => format!("{vi}: trong {days} ngày / {en}: within {days} days"),
    }
}

fn said(windows: &Windows) -> [Said; 8] {
    [
        (
            windows.reply,
            [
                "KOL trả lời trước khi đánh giá được công bố, biện pháp xử lý được áp dụng",
                "the KOL replies before an assessment is published or a sanction imposed",
            ],
            [
                "KOL không được trả lời trước: đánh giá và biện pháp xử lý không cần báo trước",
                "the KOL is not heard beforehand: assessments and sanctions need no notice",
            ],
        ),
        (
            windows.file,
            [
                "KOL khiếu nại (sai sự thật: bất cứ lúc nào)",
                "the KOL contests an item (a factual error: at any time)",
            ],
            ["KOL khiếu nại bất cứ lúc nào", "the KOL contests an item at any time"],
        ),
        (
            windows.admit,
            [
                "Ban điều phối thụ lý khiếu nại, quá hạn coi như đã thụ lý; hội đồng rút thăm sẽ quyết định",
                "the council admits a contest, or it counts as admitted; a panel drawn by lot decides it",
            ],
            [
                "không thụ lý, không hội đồng xem xét: chính Ban điều phối quyết định",
                "no admission and no panel: the council itself decides contests",
            ],
        ),
        (
            windows.decide,
            [
                "khiếu nại được quyết định, quá hạn thì mục bị khiếu nại ra khỏi điểm",
                "a contest is decided, or the item leaves the score until it is",
            ],
            ["không có hạn quyết định khiếu nại", "no day by which a contest must be decided"],
        ),
        (
            windows.decide_extension,
            ["gia hạn quyết định một lần", "that decision is put off once"],
            ["không gia hạn quyết định", "that decision is never put off"],
        ),
        (
            windows.appeal,
            ["KOL khiếu nại lần hai", "the KOL appeals a decision"],
            ["không có khiếu nại lần hai", "no appeal"],
        ),
        (
            windows.appeal_decide,
            [
                "khiếu nại lần hai được quyết định, quá hạn thì mục bị khiếu nại ra khỏi điểm",
                "an appeal is decided, or the item leaves the score until it is",
            ],
            ["không có hạn quyết định khiếu nại lần hai", "no day by which an appeal must be decided"],
        ),
        (
            windows.appeal_extension,
            ["gia hạn quyết định lần hai một lần", "that decision is put off once"],
            ["không gia hạn quyết định lần hai", "that decision is never put off"],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clock_has_a_sentence_that_tells_its_days_or_that_it_does_not_run() {
        let runs = sentences(&Windows::DUE_PROCESS);
        for days in [7, 183, 14, 30, 15, 30, 60, 30].iter().zip(&runs) {
            assert!(days.1.ends_with(&format!(": within {} days", days.0)), "{}", days.1);
        }
        let none = sentences(&Windows::default());
        assert!(none.iter().zip(&runs).all(|(none, runs)| none != runs && !none.contains("within")));
        let today = sentences(&Windows { reply: Some(0), admit: Some(1), ..Windows::default() });
        assert!(today[0].ends_with("on the same day") && today[2].ends_with("within 1 day"));
    }
}
