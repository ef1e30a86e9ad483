//! `contest.*`

use super::{Presumed, Recording, State, disputed, sanction};
use crate::dsse::EventId;
use crate::event::{
    ContestAdmitted, ContestDecided, ContestDeclined, ContestExtended, ContestFiled, ContestWithdrawn,
    Contesting, Effect, IndicatorId, Move, Outcome, Reduction,
};
use crate::facts::{
    Assessment, Contest, DecisionClock, Dossier, Grade, Panelled, PolicyBook, Ruling, Sanction, StandsFor,
};

impl State {
    pub(super) fn file_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestFiled,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let on = recorded.on;
        let admit = self.policy_on(on).and_then(|policy| policy.windows.admit);
        let clock = match admit {
            None => DecisionClock::started(&self.policies, self.size, on),
            Some(_) => DecisionClock::default(),
        };
        let panelled = admit.map(|_| Box::new(self.panel_of(seq, entry, &body.target)));
        let contest = Contest {
            recorded,
            target: body.target,
            grounds: body.grounds,
            stage: Contesting::Filed,
            admit_by: admit.map(|days| on.plus_days(i32::from(days))),
            clock,
            appeal_by: None,
            appeal: None,
            ruling: None,
            declined: None,
            panelled,
        };
        let dossier = self.dossier_mut(entry)?;
        disputed::dispute(dossier, seq, &contest);
        dossier.pending.push(seq, contest);
        Ok(())
    }

    /// A new draw, or that of the contest of the same item that the subject withdrew.
    fn panel_of(&mut self, seq: u64, entry: &Recording<'_>, target: &EventId) -> Panelled {
        let on = self.date_of(entry.at);
        let settled = self.about_file().into_iter().flat_map(|file| file.settled.iter().rev());
        let withdrawn = settled
            .filter(|one| one.record.stage == Contesting::Withdrawn && one.record.target == *target)
            .find_map(|one| one.record.panelled.as_deref());
        match withdrawn.cloned() {
            Some(before) => Panelled { panel: None, ..before },
            None => {
                self.begin_draw(seq, entry.id, on);
                Panelled { draw: entry.id, panel: None, challenged: None, former: Vec::new() }
            }
        }
    }

    pub(super) fn admit_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestAdmitted,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        let mut contest = self.moved(entry, &body.contest)?;
        contest.clock = DecisionClock::started(&self.policies, self.size, today);
        self.put(seq, entry, contest)
    }

    pub(super) fn decline_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestDeclined,
    ) -> Result<(), Presumed> {
        let mut contest = self.moved(entry, &body.contest)?;
        contest.declined = Some(body.code);
        disputed::give_up(self.dossier_mut(entry)?, seq, &contest);
        self.put(seq, entry, contest)
    }

    pub(super) fn extend_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestExtended,
    ) -> Result<(), Presumed> {
        let mut contest = self.moved(entry, &body.contest)?;
        let decide_by = contest.clock.extend_to.or(contest.clock.decide_by);
        contest.clock = DecisionClock { decide_by, extend_to: None };
        self.put(seq, entry, contest)
    }

    pub(super) fn decide_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestDecided,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        let mut contest = self.moved(entry, &body.contest)?;
        if body.outcome != Outcome::Upheld {
            let days = self.policy_on(today).and_then(|policy| policy.windows.appeal);
            contest.appeal_by = days.map(|days| today.plus_days(i32::from(days)));
        }
        self.rule(seq, entry, contest, body.outcome, body.effect.as_ref())
    }

    pub(super) fn withdraw_contest(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &ContestWithdrawn,
    ) -> Result<(), Presumed> {
        let contest = self.moved(entry, &body.contest)?;
        disputed::give_up(self.dossier_mut(entry)?, seq, &contest);
        self.put(seq, entry, contest)
    }

    fn about_file(&self) -> Option<&Dossier> {
        self.about.and_then(|ordinal| self.dossiers.get(ordinal as usize)).map(|file| &**file)
    }

    /// An open contest of the subject, at the stage to which the event moves it.
    pub(super) fn moved(&self, entry: &Recording<'_>, id: &EventId) -> Result<Contest, Presumed> {
        let mut pending = self.about_file().into_iter().flat_map(|file| file.pending.open());
        let contest = pending.find(|one| one.recorded.event == *id).ok_or(Presumed::Standing(*id))?;
        let today = self.date_of(entry.at);
        let stage = contest.stage_on(today, &self.policies, self.size);
        let by = Move::Event(entry.event.body.event_type(), None);
        let stage = Contesting::after(Some(stage), by).ok_or(Presumed::Stage(*id))?;
        Ok(Contest { stage, clock: contest.clock(&self.policies, self.size), ..contest.clone() })
    }

    /// Puts a contest in the place of what it was.
    pub(super) fn put(&mut self, seq: u64, entry: &Recording<'_>, contest: Contest) -> Result<(), Presumed> {
        let dossier = self.dossier_mut(entry)?;
        dossier.pending.close_where(seq, |one| one.recorded.event == contest.recorded.event);
        if contest.stage.is_open() {
            dossier.pending.push(seq, contest);
        } else {
            dossier.settled.push(StandsFor::opened_by(seq, contest));
        }
        Ok(())
    }

    /// Records what was decided, and leaves of the item what remains; of an earlier decision nothing does.
    pub(super) fn rule(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        mut contest: Contest,
        outcome: Outcome,
        effect: Option<&Effect>,
    ) -> Result<(), Presumed> {
        disputed::resolve(self.dossier_mut(entry)?, seq, &contest, outcome, effect);
        if outcome == Outcome::Upheld {
            self.overturn(&contest.target)?;
        }
        let before = contest.ruling.replace(Ruling { outcome, by: entry.id, seq });
        if outcome != Outcome::Rejected || before.is_some() {
            let policies = self.policies.clone();
            let dossier = self.dossier_mut(entry)?;
            let earlier = Contest { ruling: before, ..contest.clone() };
            rule_on_assessment(dossier, &policies, seq, &earlier, outcome, effect);
            rule_on_sanction(dossier, seq, &earlier, outcome, effect)?;
        }
        self.put(seq, entry, contest)
    }
}

fn rule_on_assessment(
    dossier: &mut Dossier,
    policies: &PolicyBook,
    seq: u64,
    contest: &Contest,
    outcome: Outcome,
    effect: Option<&Effect>,
) {
    let is_target = |one: &Assessment| one.recorded.event == contest.target;
    // A contest may be of a sanction, and what has ended otherwise stays so.
    let now = dossier.assessments.open().find(|one| is_target(one)).cloned();
    let whole = contest.whole(&dossier.assessments).cloned();
    let remains = whole.filter(|_| outcome != Outcome::Upheld).map(|one| match effect {
        Some(Effect::Struck(indicators)) => without(one, policies, indicators),
        _ => one,
    });
    dossier.assessments.close_where(seq, is_target);
    if let Some((now, one)) = now.zip(remains) {
        dossier.assessments.push(seq, as_corrected(one, &now));
    }
}

fn rule_on_sanction(
    dossier: &mut Dossier,
    seq: u64,
    contest: &Contest,
    outcome: Outcome,
    effect: Option<&Effect>,
) -> Result<(), Presumed> {
    let is_target = |one: &Sanction| one.recorded.event == contest.target;
    let standing = dossier.sanctions.open().find(|one| is_target(one)).map(|now| (now.lifted, now.ends_on));
    let Some((lifted, ends_on)) = standing.filter(|_| outcome != Outcome::Upheld) else {
        // A contest may be of an assessment, and what has ended otherwise stays so.
        dossier.sanctions.close_where(seq, is_target);
        return Ok(());
    };
    // Lifted meanwhile, it stays lifted.
    let ended_on = ends_on.filter(|_| lifted);
    let whole = contest.whole(&dossier.sanctions).cloned().ok_or(Presumed::Standing(contest.target))?;
    sanction::amend(dossier, seq, &contest.target, |_| {
        let remains = match effect {
            Some(Effect::Reduced(reduction)) => reduced(whole, reduction),
            _ => whole,
        };
        let ends_on = match ended_on {
            Some(ended) => Some(remains.ends_on.map_or(ended, |last| last.min(ended))),
            None => remains.ends_on,
        };
        Sanction { lifted, ends_on, ..remains }
    })
}

/// What its assessor raised since the decision stays raised.
fn as_corrected(before: Assessment, now: &Assessment) -> Assessment {
    let raised = |old: &Grade| {
        let new = now.grades.iter().find(|one| one.place() == old.place());
        new.copied().filter(|new| new.value().zip(old.value()).is_some_and(|(new, old)| new > old))
    };
    let grades = before.grades.iter().map(|old| raised(old).unwrap_or(*old)).collect();
    Assessment { grades, ..before }
}

fn without(before: Assessment, policies: &PolicyBook, struck: &[IndicatorId]) -> Assessment {
    let policy = policies.version(before.policy).map(|version| &version.policy);
    let struck: Vec<u16> = struck.iter().filter_map(|id| policy?.place(id)).collect();
    let grades = before.grades.iter().copied().filter(|one| !struck.contains(&one.place())).collect();
    Assessment { grades, ..before }
}

fn reduced(before: Sanction, reduction: &Reduction) -> Sanction {
    let ends_on = match (before.ends_on, reduction.ends_on) {
        (Some(before), Some(after)) => Some(before.min(after)),
        (before, after) => after.or(before),
    };
    Sanction {
        severity: reduction.severity.min(before.severity),
        term_days: ends_on.map(|last| last.days_since(before.starts_on).max(0) as u32 + 1),
        ends_on,
        ..before
    }
}
