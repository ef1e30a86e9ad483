//! Who takes part: members, influencers, their policy and their code.

use std::collections::BTreeMap;

use super::certificates::CONDITIONS;
use super::{
    OPENED, SECOND_POLICY, Story, THIRD_POLICY, council, key, own_key, party, policy, salt, subject,
};
use crate::demo::cast::{ASSESSORS, INFLUENCERS, ORGANISATIONS};
use crate::demo::identity_secret;
use crate::dsse::{EventId, SecretKey};
use crate::event::*;
use crate::vault::Attachment;

impl Story {
    pub(super) fn members(&mut self) {
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

    /// Enrols everybody; tells the enrolments by seed.
    pub(super) fn influencers(&mut self) -> BTreeMap<&'static str, EventId> {
        let mut enrolments = BTreeMap::new();
        for (number, one) in (0..).zip(INFLUENCERS) {
            let registrar = if number % 2 == 0 { "vietreel" } else { "cho-so" };
            let profile = serde_json::json!({"name": one.name, "handles": [format!("@{}", one.seed)]});
            let profile = Attachment {
                salt: salt(one.seed),
                media_type: "application/json".to_owned(),
                bytes: profile.to_string().into_bytes(),
            };
            let body = SubjectEnrolled {
                identity: Commitment::to(&identity_secret(), one.seed.as_bytes()),
                identity_key: Some(IdentityKey::of(&identity_secret())),
                profile: profile.commitment().into(),
                consent: Commitment::to(&salt("consent"), one.seed.as_bytes()).into(),
                topics: one.topics.iter().map(|topic| topic.parse().expect("a topic")).collect(),
                group: GroupId::alone(&PartyId::from(subject(one.seed))),
                key: own_key(one.seed, OPENED).public(),
            };
            let about = Some(subject(one.seed));
            let keys = [&key(registrar), &own_key(one.seed, OPENED)];
            let day = OPENED - 3 - number / 3;
            let enrolment = self.add(day, party(registrar), about, body, vec![profile], &keys);
            enrolments.insert(one.seed, enrolment);
        }
        enrolments
    }

    /// A longer notice for later versions, every clock of due process, and certificates; nothing of the score
    /// changes.
    pub(super) fn second_policy(&mut self) {
        let body = PolicyPublished { version: 2, effective_from: self.date(SECOND_POLICY), policy: second() };
        self.by_council(SECOND_POLICY + 40, body, None);
    }

    /// Another engine, published for everybody to see what it would do before it comes into force.
    pub(super) fn third_policy(&mut self) {
        let mut policy = second();
        policy.score = ScoreEngine::V2;
        policy.assessment.near = Some(750);
        policy.assessment.experience =
            Some(ExperiencePolicy { first_permille: 400, step_permille: 50, cost_days: 10 });
        let body = PolicyPublished { version: 3, effective_from: self.date(-THIRD_POLICY), policy };
        self.by_council(9, body, None);
    }

    /// The programme's code, which most influencers pledge to keep.
    pub(super) fn code_of_conduct(&mut self) {
        let words = "Q1: ghi nhãn quảng cáo trước và trong khi phát. Q2: chỉ quảng cáo điều đã dùng. \
            Q3: kiểm tra giấy tờ của sản phẩm. Q4: đính chính trong ba ngày.";
        let text = Attachment::text(salt("code"), words);
        let clauses = ["Q1", "Q2", "Q3", "Q4"].map(|id| id.parse().expect("a clause")).into();
        let body = CodePublished { version: 1, clauses, text: text.commitment().into() };
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().collect();
        let code = self.add(220, PartyId::council(), None, body, vec![text], &keys);
        for (number, one) in (0..).zip(INFLUENCERS).filter(|(number, _)| number % 5 != 4) {
            self.by_subject(210 - number, one.seed, PledgeSigned { code }, Vec::new());
        }
    }

    /// A member that did not act for three weeks; what it had said did not weigh meanwhile.
    pub(super) fn suspended(&mut self) {
        let member = party("nhip-so");
        self.by_council(70, MemberSuspended { member: member.clone(), reason: None }, None);
        self.by_council(49, MemberReinstated { member, reason: None }, None);
    }
}

fn second() -> Policy {
    Policy { notice_days: 45, windows: Windows::DUE_PROCESS, certificate: Some(CONDITIONS), ..policy() }
}
