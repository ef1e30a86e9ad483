//! The worked example of the scoring rules, number by number.

use std::sync::Arc;

use tinnhiem::collections::Span;
use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::engines::*;
use tinnhiem::event::*;
use tinnhiem::facts::*;
use tinnhiem::time::{Date, Timestamp};

/// The day on which it is read.
pub const TODAY: i32 = 20_000;

pub fn policy() -> Policy {
    serde_json::from_str(include_str!("../../src/demo/policy-1.json")).expect("the policy parses")
}

/// The same numbers under `score/2`, and what it has beside them.
pub fn second_policy() -> Policy {
    let mut policy = policy();
    policy.score = ScoreEngine::V2;
    policy.assessment.near = Some(750);
    policy.assessment.experience =
        Some(ExperiencePolicy { first_permille: 400, step_permille: 50, cost_days: 10 });
    policy
}

/// What makes a voice a full one under it.
pub const EXPERIENCED: Experience = Experience { days: 12, overturned: 0 };

/// A dossier under construction; every party is a group of its own, every assessor independent.
pub struct Example {
    pub dossier: Dossier,
    pub parties: Parties,
    policies: PolicyBook,
    seq: u64,
    /// What assessments from here on say of their groups' experience.
    pub experience: Experience,
}

impl Example {
    pub fn new() -> Self {
        Self::under(policy())
    }

    /// The same under another policy.
    pub fn under(policy: Policy) -> Self {
        let subject = SubjectId::from_random([0; 13]);
        let mut policies = PolicyBook::default();
        policies.publish(
            0,
            Date::from_days(0),
            PolicyVersion {
                span: Span::opened_by(0),
                event: EventId::from_bytes([0xff; 32]),
                version: 1,
                effective_from: Date::from_days(0),
                policy: Arc::new(policy),
            },
        );
        let mut example = Self {
            dossier: Dossier::new(subject),
            parties: Parties::default(),
            policies,
            seq: 0,
            experience: Experience::default(),
        };
        let recorded = example.record("registrar", 400);
        example.dossier.enrolments.push(
            example.seq,
            Enrolment {
                recorded,
                registrar: party("registrar"),
                profile: Commitment::from_bytes([0; 32]),
                topics: vec!["my-pham".parse().unwrap()],
                group: "kol".parse().unwrap(),
            },
        );
        example
    }

    fn record(&mut self, by: &str, days_ago: i32) -> Recorded {
        self.seq += 1;
        let mut key = [0; 32];
        key[..by.len()].copy_from_slice(by.as_bytes());
        let key = PublicKey::from_bytes(key);
        if self.parties.key(&key).is_none() {
            self.parties.add_key(
                key,
                KeyRecord {
                    owner: party(by),
                    capacity: Capacity::Own,
                    span: Span::opened_by(0),
                    live_from: Timestamp::default(),
                    added_at: Timestamp::default(),
                    added_by: None,
                    recovery: false,
                    restrained_until: None,
                    invalid: Vec::new(),
                },
            );
        }
        let mut event = [0; 32];
        event[..8].copy_from_slice(&self.seq.to_be_bytes());
        let on = Date::from_days(TODAY - days_ago);
        Recorded {
            event: EventId::from_bytes(event),
            seq: self.seq,
            at: on.start_at(420),
            on,
            signed_by: self.parties.key_number(&key),
        }
    }

    pub fn member(&mut self, name: &str, class: MemberClass) {
        let member = Member {
            class,
            group: name.parse().unwrap(),
            name: name.to_owned(),
            roles: Vec::new(),
            membership: Membership::Active,
        };
        self.parties.set_member(0, &party(name), member);
    }

    /// Levels in groups of four, as the rules write them; `-` grades nothing.
    pub fn assess(&mut self, by: &str, days_ago: i32, levels: &str) -> EventId {
        if self.parties.member(&party(by), 1).is_none() {
            self.member(by, MemberClass::Assessor);
            let event = EventId::from_bytes([0xfe; 32]);
            let class = "independent".parse().unwrap();
            self.parties.accredit(
                0,
                &party(by),
                Accreditation { event, topics: Vec::new(), class, valid_until: None },
            );
        }
        let recorded = self.record(by, days_ago);
        let levels = (0..).zip(levels.chars().filter(|level| *level != ' '));
        let grades = levels
            .filter_map(|(place, level)| Some(Grade::new(place, Some(level.to_digit(10)? as u16 * 5000))))
            .collect();
        let assessor = self.parties.enlist(&party(by));
        let event = recorded.event;
        self.dossier.assessments.push(
            self.seq,
            Assessment {
                assessor,
                policy: 1,
                counts_from: recorded.on,
                valid_until: Some(recorded.on.plus_days(365)),
                conflict: false,
                fee: false,
                experience: self.experience,
                grades,
                reply: None,
                recorded,
            },
        );
        event
    }

    pub fn endorse(
        &mut self,
        by: &str,
        class: MemberClass,
        relation: Relation,
        days_ago: i32,
        dilution: u16,
        reciprocal: bool,
    ) {
        self.member(by, class);
        let recorded = self.record(by, days_ago);
        let endorser = self.parties.enlist(&party(by));
        self.dossier.endorsements.push(
            self.seq,
            Endorsement {
                expires_on: recorded.on.plus_days(365),
                recorded,
                endorser,
                relation,
                topic: "my-pham".parse().unwrap(),
                dilution,
                reciprocal,
                voided_by: None,
            },
        );
    }

    pub fn sanction(&mut self, severity: Severity, day: i32, term: u32) -> EventId {
        let recorded = self.record("council", day);
        let (starts_on, event) = (recorded.on, recorded.event);
        self.dossier.sanctions.push(
            self.seq,
            Sanction {
                recorded,
                severity,
                basis: Basis::Conduct("I5".parse().unwrap()),
                starts_on,
                ends_on: Some(starts_on.plus_days(term as i32 - 1)),
                term_days: Some(term),
                lifted: false,
                urgent: false,
                reply: None,
            },
        );
        event
    }

    fn contest(&mut self, target: EventId, decide_by: Option<i32>) {
        let recorded = self.record("kol", 1);
        self.dossier.pending.push(
            self.seq,
            Contest {
                recorded,
                target,
                grounds: Grounds::Procedure,
                stage: Contesting::Filed,
                admit_by: None,
                clock: DecisionClock {
                    decide_by: decide_by.map(|days_ago| Date::from_days(TODAY - days_ago)),
                    extend_to: None,
                },
                appeal_by: None,
                appeal: None,
                ruling: None,
                declined: None,
                panelled: None,
            },
        );
    }

    pub fn score(&self) -> Score {
        let at = At { size: self.seq + 1, as_of: Date::from_days(TODAY) };
        score(&self.dossier, &self.parties, &self.policies, at)
    }
}

pub fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// The four honest assessors: names, ages in days, levels.
pub const HONEST: [(&str, i32, &str); 4] = [
    ("o1", 40, "2221 2212 2211 2222 2222"),
    ("o2", 120, "2121 2211 2112 2122 2221"),
    ("o3", 20, "2211 2222 2212 1222 2222"),
    ("o4", 200, "2222 2112 1222 2212 2122"),
];
/// Levels that grant nothing.
pub const ALL_ZERO: &str = "0000 0000 0000 0000 0000";

/// The example without the hostile assessor, endorsements and sanction.
pub fn honest() -> Example {
    assessed(Example::new(), &HONEST)
}

/// The same example with more assessments.
pub fn assessed(mut example: Example, assessments: &[(&str, i32, &str)]) -> Example {
    for (by, days_ago, levels) in assessments {
        example.assess(by, *days_ago, levels);
    }
    example
}

fn whole() -> (Example, EventId) {
    let mut example = honest();
    let hostile = example.assess("o5", 5, ALL_ZERO);
    example.endorse("agency", MemberClass::StateAgency, Relation::None, 30, 8, false);
    example.endorse("platform", MemberClass::Platform, Relation::None, 30, 12, false);
    example.endorse("business", MemberClass::Business, Relation::Commercial, 30, 3, false);
    example.endorse("friend", MemberClass::Press, Relation::None, 100, 25, true);
    example.sanction(Severity::S2, 200, 365);
    (example, hostile)
}

#[test]
fn the_worked_example_scores_79_82() {
    let (mut example, hostile) = whole();
    example.contest(hostile, None);
    let score = example.score();
    let c1 = &score.criteria[0].indicators;
    assert_eq!((c1[0].median, c1[0].agreeing, c1[0].value), (Some(10_000), 3500, 8921));
    assert_eq!((c1[1].agreeing, c1[1].value), (2650, 8504));
    assert_eq!((c1[2].agreeing, c1[2].value), (2500, 8431));
    assert_eq!((c1[3].median, c1[3].agreeing, c1[3].value), (Some(5000), 2850, 4828));
    let values: Vec<_> = score.criteria.iter().map(|one| one.value.unwrap()).collect();
    assert_eq!(values, [7671, 7756, 7591, 8614, 8737]);
    assert_eq!(score.base, Some(8007));
    let units: Vec<_> = score.endorsements.iter().map(|one| one.units).collect();
    assert_eq!(units, [1000, 833, 200, 85]);
    let part = |code: &str| score.parts.iter().find(|part| part.code == code).map(|part| part.points);
    assert_eq!((part("ENDORSEMENTS"), part("SANC.S2")), (Some(225), Some(-250)));
    let figure = &score.figure;
    assert_eq!((figure.score, figure.band), (Some(7982), Some('B')));
    assert_eq!(figure.range, Some(Range { low: 7117, high: 8847 }));
    assert_eq!(figure.confidence, Some(Confidence::Medium));
    assert_eq!(score.parts.iter().map(|part| part.points).sum::<i64>(), 7982);
    let without = score.without_contested.expect("the contest shows a second figure");
    assert_eq!(without.score, Some(8313));
}

#[test]
fn under_score_2_the_bases_are_81_52_and_without_the_hostile_assessor_83_60() {
    let mut example = Example::under(second_policy());
    example.experience = EXPERIENCED;
    let mut example = assessed(example, &HONEST);
    let base = |score: &Score| (score.base, score.figure.range);
    assert_eq!(base(&example.score()), (Some(8360), Some(Range { low: 7495, high: 9225 })));
    let hostile = example.assess("o5", 5, ALL_ZERO);
    let score = example.score();
    assert_eq!(base(&score), (Some(8152), Some(Range { low: 7287, high: 9017 })));
    let values: Vec<_> = score.criteria.iter().map(|one| one.value.unwrap()).collect();
    assert_eq!(values, [7820, 7876, 7742, 8763, 8897]);
    let indicators = &score.criteria[0].indicators;
    let found: Vec<_> = indicators.iter().map(|one| (one.value, one.agreeing, one.range)).collect();
    let range = |low, high| Range { low, high };
    assert_eq!(
        found,
        [
            (9085, 3500, range(8354, 9816)),
            (8650, 2650, range(7727, 9573)),
            (8548, 2500, range(7581, 9515)),
            (5000, 2850, range(4131, 5869)),
        ]
    );
    let counted = indicators[0].counted.as_ref().unwrap();
    let counts_as: Vec<_> = counted.votes.iter().map(|one| (one.value, one.weight, one.counts_as)).collect();
    assert_eq!((counts_as, counted.held), (vec![(0, 1000, 8335), (10_000, 3500, 10_000)], 1500));
    assert_eq!(indicators[3].counted.as_ref().unwrap().held, 2_500_000, "it stands on the middle vote");
    let of_hostile = score.assessments.iter().find(|one| one.event == hostile).unwrap();
    assert_eq!((of_hostile.weight, of_hostile.voice_permille), (1000, Some(1000)));
    assert!(score.reasons.iter().all(|one| one.code != "EXPERIENCE"));
}

#[test]
fn under_score_2_a_new_voice_weighs_less_and_the_score_says_so() {
    let mut example = Example::under(second_policy());
    example.experience = EXPERIENCED;
    let praise = "2222 2222 2222 2222 2222";
    for by in ["o1", "o2", "o3"] {
        example.assess(by, 5, praise);
    }
    example.experience = Experience { days: 21, overturned: 2 };
    let new = example.assess("o4", 120, praise);
    let score = example.score();
    let figure = score.assessments.iter().find(|one| one.event == new).unwrap();
    // 400 + 50 * (21 - 2 * 10), and of that the weight of 120 days.
    assert_eq!((figure.voice_permille, figure.weight), (Some(450), 382));
    assert_eq!(figure.experience, example.experience);
    let reason = score.reasons.iter().find(|one| one.code == "EXPERIENCE").unwrap();
    assert_eq!(reason.events, [new]);
    example.dossier.assessments.close_where(example.seq, |one| one.recorded.event == new);
    example.experience = EXPERIENCED;
    example.assess("o4", 120, praise);
    let full = example.score().figure.score.unwrap();
    assert_eq!(full - score.figure.score.unwrap(), reason.points, "what a full voice would add");
    // Under the first engine experience changes nothing.
    let first = |experience| {
        let mut example = Example::new();
        example.experience = experience;
        assessed(example, &HONEST).score()
    };
    assert_eq!(first(EXPERIENCED).figure, first(Experience::default()).figure);
    assert!(first(EXPERIENCED).assessments.iter().all(|one| one.voice_permille.is_none()));
}

#[test]
fn the_range_of_the_base_is_7142_to_8872() {
    let mut example = honest();
    example.assess("o5", 5, ALL_ZERO);
    let figure = example.score().figure;
    assert_eq!((figure.score, figure.range), (Some(8007), Some(Range { low: 7142, high: 8872 })));
}

#[test]
fn with_the_contest_upheld_it_is_83_13() {
    let (mut example, hostile) = whole();
    let seq = example.seq + 1;
    example.seq = seq;
    example.dossier.assessments.close_where(seq, |one| one.recorded.event == hostile);
    let score = example.score();
    assert_eq!((score.base, score.figure.score), (Some(8338), Some(8313)));
}

#[test]
fn a_missed_clock_takes_the_item_out_from_the_day_after() {
    let (mut example, hostile) = whole();
    example.contest(hostile, Some(0));
    assert_eq!(example.score().figure.score, Some(7982));
    let mut late = whole().0;
    late.contest(hostile, Some(1));
    assert_eq!(late.score().figure.score, Some(8313));
}

#[test]
fn a_quorum_that_a_missed_clock_breaks_is_withheld_not_unrated() {
    let mut example = Example::new();
    example.assess("o1", 5, "2222 2222 2222 2222 2222");
    example.assess("o2", 5, "2222 2222 2222 2222 2222");
    assert!(matches!(example.score().figure.standing, Standing::NotRated { .. }));
    let hostile = example.assess("o3", 5, ALL_ZERO);
    assert_eq!(example.score().figure.standing, Standing::Rated);
    example.contest(hostile, Some(1));
    let standing = example.score().figure.standing;
    assert!(
        matches!(standing, Standing::WithheldClock { missed_by, .. } if missed_by == Date::from_days(TODAY - 1))
    );
}

#[test]
fn a_suspension_withholds_and_a_restriction_caps_the_band() {
    let mut example = Example::new();
    for by in ["o1", "o2", "o3", "o4", "o5"] {
        example.assess(by, 5, "2222 2222 2222 2222 2222");
    }
    assert_eq!(example.score().figure.band, Some('A'));
    example.sanction(Severity::S3, 300, 545);
    let figure = example.score().figure;
    assert_eq!((figure.band, figure.score), (Some('C'), Some(9464 - 600)));
    let suspension = example.sanction(Severity::S4, 1, 14);
    assert!(matches!(example.score().figure.standing, Standing::Withheld { by, .. } if by == suspension));
}

#[test]
fn nothing_changes_before_the_next_change() {
    let (mut example, hostile) = whole();
    example.contest(hostile, Some(-20));
    let mut as_of = Date::from_days(TODAY);
    for _ in 0..12 {
        let at = |as_of| At { size: example.seq + 1, as_of };
        let seen = |as_of| {
            let (figure, _) = figure(&example.dossier, &example.parties, &example.policies, at(as_of));
            figure
        };
        let (now, next) = figure(&example.dossier, &example.parties, &example.policies, at(as_of));
        let Some(next) = next else { return };
        let mut day = as_of;
        while day < next {
            assert_eq!(seen(day), now, "{day} before {next}");
            day = day.plus_days(1);
        }
        as_of = next;
    }
}
