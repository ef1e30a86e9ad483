//! The table of attacks, measured on the bases of the worked example.

use super::{IndicatorRule, Vote};

const RULE: IndicatorRule = IndicatorRule { prior: 600, centre: 5000, near: 750, agree: 2500 };
/// The weights of the criteria, four indicators each.
const CRITERIA: [i64; 5] = [280, 240, 160, 100, 220];
const PER_CRITERION: usize = 4;

/// A group's levels, `-` for what it does not grade, and the weight of its voice.
type Group<'a> = (&'a str, i64);

const HONEST: [Group<'_>; 4] = [
    ("22212212221122222222", 1000),
    ("21212211211221222221", 850),
    ("22112222221212222222", 1000),
    ("22222112122222122122", 650),
];
const BAD: [Group<'_>; 4] = [
    ("00000000000000000000", 1000),
    ("00000000000000000000", 1000),
    ("11111111110000000000", 850),
    ("01010101010101010101", 650),
];
const HALF: [Group<'_>; 3] = [("22002200220022002200", 1000); 3];
const AGED: [Group<'_>; 4] = [("22222222222222222222", 650); 4];
const HOSTILE: &str = "00000000000000000000";
const SHILL: &str = "22222222222222222222";
const WHAT_SHINES: &str = "22--22--22--22--22--";

/// The base and its range.
fn base(groups: &[Group<'_>]) -> [i64; 3] {
    let mut sums = [0; 3];
    for (criterion, weight) in CRITERIA.into_iter().enumerate() {
        let mut values = [0; 3];
        for indicator in 0..PER_CRITERION {
            let level = |levels: &str| levels.as_bytes()[criterion * PER_CRITERION + indicator];
            let graded = groups.iter().filter(|(levels, _)| level(levels) != b'-');
            let value = |levels| i64::from(level(levels) - b'0') * 5000;
            let votes: Vec<Vote> =
                graded.map(|(levels, weight)| Vote { value: value(levels), weight: *weight }).collect();
            let found = RULE.valued(&votes);
            for (sum, one) in values.iter_mut().zip([found.value, found.low, found.high]) {
                *sum += one;
            }
        }
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += weight * (value / PER_CRITERION as i64);
        }
    }
    sums.map(|sum| sum / 1000)
}

fn row(attack: &str, before: &[Group<'_>], attackers: usize, levels: &str) -> String {
    let after = |weight| base(&[before, &vec![(levels, weight); attackers]].concat())[0];
    format!("| {attack} | {} | {} | {} |", base(before)[0], after(1000), after(400))
}

#[test]
fn the_bases_of_the_worked_example_hold() {
    assert_eq!(base(&HONEST), [8360, 7495, 9225]);
    assert_eq!(base(&[&HONEST[..], &[(HOSTILE, 1000)]].concat()), [8152, 7287, 9017]);
}

#[test]
fn attacks_come_to_what_the_table_says() {
    let measured = [
        row("one hostile group of five", &HONEST, 1, HOSTILE),
        row("two hostile groups of six", &HONEST, 2, HOSTILE),
        row("one shill for a bad KOL", &BAD, 1, SHILL),
        row("two shills for a bad KOL", &BAD, 2, SHILL),
        row("a shill who grades only what shines", &HALF, 1, WHAT_SHINES),
        row("two fresh hostile groups while four honest ones age", &AGED, 2, HOSTILE),
    ];
    let told: Vec<&str> =
        include_str!("attacks.md").lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(measured.as_slice(), told);
}
