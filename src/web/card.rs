//! What is said where a page is shared elsewhere: a score with its range and its day, and whether it is disputed.

use super::figure::Shown;
use super::page::Page;
use crate::engines::Score;

/// A score in a few sentences.
pub(super) fn says(p: &Page, score: &Score) -> String {
    let figure = Shown::of(p, None, &score.figure);
    let told = match (&figure.score, &figure.range, figure.band, &figure.confidence) {
        (Some(score), Some((low, high)), Some(band), Some(sure)) => {
            p.say("card-score", &[score, low, high, &band.to_string(), sure])
        }
        // Half of it would be taken for the whole.
        _ => p.say("card-none", &[&figure.standing]),
    };
    let disputed = score.without_contested.is_some().then(|| p.t("card-disputed").to_owned());
    let day = p.say("home-as_of", &[&p.lang.day(score.as_of)]) + ".";
    [told].into_iter().chain(disputed).chain([day]).collect::<Vec<_>>().join(" ")
}
