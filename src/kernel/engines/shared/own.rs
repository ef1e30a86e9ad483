//! What each engine does in its own way. The policy names the engine, and here alone it is asked which.

use super::assessed::FULL;
use super::votes::Votes;
use crate::engines::score_2::{IndicatorRule, Voice, Vote};
use crate::engines::{CountedFigure, CountedVote, score_1};
use crate::event::{Policy, ScoreEngine};
use crate::facts::Experience;

/// The weight of a voice that experience takes nothing from, in thousandths.
pub(super) const FULL_VOICE: u16 = 1000;

/// Rules 3 and 4: what votes make of an indicator.
pub(super) struct Valued {
    pub value: i64,
    pub agreeing: i64,
}

/// What votes make of an indicator, by a prior of this weight.
pub(super) fn valued(policy: &Policy, votes: &Votes, prior: i64) -> Valued {
    let rule = &policy.assessment;
    match policy.score {
        ScoreEngine::V1 => {
            let (centre, distance) = (i64::from(rule.prior_value), i64::from(rule.agreement_distance));
            let score_1::Valued { value, agreeing } = score_1::valued(votes, prior, centre, distance);
            Valued { value, agreeing }
        }
        ScoreEngine::V2 => {
            let found = second(policy, prior).valued(&all(votes));
            Valued { value: found.value, agreeing: found.agreeing }
        }
    }
}

/// What each vote counts as at the value that they made; none where the engine does not tell.
pub(super) fn counted(policy: &Policy, votes: &Votes, value: u16) -> Option<CountedFigure> {
    match policy.score {
        ScoreEngine::V1 => None,
        ScoreEngine::V2 => {
            let prior = i64::from(policy.assessment.prior_weight);
            let votes = all(votes);
            let found = second(policy, prior).counted(&votes, value.into());
            let one = |((vote, counts_as), part): ((&Vote, &i64), &i64)| CountedVote {
                value: vote.value as u16,
                weight: vote.weight as u64,
                counts_as: *counts_as as u16,
                part: *part,
            };
            let votes = votes.iter().zip(&found.values).zip(&found.parts).map(one).collect();
            Some(CountedFigure { votes, held: found.held })
        }
    }
}

/// What a voice of this experience weighs, in thousandths; none where the engine does not ask.
pub(super) fn voice_permille(policy: &Policy, experience: Experience) -> Option<u16> {
    match (policy.score, policy.assessment.experience) {
        (ScoreEngine::V2, Some(rule)) => {
            let (first, step) = (i64::from(rule.first_permille), i64::from(rule.step_permille));
            let voice = Voice { first, step, cost: i64::from(rule.cost_days) };
            let Experience { days, overturned } = experience;
            Some(voice.experience_permille(days.into(), overturned.into()) as u16)
        }
        (ScoreEngine::V1, _) | (ScoreEngine::V2, None) => None,
    }
}

fn second(policy: &Policy, prior: i64) -> IndicatorRule {
    let rule = &policy.assessment;
    IndicatorRule {
        prior,
        centre: rule.prior_value.into(),
        near: rule.near.map_or(FULL, i64::from),
        agree: rule.agreement_distance.into(),
    }
}

fn all(votes: &Votes) -> Vec<Vote> {
    votes.iter().map(|(value, weight)| Vote { value, weight }).collect()
}
