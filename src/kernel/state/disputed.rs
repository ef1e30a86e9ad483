//! Conduct that is not graded again, while a contest of it is open and once it was upheld.
//!
//! Without it an assessor could publish the contested assessment anew, and anew once that is struck.

use crate::event::{Effect, Outcome};
use crate::facts::{Contest, Disputed, Dossier};

/// A contest against an assessment, or its appeal, is filed by the entry at `seq`.
pub(super) fn dispute(dossier: &mut Dossier, seq: u64, contest: &Contest) {
    // A contest may be of a sanction: no conduct that is graded is in dispute.
    let Some(item) = contest.whole(&dossier.assessments) else { return };
    // Nobody publishes ahead of what is observed, so age counts from its last day.
    let (assessor, observed_until) = (item.assessor, item.counts_from);
    let recorded = contest.recorded.clone();
    dossier.disputed.push(seq, Disputed { recorded, assessor, observed_until, indicators: None });
}

/// A contest or its appeal is decided by the entry at `seq`; what an earlier decision barred is free.
pub(super) fn resolve(
    dossier: &mut Dossier,
    seq: u64,
    contest: &Contest,
    outcome: Outcome,
    effect: Option<&Effect>,
) {
    let is_of_it = |one: &Disputed| one.recorded.event == contest.recorded.event;
    let before = dossier.disputed.open().find(|one| is_of_it(one)).cloned();
    dossier.disputed.close_where(seq, is_of_it);
    let barred = match (outcome, effect) {
        (Outcome::Upheld, _) => Some(None),
        (Outcome::Partial, Some(Effect::Struck(struck))) => Some(Some(struck.clone().into_boxed_slice())),
        _ => None,
    };
    // A contest of a sanction disputes nothing that is graded.
    if let Some((before, indicators)) = before.zip(barred) {
        dossier.disputed.push(seq, Disputed { indicators, ..before });
    }
}

/// A contest or its appeal is declined or withdrawn by the entry at `seq`; what a decision barred stays so.
pub(super) fn give_up(dossier: &mut Dossier, seq: u64, contest: &Contest) {
    let of_it = |one: &Disputed| one.recorded.event == contest.recorded.event;
    dossier.disputed.close_where(seq, |one| of_it(one) && one.indicators.is_none());
}
