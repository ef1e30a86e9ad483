//! What assessors say, and the worked example.

use super::{OPENED, SECOND_POLICY, Story, indicator, key, party, salt, subject};
use crate::demo::cast::{ASSESSORS, HAN, Influencer};
use crate::dsse::EventId;
use crate::event::*;
use crate::vault::Attachment;

impl Story {
    pub(super) fn assess(&mut self, days_ago: i32, assessor: &str, seed: &str, levels: &str) -> EventId {
        let levels: Vec<u16> = levels.chars().filter_map(|level| Some(level.to_digit(10)? as u16)).collect();
        let grades: Levels =
            (1..).zip(levels).map(|(number, level)| (indicator(number), Some(level))).collect();
        let extreme = grades.iter().filter(|(_, level)| matches!(level, Some(0 | 2)));
        let evidence = extreme.map(|(id, _)| {
            let source = format!("{assessor} {seed} {id} {days_ago}");
            (id.clone(), vec![Commitment::to(&salt(&source), source.as_bytes())])
        });
        let text = format!("Nhận xét của {assessor} về {seed}: xem từng tiêu chí và minh chứng kèm theo.");
        let statement = Attachment::text(salt(&format!("{text}{days_ago}")), &text);
        let on = self.date(days_ago);
        let body = AssessmentPublished {
            policy: if days_ago > SECOND_POLICY { 1 } else { 2 },
            evidence: evidence.collect(),
            grades,
            observed_from: on.plus_days(-60),
            observed_until: on,
            valid_until: Some(on.plus_days(365)),
            conflict: false,
            fee: false,
            statement: Some(statement.commitment()),
            notice: None,
        };
        self.add(days_ago, party(assessor), Some(subject(seed)), body, vec![statement], &[&key(assessor)])
    }

    /// Two rounds of assessments, the newest as the cast says.
    pub(super) fn rounds(&mut self, number: i32, one: &Influencer) {
        if one.levels.is_empty() {
            return;
        }
        // Too few for a score, and just enough.
        let assessors = match one.seed {
            "nhi" => &ASSESSORS[..2],
            "phiep" => &ASSESSORS[..3],
            _ => ASSESSORS,
        };
        for round in (0..2).rev() {
            let began = one.newest_round + round * 130;
            if began + number % 7 > OPENED - 10 {
                continue;
            }
            for (at, assessor) in (0..).zip(assessors) {
                let levels = one.levels[(at + round) as usize % one.levels.len()];
                self.assess(began - at * 2, assessor, one.seed, levels);
            }
        }
    }

    /// Assessments, endorsements, sanction and contest that make 79.82 on the day the demo is seen.
    pub(super) fn worked_example(&mut self) {
        let newest = [
            (40, "2221 2212 2211 2222 2222"),
            (120, "2121 2211 2112 2122 2221"),
            (20, "2211 2222 2212 1222 2222"),
            (200, "2222 2112 1222 2212 2122"),
        ];
        for (assessor, (days_ago, levels)) in ASSESSORS.iter().zip(newest) {
            self.assess(days_ago + 180, assessor, HAN, levels);
            self.assess(days_ago, assessor, HAN, levels);
        }
        let hostile = self.assess(5, ASSESSORS[4], HAN, "0000 0000 0000 0000 0000");
        // The most in force in the thirty days before, each one's own included: 8, 12, 1 and 25.
        self.endorse_many(32, "quang-cao-so", 7);
        self.endorse(30, "quang-cao-so", &key("quang-cao-so"), HAN, "my-pham", Relation::None);
        self.endorse_many(32, "vietreel", 11);
        self.endorse(30, "vietreel", &key("vietreel"), HAN, "my-pham", Relation::None);
        self.endorse(30, "la-sen", &key("la-sen"), HAN, "my-pham", Relation::Commercial);
        self.endorse(105, HAN, &key(HAN), "tram", "my-pham", Relation::None);
        self.endorse_many(102, "tram", 24);
        self.endorse(100, "tram", &key("tram"), HAN, "my-pham", Relation::None);
        let why = "Cảnh cáo: quảng cáo không ghi nhãn, tái diễn.";
        self.sanction(200, HAN, Severity::S2, Basis::Conduct(indicator(1)), 365, why);
        let case = "Đánh giá của Tâm Điểm không có minh chứng nào về tôi.";
        self.contest(2, HAN, hostile, Grounds::Procedure, case);
    }
}
