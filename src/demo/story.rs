//! What happens in the demo, told as days before the day it is seen on.

use std::collections::BTreeMap;

use super::cast::{self, ASSESSORS, HAN, INFLUENCERS, Influencer, ORGANISATIONS};
use super::{POLICY_1, UTC_OFFSET_MIN, key, replayed_until, salt, subject};
use crate::client::{Draft, opening};
use crate::clock::{Date, Timestamp};
use crate::dsse::{EventId, SecretKey};
use crate::event::*;
use crate::ledger::Submission;
use crate::log::Origin;
use crate::vault::Attachment;

/// Days ago on which the ledger was opened.
const OPENED: i32 = 426;
/// Days ago on which the second policy version came into force.
const SECOND_POLICY: i32 = 250;
const HOUR_MS: u64 = 3_600_000;

/// The events of the demo, signed, the opening first, by time.
pub fn tell(today: Date) -> Vec<Submission> {
    let mut story = Story::begin(today);
    story.members();
    story.influencers();
    story.second_policy();
    for (number, influencer) in (0..).zip(INFLUENCERS) {
        story.rounds(number, influencer);
    }
    story.endorsements();
    story.worked_example();
    story.stolen_key();
    story.code_of_conduct();
    story.paid_work();
    story.overturned();
    story.suspended();
    story.end()
}

/// The events so far.
struct Story {
    today: Date,
    origin: Origin,
    events: Vec<(Timestamp, Submission)>,
    /// Events on one day follow one another by minutes.
    on_day: BTreeMap<i32, u64>,
}

impl Story {
    fn begin(today: Date) -> Self {
        let seat = |(number, member): (usize, &&str)| Seat {
            seat: number as u8 + 1,
            member: party(member),
            key: key(member).public(),
        };
        let body = LedgerOpened {
            council: cast::COUNCIL.iter().enumerate().map(seat).collect(),
            threshold: cast::THRESHOLD,
            operator: Operator { member: party(cast::OPERATOR), key: key(cast::OPERATOR).public() },
            log_key: key("log").public(),
            utc_offset_min: UTC_OFFSET_MIN,
            policy: policy(),
            replayed_until: Some(replayed_until(today)),
        };
        let at = today.plus_days(-OPENED).start_at(UTC_OFFSET_MIN).plus_ms(8 * HOUR_MS);
        let (origin, draft) = opening("tinnhiem.demo", at, body).expect("the demo's name is well formed");
        let signed = draft.sign(&council().each_ref()).expect("distinct keys sign");
        Self { today, origin, events: vec![(at, signed)], on_day: BTreeMap::from([(OPENED, 1)]) }
    }

    fn end(mut self) -> Vec<Submission> {
        self.events.sort_by_key(|(at, _)| *at);
        self.events.into_iter().map(|(_, submission)| submission).collect()
    }

    fn date(&self, days_ago: i32) -> Date {
        self.today.plus_days(-days_ago)
    }

    /// Adds an event; tells its id.
    fn add(
        &mut self,
        days_ago: i32,
        issuer: PartyId,
        about: Option<SubjectId>,
        body: impl Into<Body>,
        attachments: Vec<Attachment>,
        keys: &[&SecretKey],
    ) -> EventId {
        let of_day = self.on_day.entry(days_ago).or_default();
        // From eight in the morning, every two minutes.
        let at = self.today.plus_days(-days_ago).start_at(UTC_OFFSET_MIN);
        let at = at.plus_ms(8 * HOUR_MS + *of_day * 120_000);
        *of_day += 1;
        let draft = Draft::new(&self.origin, issuer, about, at, body).with(attachments);
        let id = EventId::of_payload(&draft.event.to_payload());
        self.events.push((at, draft.sign(keys).expect("one to eight distinct keys sign")));
        id
    }

    fn by_council(&mut self, days_ago: i32, body: impl Into<Body>, newcomer: Option<&SecretKey>) -> EventId {
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().chain(newcomer).collect();
        self.add(days_ago, PartyId::council(), None, body, Vec::new(), &keys)
    }

    fn members(&mut self) {
        for member in ORGANISATIONS {
            let key = key(member.slug);
            let body = MemberAdmitted {
                member: party(member.slug),
                class: member.class,
                group: GroupId::alone(&party(member.slug)),
                name: member.name.to_owned(),
                roles: if member.registrar { vec![Role::Registrar] } else { Vec::new() },
                key: key.public(),
            };
            self.by_council(OPENED - 1, body, Some(&key));
        }
        for assessor in ASSESSORS {
            let body = AccreditationGranted {
                assessor: party(assessor),
                topics: policy().topics.into_keys().collect(),
                class: "independent".parse().expect("a class"),
                valid_until: None,
            };
            self.by_council(OPENED - 2, body, None);
        }
    }

    fn influencers(&mut self) {
        for (number, one) in (0..).zip(INFLUENCERS) {
            let registrar = if number % 2 == 0 { "vietreel" } else { "cho-so" };
            let profile = serde_json::json!({"name": one.name, "handles": [format!("@{}", one.seed)]});
            let profile = Attachment {
                salt: salt(one.seed),
                media_type: "application/json".to_owned(),
                bytes: profile.to_string().into_bytes(),
            };
            let body = SubjectEnrolled {
                identity: Commitment::to(&salt("registrar"), one.seed.as_bytes()),
                profile: profile.commitment(),
                consent: Commitment::to(&salt("consent"), one.seed.as_bytes()),
                topics: one.topics.iter().map(|topic| topic.parse().expect("a topic")).collect(),
                group: GroupId::alone(&PartyId::from(subject(one.seed))),
                key: key(one.seed).public(),
            };
            let about = Some(subject(one.seed));
            let keys = [&key(registrar), &key(one.seed)];
            self.add(OPENED - 3 - number / 3, party(registrar), about, body, vec![profile], &keys);
        }
    }

    /// A longer notice for later versions; nothing of the score changes.
    fn second_policy(&mut self) {
        let policy = Policy { notice_days: 45, ..policy() };
        let body = PolicyPublished { version: 2, effective_from: self.date(SECOND_POLICY), policy };
        self.by_council(SECOND_POLICY + 40, body, None);
    }

    fn assess(&mut self, days_ago: i32, assessor: &str, seed: &str, levels: &str) -> EventId {
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

    /// Three rounds of assessments, the newest as the cast says; two groups only for one of them.
    fn rounds(&mut self, number: i32, one: &Influencer) {
        if one.levels.is_empty() {
            return;
        }
        let assessors = if one.seed == "nhi" { &ASSESSORS[..2] } else { ASSESSORS };
        for round in (0..3).rev() {
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

    #[allow(clippy::too_many_arguments)]
    fn endorse(
        &mut self,
        days_ago: i32,
        endorser: &str,
        signer: &SecretKey,
        seed: &str,
        topic: &str,
        relation: Relation,
    ) {
        let issuer = issuer(endorser);
        let body = EndorsementPublished {
            relation,
            value_band: (relation == Relation::Commercial).then_some(ValueBand::Under100m),
            topic: topic.parse().expect("a topic"),
            expires_on: self.date(days_ago).plus_days(365),
            statement: None,
        };
        self.add(days_ago, issuer, Some(subject(seed)), body, Vec::new(), &[signer]);
    }

    /// Endorses subjects of the cast in turn, skipping oneself and the worked example's.
    fn endorse_many(&mut self, days_ago: i32, endorser: &str, count: usize) {
        let slots = INFLUENCERS
            .iter()
            .filter(|one| one.seed != HAN && one.seed != endorser)
            .flat_map(|one| one.topics.iter().map(|topic| (one.seed, *topic)));
        let slots: Vec<_> = slots.take(count).collect();
        assert_eq!(slots.len(), count, "the cast is large enough");
        for (seed, topic) in slots {
            self.endorse(days_ago, endorser, &key(endorser), seed, topic, Relation::None);
        }
    }

    fn endorsements(&mut self) {
        let agency = key("van-khe");
        self.endorse(75, "van-khe", &agency, "lenh", "du-lich", Relation::None);
        self.endorse(80, "nhip-so", &key("nhip-so"), "ngan", "am-thuc", Relation::Professional);
        self.endorse(70, "doi-xanh", &key("doi-xanh"), "thu", "me-va-be", Relation::Commercial);
        // Her employer: shown, and worth nothing.
        self.endorse(28, "song-hong-moi", &key("song-hong-moi"), "dung", "y-te", Relation::FamilyOwner);
        // The ring.
        let ring = ["duyen", "tan", "quynh"];
        for giver in ring {
            for receiver in ring.into_iter().filter(|receiver| *receiver != giver) {
                self.endorse(90, giver, &key(giver), receiver, "thoi-trang", Relation::None);
            }
        }
    }

    /// Assessments, endorsements, sanction and contest that make 79.82 on the day the demo is seen.
    fn worked_example(&mut self) {
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
        let reason = Attachment::text(salt("S2"), "Cảnh cáo: quảng cáo không ghi nhãn, tái diễn.");
        let body = SanctionImposed {
            severity: Severity::S2,
            basis: Basis::Conduct(indicator(1)),
            starts_on: self.date(200),
            ends_on: Some(self.date(200).plus_days(364)),
            reason: reason.commitment(),
            proposal: None,
            urgent: false,
        };
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().collect();
        let about = Some(subject(HAN));
        self.add(200, PartyId::council(), about, body, vec![reason], &keys);
        let statement =
            Attachment::text(salt("contest"), "Đánh giá của Tâm Điểm không có minh chứng nào về tôi.");
        let body = ContestFiled {
            target: hostile,
            grounds: Grounds::Procedure,
            statement: statement.commitment(),
            evidence: Vec::new(),
        };
        self.add(2, PartyId::from(subject(HAN)), about, body, vec![statement], &[&key(HAN)]);
    }

    /// The programme's code, which most influencers pledge to keep.
    fn code_of_conduct(&mut self) {
        let words = "Q1: ghi nhãn quảng cáo trước và trong khi phát. Q2: chỉ quảng cáo điều đã dùng. \
            Q3: kiểm tra giấy tờ của sản phẩm. Q4: đính chính trong ba ngày.";
        let text = Attachment::text(salt("code"), words);
        let clauses = ["Q1", "Q2", "Q3", "Q4"].map(|id| id.parse().expect("a clause")).into();
        let body = CodePublished { version: 1, clauses, text: text.commitment() };
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().collect();
        let code = self.add(220, PartyId::council(), None, body, vec![text], &keys);
        for (number, one) in (0..).zip(INFLUENCERS).filter(|(number, _)| number % 5 != 4) {
            let about = subject(one.seed);
            let issuer = PartyId::from(about);
            self.add(210 - number, issuer, Some(about), PledgeSigned { code }, Vec::new(), &[&key(one.seed)]);
        }
    }

    /// Work that is paid for: declared at once by one, and after hiding it by another.
    fn paid_work(&mut self) {
        self.collaborate(72, "doi-xanh", "thu", "Ly sữa mỗi sáng", "sua");
        self.endorse(64, "song-hong-moi", &key("song-hong-moi"), "long", "o-to", Relation::None);
        self.collaborate(34, "song-hong-moi", "long", "Vay mua ô tô", "tin-dung");
    }

    /// A member that did not act for three weeks; what it had said did not weigh meanwhile.
    fn suspended(&mut self) {
        let member = party("nhip-so");
        self.by_council(70, MemberSuspended { member: member.clone(), reason: None }, None);
        self.by_council(49, MemberReinstated { member, reason: None }, None);
    }

    /// A decision, a reminder that rests on it, and the court that overturned both.
    fn overturned(&mut self) {
        let (agency, about) = ("quang-cao-so", Some(subject("lien")));
        let act = |authority: &str, code: &str, date| OfficialAct {
            authority: authority.to_owned(),
            code: code.to_owned(),
            date,
        };
        let decided = act("Cục Quảng cáo số", "27/QĐ-XPHC", self.date(41));
        let body = DecisionRecorded { act: decided, document: None };
        let decision = self.add(39, party(agency), about, body, Vec::new(), &[&key(agency)]);
        let reason = Attachment::text(salt("S1"), "Nhắc nhở theo quyết định xử phạt hành chính.");
        let body = SanctionImposed {
            severity: Severity::S1,
            basis: Basis::Decision(decision),
            starts_on: self.date(36),
            ends_on: Some(self.date(36).plus_days(179)),
            reason: reason.commitment(),
            proposal: None,
            urgent: false,
        };
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().collect();
        self.add(36, PartyId::council(), about, body, vec![reason], &keys);
        let overturned = act("Tòa án nhân dân tỉnh Vân Khê", "12/HC-ST", self.date(14));
        let body = DecisionOverturned { target: decision, act: overturned };
        self.add(12, party(agency), about, body, Vec::new(), &[&key(agency)]);
    }

    fn collaborate(&mut self, days_ago: i32, business: &str, seed: &str, campaign: &str, category: &str) {
        let body = CollaborationDeclared {
            campaign: campaign.to_owned(),
            category: category.parse().expect("a category"),
            starts_on: self.date(days_ago - 2),
            ends_on: self.date(days_ago - 62),
            value_band: ValueBand::Under100m,
            papers: vec![Commitment::to(&salt("papers"), campaign.as_bytes())],
        };
        let keys = [&key(business), &key(seed)];
        self.add(days_ago, party(business), Some(subject(seed)), body, Vec::new(), &keys);
    }

    /// A stolen key endorses; the council dates the theft, and what it signed since weighs nothing.
    fn stolen_key(&mut self) {
        let stolen = key("la-sen 2");
        let body = KeyAdded { key: stolen.public(), owner: None };
        self.add(60, party("la-sen"), None, body, Vec::new(), &[&key("la-sen"), &stolen]);
        self.endorse(25, "la-sen", &stolen, "lien", "gia-dung", Relation::None);
        self.endorse(24, "la-sen", &stolen, "tan", "my-pham", Relation::None);
        let body = KeyRevoked {
            key: stolen.public(),
            cause: RevocationCause::Compromised,
            invalid_from: Some(self.date(26).start_at(UTC_OFFSET_MIN)),
        };
        self.by_council(15, body, None);
    }
}

fn policy() -> Policy {
    serde_json::from_str(POLICY_1).expect("the demo's policy is well formed")
}

fn council() -> [SecretKey; cast::THRESHOLD as usize] {
    std::array::from_fn(|at| key(cast::COUNCIL[at]))
}

fn party(slug: &str) -> PartyId {
    slug.parse().expect("the cast's slugs are well formed")
}

/// A member of the cast, or an influencer acting as one.
fn issuer(name: &str) -> PartyId {
    if INFLUENCERS.iter().any(|one| one.seed == name) { PartyId::from(subject(name)) } else { party(name) }
}

fn indicator(number: u32) -> IndicatorId {
    format!("I{number}").parse().expect("an indicator")
}
