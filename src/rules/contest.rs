//! `contest.*`

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{ContestDecided, ContestFiled, ContestWithdrawn, Effect, Grounds, Outcome};
use crate::score::{self, Assessment, Contest, ContestStatus, Dossier, Recorded, Records, Sanction};

/// What a contest is about.
enum Item<'a> {
    Assessment(&'a Assessment),
    Sanction(&'a Sanction),
}

impl Item<'_> {
    fn recorded(&self) -> &Recorded {
        match self {
            Self::Assessment(one) => &one.recorded,
            Self::Sanction(one) => &one.recorded,
        }
    }
}

impl<'a> Case<'a> {
    pub(super) fn contest_filed(&mut self, body: &ContestFiled) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let item = self.contested(dossier, &body.target)?;
        if let Some(days) = self.policy.windows.file.filter(|_| body.grounds != Grounds::FactualError) {
            let last = item.recorded().on.plus_days(i32::from(days));
            Reason::ContestLate.unless(self.today <= last, format_args!("the last day was {last}"))?;
        }
        // A contest of the item was settled after the item was recorded.
        let contests = dossier.pending.open().chain(dossier.settled_since(item.recorded().seq));
        for contest in contests.filter(|contest| contest.target == body.target) {
            let id = contest.recorded.event;
            match contest.status {
                ContestStatus::Open => return Err(Reason::ContestOpen.about(id)),
                ContestStatus::Decided { .. } => return Err(Reason::ContestSettled.about(id)),
                ContestStatus::Withdrawn => {}
            }
        }
        let open = dossier.pending.open().count();
        let most = usize::from(self.policy.contest.max_open);
        Reason::ContestCount.unless(open < most, format_args!("{open} of {most} open"))
    }

    fn contested(&self, dossier: &'a Dossier, target: &EventId) -> Result<Item<'a>, Rejection> {
        let parties = self.state.parties();
        if let Some(row) = self.made(target, "assessment.published") {
            let number = parties.number(&row.issuer);
            let mut own = number.into_iter().flat_map(|number| dossier.assessments.open_of(number));
            let one = own.find(|one| one.recorded.event == *target);
            return one.map(Item::Assessment).ok_or_else(|| Reason::TargetEnded.about(target));
        }
        let sanction = dossier.sanctions.open().find(|one| one.recorded.event == *target);
        let known = self.made(target, "sanction.imposed").is_some();
        let gone = || if known { Reason::TargetEnded } else { Reason::TargetUnknown };
        sanction.map(Item::Sanction).ok_or_else(|| gone().about(target))
    }

    pub(super) fn contest_decided(&mut self, body: &ContestDecided) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let dossier = self.dossier()?;
        let contest = self.open_contest(dossier, &body.contest)?;
        self.check_effect(dossier, contest, body)?;
        let needs_panel = self.policy.windows.admit.is_some();
        Reason::ContestPanel.unless(!needs_panel && body.panel.is_none(), "panel")
    }

    pub(super) fn contest_withdrawn(&mut self, body: &ContestWithdrawn) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        self.open_contest(dossier, &body.contest).map(drop)
    }

    fn open_contest(&self, dossier: &'a Dossier, id: &EventId) -> Result<&'a Contest, Rejection> {
        let contest = dossier.pending.open().find(|one| one.recorded.event == *id);
        let known = self.made(id, "contest.filed").is_some();
        let gone = || if known { Reason::TargetEnded } else { Reason::TargetUnknown };
        contest.ok_or_else(|| gone().about(id))
    }

    /// The item may have ended since the contest was filed; its outcome is recorded all the same.
    fn check_effect(
        &self,
        dossier: &Dossier,
        contest: &Contest,
        body: &ContestDecided,
    ) -> Result<(), Rejection> {
        let fits = match (&body.outcome, &body.effect) {
            (Outcome::Upheld | Outcome::Rejected, None) => true,
            (Outcome::Partial, Some(Effect::Struck(indicators))) => latest(&dossier.assessments, contest)
                .is_some_and(|item| {
                    let version = self.state.policies().version(item.policy);
                    let place = |id| version.and_then(|version| version.policy.place(id));
                    let graded = |id| item.grades.iter().any(|one| Some(one.place()) == place(id));
                    !indicators.is_empty() && indicators.iter().all(graded)
                }),
            (Outcome::Partial, Some(Effect::Reduced(reduction))) => latest(&dossier.sanctions, contest)
                .is_some_and(|before| {
                    let longer = reduction.ends_on.zip(before.ends_on).is_some_and(|(new, old)| new > old);
                    let milder = reduction.severity < before.severity
                        || reduction.ends_on.is_some_and(|new| before.ends_on.is_none_or(|old| new < old));
                    reduction.severity <= before.severity && !longer && milder
                }),
            _ => false,
        };
        Reason::ContestEffect.unless(fits, format!("{:?}", body.outcome).to_lowercase())
    }
}

/// The contested item as it stands, or as it stood when it ended since the contest was filed.
fn latest<'a, T: score::Item>(records: &'a Records<T>, contest: &Contest) -> Option<&'a T> {
    let ended = records.ended_after(contest.recorded.seq).rev().map(|one| &*one.record);
    records.open().rev().chain(ended).find(|one| one.recorded().event == contest.target)
}
