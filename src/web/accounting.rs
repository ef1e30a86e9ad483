//! What a score is made of: its parts, which add up to it.

use super::page::Page;
use crate::engines::{CriterionFigure, IndicatorFigure, Score};
use crate::event::{Criterion, Policy};

/// Below this value an indicator is pointed out, in hundredths of a point.
const WEAK: u16 = 6_000;

/// A part of a score.
pub(super) struct PartRow {
    /// What it is.
    pub name: String,
    /// Its points; with a sign where it adds or takes.
    pub points: String,
    /// The most that it could be, where it is a criterion.
    pub most: Option<String>,
    /// How much of that it is, from 0 to 100.
    pub filled: Option<String>,
    /// What it was graded by.
    pub indicators: Vec<IndicatorRow>,
}

/// An indicator.
pub(super) struct IndicatorRow {
    /// What was graded.
    pub name: String,
    /// Its value, or why it has none.
    pub value: String,
    /// Whether it is low.
    pub weak: bool,
    /// How many independent groups graded it.
    pub groups: String,
}

/// The parts of a score, in the order in which they are added.
pub(super) fn parts(p: &Page, policy: &Policy, score: &Score) -> Vec<PartRow> {
    let parts = score.parts.iter().map(|part| {
        let criterion = policy.criteria.iter().find(|one| one.id.as_str() == part.code);
        let Some(criterion) = criterion else {
            return PartRow {
                name: named(p, &part.code),
                points: p.lang.moved(part.points),
                most: None,
                filled: None,
                indicators: Vec::new(),
            };
        };
        let most = i64::from(criterion.weight_permille) * 10;
        let figure = score.criteria.iter().find(|one| one.id == criterion.id);
        PartRow {
            name: p.lang.of(&criterion.name).to_owned(),
            points: p.lang.points(part.points),
            most: Some(p.lang.points(most)),
            filled: Some(format!("{:.2}", part.points as f64 * 100.0 / most.max(1) as f64)),
            indicators: figure.map_or_else(Vec::new, |figure| indicators(p, criterion, figure)),
        }
    });
    parts.collect()
}

/// What adds up, added up.
pub(super) fn total(score: &Score) -> i64 {
    score.parts.iter().map(|part| part.points).sum()
}

/// The indicators of a criterion.
fn indicators(p: &Page, criterion: &Criterion, figure: &CriterionFigure) -> Vec<IndicatorRow> {
    let row = |one: &IndicatorFigure| {
        let named = criterion.indicators.iter().find(|indicator| indicator.id == one.id);
        IndicatorRow {
            name: named.map_or_else(|| one.id.to_string(), |named| p.lang.of(&named.name).to_owned()),
            value: match one.counts {
                true => p.lang.points(i64::from(one.value)),
                false => p.t("kol-not_applied").to_owned(),
            },
            weak: one.counts && one.value < WEAK,
            groups: p.count("kol-groups", u64::from(one.groups)),
        }
    };
    figure.indicators.iter().map(row).collect()
}

/// What a part that is no criterion is called.
fn named(p: &Page, code: &str) -> String {
    if let Some(severity) = code.strip_prefix("SANC.") {
        return p.say("part-sanction", &[&p.value(severity)]);
    }
    match code {
        "ENDORSEMENTS" => p.t("part-endorsements").to_owned(),
        "ROUNDING" => p.t("part-rounding").to_owned(),
        "CLAMP" => p.t("part-clamp").to_owned(),
        other => other.to_owned(),
    }
}
