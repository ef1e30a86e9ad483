//! What one score looks at: every item with all that parties and policy say of it, looked up once.

use super::counting::{Assessed, Counting, Endorsed};
use super::sheet::Sheet;
use crate::dsse::EventId;
use crate::event::{AgeStep, Policy};
use crate::facts::{Assessment, At, Contest, Dossier, Parties, PolicyBook, PolicyVersion, Sanction};
use crate::time::Date;

/// What an evaluation supposes, to learn what something costs; the score itself supposes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WhatIf {
    /// Items under open contests are left out.
    pub contested_out: bool,
    /// Items under missed clocks are let in.
    pub missed_in: bool,
    /// Every age is fresh.
    pub ages_fresh: bool,
    /// Every voice is one of full experience.
    pub voices_full: bool,
    /// The prior weighs nothing.
    pub no_prior: bool,
    /// Declared conflicts of interest weigh.
    pub conflicts_weigh: bool,
    /// Signatures of keys in other hands count.
    pub keys_count: bool,
    /// Void endorsements weigh.
    pub void_weigh: bool,
    /// Endorsements are neither diluted nor reciprocal.
    pub undamped: bool,
}

/// A contest, or an appeal, that waits for a decision.
pub(super) struct Disputed<'a> {
    pub contest: &'a Contest,
    /// The last day to decide it.
    pub decide_by: Option<Date>,
}

impl<'a> Disputed<'a> {
    pub(super) fn of(contest: &'a Contest, policies: &PolicyBook, size: u64) -> Self {
        Self { contest, decide_by: contest.clock(policies, size).decide_by }
    }

    /// Whether it should have been decided before this date.
    pub(super) fn is_overdue(&self, as_of: Date) -> bool {
        self.decide_by.is_some_and(|last| last < as_of)
    }
}

/// How an item stands among the open contests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contested {
    /// Whether one is open.
    pub open: bool,
    /// Whether one was not decided in time.
    pub missed: bool,
}

impl Contested {
    /// Whether an item that stands so is let in.
    pub(super) fn lets_in(self, what_if: WhatIf) -> bool {
        !(what_if.contested_out && self.open) && (what_if.missed_in || !self.missed)
    }
}

/// One score's matter.
pub(super) struct Context<'a> {
    pub dossier: &'a Dossier,
    pub parties: &'a Parties,
    pub policy: &'a Policy,
    pub at: At,
    /// Whether the subject has left.
    pub departed: bool,
    /// The contests that wait for a decision.
    pub contests: Vec<Disputed<'a>>,
    /// The assessments that are valid, whatever they weigh, in the order recorded.
    pub assessed: Vec<Assessed<'a>>,
    /// Their grades, a row each.
    pub sheet: Sheet,
    /// The endorsements that stand, in the order recorded.
    pub endorsed: Vec<Endorsed<'a>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        dossier: &'a Dossier,
        parties: &'a Parties,
        policies: &'a PolicyBook,
        version: &'a PolicyVersion,
        at: At,
    ) -> Self {
        let counting = Counting::new(dossier, parties, policies, at);
        let valid = |one: &&Assessment| one.valid_until.is_none_or(|last| at.as_of <= last);
        let assessments = dossier.assessments(at.size).filter(valid);
        let assessed: Vec<Assessed<'_>> = assessments.map(|one| counting.assessed(one)).collect();
        let endorsed = dossier.endorsements(at.size).map(|one| counting.endorsed(one)).collect();
        let sheet = Sheet::new(policies, version, assessed.iter().map(|one| one.record));
        let Counting { contests, departed, .. } = counting;
        let policy = &*version.policy;
        Self { dossier, parties, policy, at, departed, contests, assessed, sheet, endorsed }
    }

    /// How an item stands among the open contests.
    pub(super) fn contested(&self, item: &EventId) -> Contested {
        contested(&self.contests, self.at.as_of, item)
    }

    /// The weight of an age that is fresh.
    pub(super) fn fresh_permille(&self) -> u16 {
        self.policy.assessment.age.first().map_or(0, |step| step.permille)
    }

    /// The assessments that may weigh.
    pub(super) fn eligible(&self, what_if: WhatIf) -> impl Iterator<Item = &Assessed<'a>> {
        self.assessed.iter().filter(move |one| one.is_eligible(what_if))
    }

    /// The endorsements that bind their givers to the subject, void ones included.
    pub(super) fn ties(&self, what_if: WhatIf) -> impl Iterator<Item = &Endorsed<'a>> {
        self.endorsed.iter().filter(move |one| one.ties(what_if))
    }

    /// The sanctions that stand, begun or not, ended or not, by first day.
    pub(super) fn sanctions(&self, what_if: WhatIf) -> Vec<&'a Sanction> {
        let standing = self.dossier.sanctions(self.at.size);
        let let_in = |one: &&Sanction| self.contested(&one.recorded.event).lets_in(what_if);
        let mut sanctions: Vec<_> = standing.filter(let_in).collect();
        sanctions.sort_by_key(|one| (one.starts_on, one.recorded.seq));
        sanctions
    }
}

pub(super) fn contested(contests: &[Disputed<'_>], as_of: Date, item: &EventId) -> Contested {
    let mut against = contests.iter().filter(|one| one.contest.target == *item);
    let open = against.clone().next().is_some();
    Contested { open, missed: against.any(|one| one.is_overdue(as_of)) }
}

/// The weight of an age in days, in thousandths.
pub(super) fn age_permille(steps: &[AgeStep], days: i32) -> u16 {
    let days = days.max(0) as u32;
    let step = steps.iter().find(|step| step.up_to_days.is_none_or(|up_to| days <= up_to));
    step.map_or(0, |step| step.permille)
}
