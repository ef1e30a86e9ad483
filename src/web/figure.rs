//! What is shown of a score, in words.

use super::page::{Page, name_of};
use crate::engines::{Figure, Missing, Standing};
use crate::event::Policy;

/// A figure as a page shows it.
pub(super) struct Shown {
    /// The score; none where there is none.
    pub score: Option<String>,
    /// From where to where it may lie.
    pub range: Option<(String, String)>,
    /// Its band.
    pub band: Option<char>,
    /// How sure it is.
    pub confidence: Option<String>,
    /// What stands in place of a score, in a word or two.
    pub standing: String,
    /// Why there is none, in sentences.
    pub why: Vec<String>,
}

impl Shown {
    /// Puts a figure in words.
    pub(super) fn of(p: &Page, policy: Option<&Policy>, figure: &Figure) -> Self {
        let told = |hundredths: u16| p.lang.points(i64::from(hundredths));
        let name = match &figure.standing {
            Standing::Rated => "rated",
            Standing::NotRated { .. } => "not_rated",
            Standing::WithheldClock { .. } => "withheld_clock",
            Standing::Withheld { .. } => "withheld",
            Standing::Ended { .. } => "ended",
            Standing::Departed => "departed",
        };
        let why = match &figure.standing {
            Standing::Rated => Vec::new(),
            Standing::NotRated { missing } => {
                let mut why = vec![p.t("figure-not_rated").to_owned()];
                why.extend(missing.iter().map(|one| lacking(p, policy, one)));
                why
            }
            Standing::WithheldClock { missed_by, .. } => {
                vec![p.say("figure-withheld_clock", &[&p.lang.day(*missed_by)])]
            }
            Standing::Withheld { until: Some(until), .. } => {
                vec![p.say("figure-withheld_until", &[&p.lang.day(*until)])]
            }
            Standing::Withheld { until: None, .. } => vec![p.t("figure-withheld").to_owned()],
            Standing::Ended { .. } => vec![p.t("figure-ended").to_owned()],
            Standing::Departed => vec![p.t("figure-departed").to_owned()],
        };
        Self {
            score: figure.score.map(told),
            range: figure.range.map(|range| (told(range.low), told(range.high))),
            band: figure.band,
            confidence: figure.confidence.map(|one| p.of("confidence", &name_of(&one))),
            standing: p.of("standing", name),
            why,
        }
    }
}

/// What the quorum lacks.
fn lacking(p: &Page, policy: Option<&Policy>, one: &Missing) -> String {
    match one {
        Missing::Groups { have, need } => p.say("figure-groups", &[&have.to_string(), &need.to_string()]),
        Missing::UntiedGroups { have, need } => {
            p.say("figure-untied_groups", &[&have.to_string(), &need.to_string()])
        }
        Missing::Indicators { criterion, have, need } => {
            let named =
                policy.into_iter().flat_map(|policy| &policy.criteria).find(|one| one.id == *criterion);
            let named = named.map_or_else(|| criterion.to_string(), |one| p.lang.of(&one.name).to_owned());
            p.say("figure-indicators", &[&named, &have.to_string(), &need.to_string()])
        }
    }
}
