//! What one evaluation looks at, and which items it lets in.

use super::{Assessment, At, Contest, Dossier, Endorsement, Parties, PolicyVersion, Sanction};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{AgeStep, Policy};

/// What an evaluation supposes, to learn what something costs; the score itself supposes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WhatIf {
    /// Items under open contests are left out.
    pub contested_out: bool,
    /// Items under missed clocks are let in.
    pub missed_in: bool,
    /// Every age is fresh.
    pub ages_fresh: bool,
    /// The prior weighs nothing.
    pub no_prior: bool,
    /// Declared conflicts of interest weigh.
    pub conflicts_weigh: bool,
    /// Signatures of keys in other hands count.
    pub keys_count: bool,
    /// Endorsements are neither diluted nor reciprocal.
    pub undamped: bool,
}

/// One evaluation.
pub(super) struct Context<'a> {
    pub dossier: &'a Dossier,
    pub parties: &'a Parties,
    pub version: &'a PolicyVersion,
    pub policy: &'a Policy,
    pub at: At,
    pub what_if: WhatIf,
    contests: Vec<&'a Contest>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        dossier: &'a Dossier,
        parties: &'a Parties,
        version: &'a PolicyVersion,
        at: At,
    ) -> Self {
        let contests = dossier.open_contests(at.size).collect();
        Self { dossier, parties, version, policy: &version.policy, at, what_if: WhatIf::default(), contests }
    }

    /// The same evaluation under a supposition.
    pub(super) fn supposing(&self, what_if: WhatIf) -> Self {
        let (dossier, parties, version, at) = (self.dossier, self.parties, self.version, self.at);
        Self { what_if, ..Self::new(dossier, parties, version, at) }
    }

    /// The contests that wait for a decision.
    pub(super) fn contests(&self) -> &[&'a Contest] {
        &self.contests
    }

    /// Whether an item is under an open contest.
    pub(super) fn is_contested(&self, item: &EventId) -> bool {
        self.contests.iter().any(|contest| contest.target == *item)
    }

    /// Whether the contest of an item was not decided in time.
    pub(super) fn is_missed(&self, item: &EventId) -> bool {
        self.contests.iter().any(|contest| contest.target == *item && is_overdue(contest, self.at.as_of))
    }

    fn lets_in(&self, item: &EventId) -> bool {
        let contested = self.what_if.contested_out && self.is_contested(item);
        let missed = !self.what_if.missed_in && self.is_missed(item);
        !contested && !missed
    }

    /// The assessments that are valid, whatever they weigh.
    pub(super) fn assessments(&self) -> impl Iterator<Item = &'a Assessment> {
        let valid = |one: &&Assessment| one.valid_until.is_none_or(|last| self.at.as_of <= last);
        self.dossier.assessments(self.at.size).filter(valid)
    }

    /// The assessments that may weigh.
    pub(super) fn eligible_assessments(&self) -> impl Iterator<Item = &'a Assessment> {
        self.assessments().filter(|one| self.lets_in(&one.recorded.event) && self.is_signed(&one.recorded))
    }

    /// Whether the signature under an item counts.
    pub(super) fn is_signed(&self, recorded: &super::Recorded) -> bool {
        self.what_if.keys_count
            || self.parties.signature_counts(&recorded.signed_by, self.at.size, recorded.at)
    }

    /// The endorsements in force.
    pub(super) fn endorsements(&self) -> impl Iterator<Item = &'a Endorsement> {
        self.dossier.endorsements(self.at.size).filter(|one| {
            self.at.as_of <= one.expires_on
                && self.is_signed(&one.recorded)
                && self.parties.class(&one.endorser, self.at.size).is_some()
        })
    }

    /// The sanctions that stand, begun or not, ended or not, by first day.
    pub(super) fn sanctions(&self) -> Vec<&'a Sanction> {
        let standing = self.dossier.sanctions(self.at.size);
        let mut sanctions: Vec<_> = standing.filter(|one| self.lets_in(&one.recorded.event)).collect();
        sanctions.sort_by_key(|one| (one.starts_on, one.recorded.seq));
        sanctions
    }
}

/// Whether a contest should have been decided before this date.
pub(super) fn is_overdue(contest: &Contest, as_of: Date) -> bool {
    contest.decide_by.is_some_and(|last| last < as_of)
}

/// The weight of an age in days, in thousandths.
pub(super) fn age_permille(steps: &[AgeStep], days: i32) -> u16 {
    let days = days.max(0) as u32;
    let step = steps.iter().find(|step| step.up_to_days.is_none_or(|up_to| days <= up_to));
    step.map_or(0, |step| step.permille)
}
