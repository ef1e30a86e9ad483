//! What a policy's numbers may be, so that the engine can neither overflow nor divide by nothing.

use std::collections::BTreeSet;

use crate::event::{AgeStep, Confidence, Label, Policy, Relation, ScoreEngine, naming};

/// A policy whose numbers the engine cannot work with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {rule}")]
pub struct OutOfBounds {
    /// Which member.
    pub member: &'static str,
    /// What must hold.
    pub rule: &'static str,
}

/// Checks every number of a policy.
///
/// # Errors
/// [`OutOfBounds`] with the first member to mend.
pub fn check_bounds(policy: &Policy) -> Result<(), OutOfBounds> {
    check_topics(policy)?;
    check_criteria(policy)?;
    check_assessment(policy)?;
    check_endorsement(policy)?;
    check_sanction(policy)?;
    check_bands(policy)?;
    let windows = &policy.windows;
    let days = [
        windows.reply,
        windows.file,
        windows.admit,
        windows.decide,
        windows.decide_extension,
        windows.appeal,
        windows.appeal_decide,
        windows.appeal_extension,
    ];
    need(days.iter().flatten().all(|days| *days <= 3660), "windows", "at most 3660 days each")?;
    let reply = windows.reply.is_none_or(|days| i32::from(days) < crate::limits::NOTICE_DAYS);
    need(reply, "windows.reply", "at most 29 days: notices and proposals lapse after 30")?;
    need((1..=100).contains(&policy.contest.max_open), "contest.max_open", "between 1 and 100")?;
    // A majority's signatures fit on one envelope.
    let (seats, most) = (policy.contest.panel_size, 2 * crate::limits::SIGNATURES - 1);
    need(seats % 2 == 1 && usize::from(seats) <= most, "contest.panel_size", "odd, between 1 and 15")
}

fn need(holds: bool, member: &'static str, rule: &'static str) -> Result<(), OutOfBounds> {
    if holds { Ok(()) } else { Err(OutOfBounds { member, rule }) }
}

fn named(label: &Label) -> bool {
    [&label.vi, &label.en].iter().all(|text| naming::check(text).is_ok())
}

fn check_topics(policy: &Policy) -> Result<(), OutOfBounds> {
    need((1..=256).contains(&policy.topics.len()), "topics", "between 1 and 256")?;
    need(
        policy.topics.values().all(named),
        "topics",
        "each named in both languages, in 1 to 200 visible characters (NFC)",
    )
}

fn check_criteria(policy: &Policy) -> Result<(), OutOfBounds> {
    let criteria = &policy.criteria;
    need((1..=32).contains(&criteria.len()), "criteria", "between 1 and 32")?;
    let weight: u32 = criteria.iter().map(|one| u32::from(one.weight_permille)).sum();
    need(weight == 1000, "criteria.weight_permille", "weights add up to 1000")?;
    let ids: BTreeSet<_> = criteria.iter().map(|one| &one.id).collect();
    need(ids.len() == criteria.len(), "criteria.id", "distinct")?;
    let indicators: Vec<_> = criteria.iter().flat_map(|one| &one.indicators).collect();
    need((1..=256).contains(&indicators.len()), "criteria.indicators", "between 1 and 256 in all")?;
    let ids: BTreeSet<_> = indicators.iter().map(|one| &one.id).collect();
    need(ids.len() == indicators.len(), "criteria.indicators.id", "distinct in the policy")?;
    let levels = indicators.iter().all(|one| (1..=10_000).contains(&one.max_level));
    need(levels, "criteria.indicators.max_level", "between 1 and 10000")?;
    let names = criteria.iter().map(|one| &one.name).chain(indicators.iter().map(|one| &one.name));
    need(
        names.into_iter().all(named),
        "criteria.name",
        "in both languages, in 1 to 200 visible characters (NFC)",
    )?;
    let least = usize::from(policy.quorum.indicators_per_criterion);
    need(least >= 1, "quorum.indicators_per_criterion", "at least 1")?;
    let reachable = criteria.iter().all(|one| one.indicators.len() >= least);
    need(reachable, "quorum.indicators_per_criterion", "no more than any criterion has")
}

fn check_assessment(policy: &Policy) -> Result<(), OutOfBounds> {
    let rule = &policy.assessment;
    need(
        (1..=64).contains(&rule.class_permille.len()),
        "assessment.class_permille",
        "between 1 and 64 classes",
    )?;
    let classes = rule.class_permille.values().all(|permille| *permille <= 1000);
    need(classes, "assessment.class_permille", "at most 1000")?;
    check_age(&rule.age, "assessment.age")?;
    need(rule.prior_weight >= 1, "assessment.prior_weight", "at least 1")?;
    need(rule.prior_value <= 10_000, "assessment.prior_value", "at most 10000")?;
    need(rule.agreement_distance <= 10_000, "assessment.agreement_distance", "at most 10000")?;
    need(rule.low_agreement_permille <= 1000, "assessment.low_agreement_permille", "at most 1000")?;
    check_second(policy)?;
    let quorum = &policy.quorum;
    need(quorum.groups >= 1, "quorum.groups", "at least 1")?;
    need(quorum.groups_per_indicator >= 1, "quorum.groups_per_indicator", "at least 1")?;
    need(quorum.untied_groups <= quorum.groups, "quorum.untied_groups", "at most quorum.groups")
}

/// What `score/2` has beside the numbers of `score/1`.
fn check_second(policy: &Policy) -> Result<(), OutOfBounds> {
    let (rule, second) = (&policy.assessment, policy.score == ScoreEngine::V2);
    let only = "given under score/2, and there only";
    need(rule.near.is_some() == second, "assessment.near", only)?;
    need(rule.near.is_none_or(|near| near <= 10_000), "assessment.near", "at most 10000")?;
    need(rule.experience.is_some() == second, "assessment.experience", only)?;
    let Some(experience) = &rule.experience else { return Ok(()) };
    let first = (1..=1000).contains(&experience.first_permille);
    need(first, "assessment.experience.first_permille", "between 1 and 1000")?;
    need(experience.step_permille <= 1000, "assessment.experience.step_permille", "at most 1000")?;
    need(experience.cost_days <= 3660, "assessment.experience.cost_days", "at most 3660")
}

fn check_age(steps: &[AgeStep], member: &'static str) -> Result<(), OutOfBounds> {
    need((1..=32).contains(&steps.len()), member, "between 1 and 32 steps")?;
    need(steps.iter().all(|step| step.permille <= 1000), member, "at most 1000 each")?;
    let ends = |step: &AgeStep| step.up_to_days.map_or(u64::MAX, u64::from);
    need(
        steps.is_sorted_by(|one, next| ends(one) < ends(next)),
        member,
        "steps ascend, none after an endless one",
    )?;
    let weights = steps.is_sorted_by(|one, next| one.permille >= next.permille);
    need(weights, member, "nothing weighs more as it ages")?;
    need(
        steps.iter().all(|step| step.up_to_days.is_none_or(|days| days <= 36_600)),
        member,
        "at most 36600 days",
    )
}

fn check_endorsement(policy: &Policy) -> Result<(), OutOfBounds> {
    let rule = &policy.endorsement;
    let all = [Relation::None, Relation::Professional, Relation::Commercial, Relation::FamilyOwner];
    let complete =
        all.iter().all(|relation| rule.relation_units.get(relation).is_some_and(|units| *units <= 1000));
    need(complete, "endorsement.relation_units", "each relation, at most 1000")?;
    check_age(&rule.age, "endorsement.age")?;
    need(rule.undiluted >= 1, "endorsement.undiluted", "at least 1")?;
    need(rule.dilution_days <= 3660, "endorsement.dilution_days", "at most 3660")?;
    need(rule.reciprocal_days <= 3660, "endorsement.reciprocal_days", "at most 3660")?;
    need(rule.reciprocal_permille <= 1000, "endorsement.reciprocal_permille", "at most 1000")?;
    let series = &rule.series_permille;
    need(series.len() <= 64, "endorsement.series_permille", "at most 64 steps")?;
    need(series.iter().all(|permille| *permille <= 1000), "endorsement.series_permille", "at most 1000")?;
    need(series.is_sorted_by(|one, next| one >= next), "endorsement.series_permille", "descending")?;
    need(rule.rate_permille <= 1000, "endorsement.rate_permille", "at most 1000")?;
    need(rule.cap <= 10_000, "endorsement.cap", "at most 10000")?;
    need(rule.one_class_cap <= rule.cap, "endorsement.one_class_cap", "at most endorsement.cap")?;
    need(rule.min_base <= 10_000, "endorsement.min_base", "at most 10000")
}

fn check_sanction(policy: &Policy) -> Result<(), OutOfBounds> {
    let rule = &policy.sanction;
    for severity in rule.severities.values() {
        need(severity.points <= 10_000, "sanction.severities.points", "at most 10000")?;
        let term = severity.term_days.is_none_or(|days| (1..=36_600).contains(&days));
        need(term, "sanction.severities.term_days", "between 1 and 36600, or null")?;
        let band = severity.best_band.is_none_or(|best| policy.bands.iter().any(|one| one.band == best));
        need(band, "sanction.severities.best_band", "one of the bands")?;
    }
    need(rule.repeat_permille <= 10_000, "sanction.repeat_permille", "at most 10000")?;
    need(rule.repeat_days <= 36_600, "sanction.repeat_days", "at most 36600")?;
    need(rule.max_total <= 10_000, "sanction.max_total", "at most 10000")?;
    let signatures = usize::from(rule.grave_signatures) <= crate::limits::SIGNATURES;
    need(signatures, "sanction.grave_signatures", "at most 8")
}

fn check_bands(policy: &Policy) -> Result<(), OutOfBounds> {
    let steps = &policy.confidence;
    need(steps.len() <= 8, "confidence", "at most 8 steps")?;
    let ordered =
        steps.is_sorted_by(|one, next| one.max_width < next.max_width && one.confidence > next.confidence);
    need(ordered, "confidence", "wider ranges have less confidence")?;
    let bands = &policy.bands;
    need((1..=26).contains(&bands.len()), "bands", "between 1 and 26")?;
    need(bands.is_sorted_by(|one, next| one.min_score > next.min_score), "bands.min_score", "descending")?;
    let letters: BTreeSet<char> = bands.iter().map(|one| one.band).collect();
    let fit = letters.len() == bands.len() && letters.iter().all(char::is_ascii_uppercase);
    need(fit, "bands.band", "distinct capital letters")?;
    let last = bands.last().is_some_and(|one| one.min_score == 0 && one.min_confidence == Confidence::Low);
    need(last, "bands", "the last takes every score and confidence")?;
    need(bands.iter().all(|one| one.min_score <= 10_000), "bands.min_score", "at most 10000")
}
