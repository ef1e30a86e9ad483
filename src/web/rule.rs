//! A score as an interval on a rule from 0 to 100, with the bands marked.

use super::page::Page;
use crate::engines::{Figure, Range};
use crate::event::Policy;

/// Where the rule begins and how long it is, in the drawing's units.
const LEFT: f64 = 20.0;
const LENGTH: f64 = 560.0;

/// Where so many hundredths of a point lie.
fn at(hundredths: u16) -> f64 {
    LEFT + f64::from(hundredths) * LENGTH / 10_000.0
}

fn place(at: f64) -> String {
    format!("{at:.1}")
}

/// A mark on the rule.
pub(super) struct Mark {
    /// Where.
    pub x: String,
    /// What it says.
    pub says: String,
}

/// The drawing.
pub(super) struct Rule {
    /// What it shows, for who does not see it.
    pub title: String,
    /// Where the interval begins and ends.
    pub low: String,
    /// See `low`.
    pub high: String,
    /// Where the score lies.
    pub point: String,
    /// Where it would lie without contested items.
    pub without: Option<String>,
    /// Where bands meet, and the score there.
    pub ticks: Vec<Mark>,
    /// The bands' letters, amid each.
    pub bands: Vec<Mark>,
}

impl Rule {
    /// The rule of a figure; none where it has no score.
    pub(super) fn of(p: &Page, policy: &Policy, figure: &Figure, without: Option<&Figure>) -> Option<Self> {
        let (score, Range { low, high }) = figure.score.zip(figure.range)?;
        let told = |hundredths: u16| p.lang.points(i64::from(hundredths));
        let (mut ticks, mut bands, mut above) = (Vec::new(), Vec::new(), 10_000);
        for band in &policy.bands {
            let amid = f64::midpoint(at(band.min_score), at(above));
            bands.push(Mark { x: place(amid), says: band.band.to_string() });
            if band.min_score > 0 {
                let says = p.lang.points(i64::from(band.min_score));
                let says = says.trim_end_matches('0').trim_end_matches([',', '.']).to_owned();
                ticks.push(Mark { x: place(at(band.min_score)), says });
            }
            above = band.min_score;
        }
        Some(Self {
            title: p.say("rule-title", &[&told(score), &told(low), &told(high)]),
            low: place(at(low)),
            high: place(at(high)),
            point: place(at(score)),
            without: without.and_then(|one| one.score).map(|score| place(at(score))),
            ticks,
            bands,
        })
    }
}
