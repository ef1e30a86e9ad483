//! `contest.*`

use super::{Recording, State, disputed, sanction};
use crate::dsse::EventId;
use crate::event::{ContestDecided, ContestFiled, ContestWithdrawn, Effect, IndicatorId, Outcome, Reduction};
use crate::score::{Assessment, Contest, ContestStatus, Dossier, PolicyBook, Sanction, StandsFor};

impl State {
    pub(super) fn file_contest(&mut self, seq: u64, entry: &Recording<'_>, body: &ContestFiled) {
        let recorded = self.recorded(seq, entry);
        let windows = self.policy_on(recorded.on).map(|policy| policy.windows).unwrap_or_default();
        // Silence on admission admits, so an open contest is due when both steps' days are over.
        let decide_by = windows
            .decide
            .map(|decide| recorded.on.plus_days(i32::from(windows.admit.unwrap_or(0)) + i32::from(decide)));
        let record = Contest {
            recorded,
            target: body.target,
            grounds: body.grounds,
            decide_by,
            status: ContestStatus::Open,
        };
        if let Some(dossier) = self.dossier_mut(entry) {
            disputed::dispute(dossier, seq, &record.recorded, &body.target);
            dossier.pending.push(seq, record);
        }
    }

    pub(super) fn decide_contest(&mut self, seq: u64, entry: &Recording<'_>, body: &ContestDecided) {
        let policies = self.policies.clone();
        let Some(dossier) = self.dossier_mut(entry) else { return };
        let status = ContestStatus::Decided { outcome: body.outcome, by: entry.id };
        let Some(target) = settle(dossier, seq, &body.contest, status) else { return };
        disputed::resolve(dossier, seq, &body.contest, Some(body.outcome), body.effect.as_ref());
        match (body.outcome, &body.effect) {
            (Outcome::Upheld, _) => strike(dossier, seq, &target),
            (Outcome::Partial, Some(Effect::Struck(indicators))) => {
                strike_grades(dossier, &policies, seq, &target, indicators);
            }
            (Outcome::Partial, Some(Effect::Reduced(reduction))) => {
                sanction::amend(dossier, seq, &target, |before| reduced(before, reduction));
            }
            _ => {}
        }
    }

    pub(super) fn withdraw_contest(&mut self, seq: u64, entry: &Recording<'_>, body: &ContestWithdrawn) {
        if let Some(dossier) = self.dossier_mut(entry) {
            settle(dossier, seq, &body.contest, ContestStatus::Withdrawn);
            disputed::resolve(dossier, seq, &body.contest, None, None);
        }
    }
}

/// Closes an open contest and records how it ended; tells its target.
fn settle(dossier: &mut Dossier, seq: u64, contest: &EventId, status: ContestStatus) -> Option<EventId> {
    let pending = dossier.pending.open().find(|one| one.recorded.event == *contest)?;
    let settled = Contest { status, ..pending.clone() };
    let target = settled.target;
    dossier.pending.close_where(seq, |one| one.recorded.event == *contest);
    dossier.settled.push(StandsFor::opened_by(seq, settled));
    Some(target)
}

fn strike(dossier: &mut Dossier, seq: u64, target: &EventId) {
    dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
    dossier.sanctions.close_where(seq, |one| one.recorded.event == *target);
}

fn strike_grades(
    dossier: &mut Dossier,
    policies: &PolicyBook,
    seq: u64,
    target: &EventId,
    struck: &[IndicatorId],
) {
    let Some(before) = dossier.assessments.open().find(|one| one.recorded.event == *target) else { return };
    let policy = policies.version(before.policy).map(|version| &version.policy);
    let struck: Vec<u16> = struck.iter().filter_map(|id| policy?.place(id)).collect();
    let grades = before.grades.iter().copied().filter(|one| !struck.contains(&one.place())).collect();
    let after = Assessment { grades, ..before.clone() };
    dossier.assessments.close_where(seq, |one| one.recorded.event == *target);
    dossier.assessments.push(seq, after);
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
