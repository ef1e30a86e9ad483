//! What assessors say, and the worked example.

use super::{OPENED, SECOND_POLICY, Story, indicator, key, party, salt, subject, text};
use crate::demo::cast::{ASSESSORS, HAN, Influencer};
use crate::dsse::EventId;
use crate::event::*;
use crate::vault::Attachment;

/// An assessment of which its subject was notified.
pub(super) struct Announced {
    assessor: &'static str,
    seed: &'static str,
    notice: EventId,
    body: AssessmentPublished,
    statement: Attachment,
}

impl Story {
    /// What an assessor finds, and its reasoning.
    fn finds(
        &self,
        days_ago: i32,
        assessor: &str,
        seed: &str,
        levels: &str,
    ) -> (AssessmentPublished, Attachment) {
        let levels: Vec<u16> = levels.chars().filter_map(|level| Some(level.to_digit(10)? as u16)).collect();
        let grades: Levels =
            (1..).zip(levels).map(|(number, level)| (indicator(number), Some(level))).collect();
        let extreme = grades.iter().filter(|(_, level)| matches!(level, Some(0 | 2)));
        let evidence = extreme.map(|(id, _)| {
            let source = format!("{assessor} {seed} {id} {days_ago}");
            (id.clone(), vec![Commitment::to(&salt(&source), source.as_bytes()).into()])
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
            statement: Some(statement.commitment().into()),
            notice: None,
        };
        (body, statement)
    }

    /// Publishes at once, as the first policy has it.
    pub(super) fn assess(&mut self, days_ago: i32, assessor: &str, seed: &str, levels: &str) -> EventId {
        assert!(days_ago > SECOND_POLICY, "the second policy has the subject notified first");
        let (body, statement) = self.finds(days_ago, assessor, seed, levels);
        self.add(days_ago, party(assessor), Some(subject(seed)), body, vec![statement], &[&key(assessor)])
    }

    /// Notifies a subject of what an assessor is about to publish.
    pub(super) fn notify(
        &mut self,
        days_ago: i32,
        assessor: &'static str,
        seed: &'static str,
        levels: &str,
    ) -> Announced {
        let (body, statement) = self.finds(days_ago, assessor, seed, levels);
        let found = body.clone();
        let notified = AssessmentNotified {
            policy: found.policy,
            grades: found.grades,
            evidence: found.evidence,
            observed_from: found.observed_from,
            observed_until: found.observed_until,
            valid_until: found.valid_until,
            conflict: found.conflict,
            fee: found.fee,
            statement: found.statement,
        };
        let (about, texts) = (Some(subject(seed)), vec![statement.clone()]);
        let notice = self.add(days_ago, party(assessor), about, notified, texts, &[&key(assessor)]);
        Announced { assessor, seed, notice, body, statement }
    }

    /// The subject replies to a notice.
    pub(super) fn reply(&mut self, days_ago: i32, announced: &Announced, words: &str) {
        let statement = text(words);
        let body = AssessmentReplied {
            notice: announced.notice,
            statement: statement.commitment().into(),
            evidence: Vec::new(),
        };
        self.by_subject(days_ago, announced.seed, body, vec![statement]);
    }

    /// Publishes what was notified.
    pub(super) fn publish(&mut self, days_ago: i32, announced: Announced) -> EventId {
        let Announced { assessor, seed, notice, body, statement } = announced;
        let body = AssessmentPublished { notice: Some(notice), ..body };
        self.add(days_ago, party(assessor), Some(subject(seed)), body, vec![statement], &[&key(assessor)])
    }

    /// One round of assessments or two, the newest as the cast says.
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
        // Some were not assessed in the year before.
        let rounds = if number % 4 == 1 || number % 8 == 2 { 1 } else { 2 };
        for round in (0..rounds).rev() {
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
            if days_ago > SECOND_POLICY {
                self.assess(days_ago, assessor, HAN, levels);
            }
        }
        // Said nothing to; replied to, and published higher for it; replied to in vain.
        let unanswered = self.notify(40, ASSESSORS[0], HAN, newest[0].1);
        self.publish(31, unanswered);
        let mut raised = self.notify(20, ASSESSORS[2], HAN, "1211 2222 2212 1222 2222");
        self.reply(17, &raised, "Video ngày 12 có ghi nhãn quảng cáo từ giây đầu; xin xem bản đầy đủ.");
        let seen = Commitment::to(&salt("han, whole video"), b"han, whole video");
        raised.body.grades.insert(indicator(1), Some(2));
        raised.body.evidence.insert(indicator(1), vec![seen.into()]);
        self.publish(15, raised);
        let hostile = self.notify(5, ASSESSORS[4], HAN, "0000 0000 0000 0000 0000");
        self.reply(4, &hostile, "Không có minh chứng nào được dẫn ra là về tôi.");
        let hostile = self.publish(3, hostile);
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
