//! `contest.*`

use super::{Case, Reason, Rejection};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{ContestDecided, ContestFiled, ContestWithdrawn, Effect, Grounds, Outcome};
use crate::score::{Assessment, Contest, ContestStatus, Dossier, Sanction};

/// What a contest is about.
enum Item<'a> {
    Assessment(&'a Assessment),
    Sanction(&'a Sanction),
}

impl Item<'_> {
    fn recorded_on(&self) -> Date {
        match self {
            Self::Assessment(one) => one.recorded.on,
            Self::Sanction(one) => one.recorded.on,
        }
    }
}

impl<'a> Case<'a> {
    pub(super) fn contest_filed(&mut self, body: &ContestFiled) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let item = self.contested(dossier, &body.target)?;
        if let Some(days) = self.policy.windows.file.filter(|_| body.grounds != Grounds::FactualError) {
            let last = item.recorded_on().plus_days(i32::from(days));
            Reason::ContestLate.unless(self.today <= last, format!("the last day was {last}"))?;
        }
        let size = self.state.size();
        for contest in dossier.contests(size).filter(|contest| contest.target == body.target) {
            let id = contest.recorded.event;
            match contest.status {
                ContestStatus::Open => return Err(Reason::ContestOpen.about(id)),
                ContestStatus::Decided { .. } => return Err(Reason::ContestSettled.about(id)),
                ContestStatus::Withdrawn => {}
            }
        }
        let open = dossier.open_contests(size).count();
        let most = usize::from(self.policy.contest.max_open);
        Reason::ContestCount.unless(open < most, format!("{open} of {most} open"))
    }

    fn contested(&self, dossier: &'a Dossier, target: &EventId) -> Result<Item<'a>, Rejection> {
        let assessment = dossier.assessments.iter().rev().find(|one| one.record.recorded.event == *target);
        if let Some(one) = assessment {
            Reason::TargetEnded.unless(one.span.is_open(), target)?;
            return Ok(Item::Assessment(&one.record));
        }
        let sanction = dossier.sanctions.iter().rev().find(|one| one.record.recorded.event == *target);
        let one = sanction.ok_or_else(|| Reason::TargetUnknown.about(target))?;
        Reason::TargetEnded.unless(one.span.is_open(), target)?;
        Ok(Item::Sanction(&one.record))
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
        let mut contests = dossier.contests(self.state.size());
        let contest = contests.find(|one| one.recorded.event == *id);
        let contest = contest.ok_or_else(|| Reason::TargetUnknown.about(id))?;
        Reason::TargetEnded.unless(contest.status == ContestStatus::Open, id)?;
        Ok(contest)
    }

    /// The item may have ended since the contest was filed; its outcome is recorded all the same.
    fn check_effect(
        &self,
        dossier: &Dossier,
        contest: &Contest,
        body: &ContestDecided,
    ) -> Result<(), Rejection> {
        let target = &contest.target;
        let fits = match (&body.outcome, &body.effect) {
            (Outcome::Upheld | Outcome::Rejected, None) => true,
            (Outcome::Partial, Some(Effect::Struck(indicators))) => {
                let mut assessments = dossier.assessments.iter().rev();
                let item = assessments.find(|one| one.record.recorded.event == *target);
                item.is_some_and(|item| {
                    let version = self.state.policies().version(item.record.policy);
                    let place = |id| version.and_then(|version| version.policy.place(id));
                    let graded = |id| item.record.grades.iter().any(|one| Some(one.place()) == place(id));
                    !indicators.is_empty() && indicators.iter().all(graded)
                })
            }
            (Outcome::Partial, Some(Effect::Reduced(reduction))) => {
                let mut sanctions = dossier.sanctions.iter().rev();
                let item = sanctions.find(|one| one.record.recorded.event == *target);
                item.is_some_and(|item| {
                    let before = &item.record;
                    let longer = reduction.ends_on.zip(before.ends_on).is_some_and(|(new, old)| new > old);
                    let milder = reduction.severity < before.severity
                        || reduction.ends_on.is_some_and(|new| before.ends_on.is_none_or(|old| new < old));
                    reduction.severity <= before.severity && !longer && milder
                })
            }
            _ => false,
        };
        Reason::ContestEffect.unless(fits, format!("{:?}", body.outcome).to_lowercase())
    }
}
