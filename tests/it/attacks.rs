//! Attacks on a score, measured on the worked example; the engine's documentation states the same.

use tinnhiem::engines::*;
use tinnhiem::event::*;
use tinnhiem::facts::*;

use crate::programme::{self, Programme, subject};
use crate::refusals::Provoked;
use crate::worked_example::{
    ALL_ZERO, EXPERIENCED, Example, HONEST, assessed, honest, party, policy, second_policy,
};

const ALL_TWO: &str = "2222 2222 2222 2222 2222";
const HOSTILE: [(&str, i32, &str); 2] = [("o5", 5, ALL_ZERO), ("o6", 5, ALL_ZERO)];
/// Four groups, as old as the honest ones of the example, that found little good.
const BAD: [(&str, i32, &str); 4] = [
    ("o1", 40, "0010 0000 0000 0010 1000"),
    ("o2", 120, "0000 0000 0010 0000 0000"),
    ("o3", 20, "0001 0000 0001 0001 0111"),
    ("o4", 200, "0011 1111 0000 0011 1001"),
];

fn base(example: &Example) -> u16 {
    example.score().base.expect("the example has a base")
}

/// An example in which every vote agrees with every other: the plain mean, with the same prior.
fn plain() -> Example {
    let mut policy = policy();
    policy.assessment.agreement_distance = 10_000;
    Example::under(policy)
}

/// What new assessments make of a base, by the rules and by the plain mean.
fn moved(before: &[(&str, i32, &str)], attack: &[(&str, i32, &str)]) -> String {
    let pair = |example: fn() -> Example| {
        let before = assessed(example(), before);
        let first = base(&before);
        (first, base(&assessed(before, attack)))
    };
    let ((from, to), (mean_from, mean_to)) = (pair(Example::new), pair(plain));
    format!("{from} → {to} (plain mean: {mean_from} → {mean_to})")
}

/// What experienced attackers, and new ones, make of a base under `score/2`.
fn moved_second(attack: &str, before: &[(&str, i32, &str)], attackers: &[(&str, i32, &str)]) -> String {
    let after = |experience| {
        let mut example = Example::under(second_policy());
        example.experience = EXPERIENCED;
        let mut example = assessed(example, before);
        let first = base(&example);
        example.experience = experience;
        (first, base(&assessed(example, attackers)))
    };
    let ((from, experienced), (_, new)) = (after(EXPERIENCED), after(Experience::default()));
    format!("| {attack} | {from} | {experienced} | {new} |")
}

#[test]
fn attacks_under_score_2_come_to_what_its_table_says() {
    let half = ["o1", "o2", "o3"].map(|by| (by, 5, "2200 2200 2200 2200 2200"));
    let bad = [
        ("o1", 40, ALL_ZERO),
        ("o2", 20, ALL_ZERO),
        ("o3", 120, "1111 1111 1100 0000 0000"),
        ("o4", 200, "0101 0101 0101 0101 0101"),
    ];
    let aged = ["o1", "o2", "o3", "o4"].map(|by| (by, 190, ALL_TWO));
    let shills = [("o5", 5, ALL_TWO), ("o6", 5, ALL_TWO)];
    let measured = [
        moved_second("one hostile group of five", &HONEST, &HOSTILE[..1]),
        moved_second("two hostile groups of six", &HONEST, &HOSTILE),
        moved_second("one shill for a bad KOL", &bad, &shills[..1]),
        moved_second("two shills for a bad KOL", &bad, &shills),
        moved_second("a shill who grades only what shines", &half, &[("o5", 5, "22-- 22-- 22-- 22-- 22--")]),
        moved_second("two fresh hostile groups while four honest ones age", &aged, &HOSTILE),
    ];
    let table = include_str!("../../src/kernel/engines/score_2/attacks.md");
    let told: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(measured.as_slice(), told);
}

/// What endorsements add to the example.
fn bonus(endorse: impl Fn(&mut Example)) -> String {
    let mut example = honest();
    let before = example.score().figure.score.unwrap();
    endorse(&mut example);
    format!("+{}", example.score().figure.score.unwrap() - before)
}

fn one_owner() -> String {
    let mut example = assessed(honest(), &HOSTILE[..1]);
    let before = base(&example);
    for by in ["o6", "o7", "o8"] {
        example.assess(by, 5, ALL_ZERO);
        let member = Member {
            class: MemberClass::Assessor,
            group: "o5".parse().unwrap(),
            name: by.to_owned(),
            roles: Vec::new(),
            membership: Membership::Active,
        };
        example.parties.set_member(0, &party(by), member);
    }
    format!("{before} → {}", base(&example))
}

/// What a sanction takes before and after a choir of ten new groups praises its subject.
fn milking() -> String {
    let mut example = honest();
    example.sanction(Severity::S3, 10, 545);
    let taken = |example: &Example| {
        let score = example.score();
        let part = score.parts.iter().find(|part| part.code == "SANC.S3").unwrap().points;
        (part, score.figure.band.unwrap())
    };
    let before = taken(&example);
    for at in 0..10 {
        example.assess(&format!("praise{at}"), 1, ALL_TWO);
    }
    let after = taken(&example);
    format!("{} → {}, band at most {}", before.0, after.0, before.1.min(after.1))
}

fn newcomer() -> String {
    let figure = Example::new().score().figure;
    assert!(matches!(figure.standing, Standing::NotRated { .. }));
    figure.score.map_or("no number".to_owned(), |score| score.to_string())
}

/// Each attack of the engine's table and what is measured.
fn measured() -> Vec<(&'static str, String)> {
    let aged = ["o1", "o2", "o3", "o4"].map(|by| (by, 190, ALL_TWO));
    let half = ["o1", "o2"].map(|by| (by, 5, "2200 2200 2200 2200 2200"));
    let praise_half = [("shill", 5, "22-- 22-- 22-- 22-- 22--")];
    let endorse = |classes: &'static [MemberClass], dilution, reciprocal| {
        bonus(move |example| {
            for (at, class) in (0..40).zip(classes.iter().cycle()) {
                example.endorse(&format!("e{at}"), *class, Relation::None, 1, dilution, reciprocal);
            }
        })
    };
    let (mixed, one) = (&[MemberClass::Business, MemberClass::Press][..], &[MemberClass::Press][..]);
    let before = base(&assessed(Example::new(), &half));
    let after = base(&assessed(assessed(Example::new(), &half), &praise_half));
    vec![
        ("one hostile group of five", moved(&HONEST, &HOSTILE[..1])),
        ("two hostile groups of six", moved(&HONEST, &HOSTILE)),
        ("one shill for a bad KOL", moved(&BAD, &[("shill", 5, ALL_TWO)])),
        ("a shill who grades only what shines", format!("{before} → {after}")),
        ("two fresh hostile groups while four honest ones age", moved(&aged, &HOSTILE)),
        ("many assessors of one owner", one_owner()),
        ("forty endorsers of two classes", endorse(mixed, 1, false)),
        ("forty endorsers of one class", endorse(one, 1, false)),
        ("forty mass endorsers, each of eighty KOLs", endorse(mixed, 80, false)),
        ("a ring of forty that endorse one another", endorse(one, 40, true)),
        ("a new identity after a bad history", newcomer()),
        ("a sanction drowned in praise", milking()),
    ]
}

/// Attacks and their figures, as a table states them.
pub fn stated(table: &'static str) -> Vec<(&'static str, String)> {
    let rows = table.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [attack, _, figures] = cells[..] else { panic!("{line} has three cells") };
        (attack != "attack" && attack != "---").then(|| (attack, figures.to_owned()))
    });
    rows.collect()
}

#[test]
fn the_engine_states_what_is_measured() {
    assert_eq!(stated(include_str!("../../src/kernel/engines/score_1/attacks.md")), measured());
}

#[test]
fn they_move_it_no_further_than_the_scoring_rules_promise() {
    let figures = measured();
    let promised = [
        "8338 → 8007 (plain mean: 8135 → 6540)",
        "8338 → 6601 (plain mean: 8135 → 5467)",
        "1240 → 2295 (plain mean: 1749 → 3366)",
        "4999 → 5159",
        "9062 → 8461",
        "8007 → 8007",
        "+400",
        "+200",
    ];
    for ((attack, measured), promised) in figures.iter().zip(promised) {
        assert!(measured.starts_with(promised), "{attack}: {measured}, not {promised}");
    }
    assert_eq!(
        assessed(assessed(Example::new(), &BAD), &[("shill", 5, ALL_TWO)]).score().figure.band,
        Some('E')
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn flooding_with_contests_ends_at_the_third_and_a_decided_one_is_not_repeated() {
    let programme = Programme::start(programme::policy()).await;
    let mut provoked = Provoked::default();
    let mut items = Vec::new();
    for days in [20, 30, 40, 50] {
        items.push(programme.impose("kol", Severity::S1, days).await);
    }
    let filed = programme.contest("kol", items[0]).await.unwrap();
    for item in &items[1..3] {
        programme.contest("kol", *item).await.unwrap();
    }
    provoked.note(programme.contest("kol", items[3]).await, 409, "contest.too_many");
    let decided = ContestDecided {
        contest: filed["id"].as_str().unwrap().parse().unwrap(),
        outcome: Outcome::Rejected,
        effect: None,
        reason: programme::text("why").commitment().into(),
        panel: None,
    };
    let draft = programme.draft(PartyId::council(), Some(subject("kol")), decided);
    programme.recorded(draft.with([programme::text("why")]), &programme::SEATS[..3]).await;
    provoked.note(programme.contest("kol", items[0]).await, 409, "contest.settled");
    programme.contest("kol", items[3]).await.unwrap();
}
