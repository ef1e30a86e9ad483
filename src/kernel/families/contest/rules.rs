//! `contest.*`

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    ContestAdmitted, ContestDecided, ContestDeclined, ContestExtended, ContestFiled, ContestWithdrawn,
    Contesting, Effect, EventType, Grounds, Outcome,
};
use crate::facts::{Assessment, Contest, Dossier, Grade, Recorded, Sanction};

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
        let recorded_on = item.recorded().on;
        let days = self.state.policy_on(recorded_on).and_then(|policy| policy.windows.file);
        if let Some(days) = days.filter(|_| body.grounds != Grounds::FactualError) {
            let last = recorded_on.plus_days(i32::from(days));
            Reason::ContestLate.unless(self.today <= last, format_args!("the last day was {last}"))?;
        }
        // A contest of the item was settled after the item was recorded.
        let contests = dossier.pending.open().chain(dossier.settled_since(item.recorded().seq));
        for contest in contests.filter(|contest| contest.target == body.target) {
            let one = &contest.recorded;
            Reason::ContestOpen.unless(!contest.stage.is_open(), format_args!("contested by {one}"))?;
            // What was not admitted on one ground may be on another.
            let declined = contest.stage == Contesting::Declined && contest.grounds == body.grounds;
            Reason::ContestSettled.unless(contest.ruling.is_none() && !declined, one)?;
        }
        // Who is kept waiting for a decision may contest other items meanwhile.
        let waits = |one: &&Contest| !one.stage.is_appeal() && one.stage_today(self) != Contesting::Overdue;
        let open = dossier.pending.open().filter(waits).count();
        let most = usize::from(self.policy.contest.max_open);
        Reason::ContestCount.unless(open < most, format_args!("{open} of {most} open"))
    }

    fn contested(&self, dossier: &'a Dossier, target: &EventId) -> Result<Item<'a>, Rejection> {
        let parties = self.state.parties();
        if let Some(row) = self.made(target, EventType::AssessmentPublished) {
            let number = parties.number(row.issuer);
            let mut own = number.into_iter().flat_map(|number| dossier.assessments.open_of(number));
            let one = own.find(|one| one.recorded.event == *target);
            return one.map(Item::Assessment).ok_or_else(|| Reason::TargetEnded.about(self.entry(target)));
        }
        let sanction = dossier.sanctions.open().find(|one| one.recorded.event == *target);
        let known = self.made(target, EventType::SanctionImposed).is_some();
        let gone = || if known { Reason::TargetEnded } else { Reason::TargetUnknown };
        sanction.map(Item::Sanction).ok_or_else(|| gone().about(self.entry(target)))
    }

    pub(super) fn contest_admitted(&mut self, body: &ContestAdmitted) -> Result<(), Rejection> {
        self.signed_by_council()?;
        self.awaiting_admission(&body.contest)
    }

    pub(super) fn contest_declined(&mut self, body: &ContestDeclined) -> Result<(), Rejection> {
        self.contest_signed_by_council(&body.contest)?;
        self.awaiting_admission(&body.contest)
    }

    fn awaiting_admission(&self, id: &EventId) -> Result<(), Rejection> {
        let contest = self.open_contest(self.dossier()?, id)?;
        let stage = self.moved_contest(contest)?;
        Reason::ContestStage.unless(contest.admit_by.is_some(), format_args!("{stage:?}"))
    }

    pub(super) fn contest_extended(&mut self, body: &ContestExtended) -> Result<(), Rejection> {
        self.signed_by_deciders(&body.contest)?;
        let contest = self.open_contest(self.dossier()?, &body.contest)?;
        self.moved_contest(contest)?;
        let clock = contest.clock(self.state.policies(), self.state.size());
        let admitted = contest.admit_by.is_none() || contest.stage_today(self) != Contesting::Filed;
        Reason::ContestExtension.unless(admitted && clock.extend_to.is_some(), body.contest)
    }

    pub(super) fn contest_decided(&mut self, body: &ContestDecided) -> Result<(), Rejection> {
        self.check_ruling(&body.contest, body.outcome, body.effect.as_ref(), body.panel)
    }

    /// Who may decide does, and what is decided fits the item.
    pub(super) fn check_ruling(
        &mut self,
        contest: &EventId,
        outcome: Outcome,
        effect: Option<&Effect>,
        panel: Option<EventId>,
    ) -> Result<(), Rejection> {
        self.signed_by_deciders(contest)?;
        let dossier = self.dossier()?;
        let contest = self.open_contest(dossier, contest)?;
        self.moved_contest(contest)?;
        self.check_effect(dossier, contest, outcome, effect)?;
        self.check_panel(contest, panel)?;
        self.check_challenged(contest)
    }

    /// The panel's majority signed, and nobody else; where no panel sits, the council without those concerned.
    pub(super) fn signed_by_deciders(&mut self, id: &EventId) -> Result<(), Rejection> {
        let dossier = self.about_file();
        let contest = dossier.and_then(|file| file.pending.open().find(|one| one.recorded.event == *id));
        let panelled = contest.and_then(|contest| contest.panelled.as_deref());
        let sits =
            panelled.and_then(|panelled| Some((panelled.panel.as_ref()?, self.state.seats_of(panelled))));
        let Some((panel, seats)) = sits else { return self.contest_signed_by_council(id) };
        self.check_unrestrained()?;
        Reason::Issuer.unless(panel.members.contains(&self.event.issuer), &self.event.issuer)?;
        self.signers.panel(&panel.members, seats)?;
        self.signers.all_needed()
    }

    /// The decision names the panel that sits, where there is to be one.
    pub(super) fn check_panel(&self, contest: &Contest, named: Option<EventId>) -> Result<(), Rejection> {
        let sits = contest.panel().map(|panel| panel.event);
        let fits = named == sits && named.is_some() == contest.panelled.is_some();
        Reason::ContestPanel.unless(fits, "panel")
    }

    /// Where a contest stands today, from which this event leads on.
    pub(super) fn moved_contest(&self, contest: &Contest) -> Result<Contesting, Rejection> {
        let stage = contest.stage_today(self);
        let leads_to = Contesting::after(Some(stage), self.moves());
        Reason::ContestStage.unless(leads_to.is_some(), format_args!("{stage:?}"))?;
        Ok(stage)
    }

    pub(super) fn contest_withdrawn(&mut self, body: &ContestWithdrawn) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        self.check_unrestrained()?;
        let contest = self.open_contest(self.dossier()?, &body.contest)?;
        self.moved_contest(contest).map(drop)
    }

    /// The subject's contests that wait for a decision, or whose decision may still be appealed.
    pub(super) fn contests_at_work(&self) -> impl Iterator<Item = &'a Contest> + use<'a> {
        let (today, size) = (self.today, self.state.size());
        let dossier = self.event.subject.and_then(|subject| self.state.dossier(&subject));
        let contests = dossier.into_iter().flat_map(move |dossier| dossier.contests(size));
        contests.filter(move |one| {
            let appealable = one.stage == Contesting::Decided && one.appeal_by >= Some(today);
            one.stage.is_open() || appealable
        })
    }

    pub(super) fn open_contest(&self, dossier: &'a Dossier, id: &EventId) -> Result<&'a Contest, Rejection> {
        let contest = dossier.pending.open().find(|one| one.recorded.event == *id);
        let known = self.made(id, EventType::ContestFiled).is_some();
        let gone = || if known { Reason::TargetEnded } else { Reason::TargetUnknown };
        contest.ok_or_else(|| gone().about(self.entry(id)))
    }

    /// The item may have ended since the contest was filed; its outcome is recorded all the same.
    pub(super) fn check_effect(
        &self,
        dossier: &Dossier,
        contest: &Contest,
        outcome: Outcome,
        effect: Option<&Effect>,
    ) -> Result<(), Rejection> {
        let fits = match (outcome, effect) {
            (Outcome::Upheld | Outcome::Rejected, None) => true,
            (Outcome::Partial, Some(Effect::Struck(indicators))) => {
                contest.whole(&dossier.assessments).is_some_and(|item| {
                    let version = self.state.policies().version(item.policy);
                    let place = |id| version.and_then(|version| version.policy.place(id));
                    // Without its highest grades an item is worse for the subject than it was.
                    let graded = |id| {
                        let mut grades = item.grades.iter();
                        let grade = grades.find(|one| Some(one.place()) == place(id));
                        grade.is_some_and(|one| one.value() != Some(Grade::HIGHEST))
                    };
                    !indicators.is_empty() && indicators.iter().all(graded)
                })
            }
            (Outcome::Partial, Some(Effect::Reduced(reduction))) => {
                contest.whole(&dossier.sanctions).is_some_and(|before| {
                    let longer = reduction.ends_on.zip(before.ends_on).is_some_and(|(new, old)| new > old);
                    let milder = reduction.severity < before.severity
                        || reduction.ends_on.is_some_and(|new| before.ends_on.is_none_or(|old| new < old));
                    reduction.severity <= before.severity && !longer && milder
                })
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(Reason::ContestEffect.about(format!("{outcome:?}").to_lowercase())) }
    }
}

impl Contest {
    /// Its stage on the day on which a case is judged.
    fn stage_today(&self, case: &Case<'_>) -> Contesting {
        self.stage_on(case.today, case.state.policies(), case.state.size())
    }
}
