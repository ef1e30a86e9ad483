//! Conduct that is not graded again, while a contest of it is open and once it was upheld.
//!
//! Without it an assessor could publish the contested assessment anew, and anew once that is struck.

use crate::dsse::EventId;
use crate::event::{Effect, Outcome};
use crate::score::{Disputed, Dossier, Recorded};

/// A contest against an assessment is filed by the entry at `seq`.
pub(super) fn dispute(dossier: &mut Dossier, seq: u64, contest: &Recorded, target: &EventId) {
    let Some(item) = dossier.assessments.open().find(|one| one.recorded.event == *target) else { return };
    // Nobody publishes ahead of what is observed, so age counts from its last day.
    let (assessor, observed_until) = (item.assessor, item.counts_from);
    let recorded = contest.clone();
    dossier.disputed.push(seq, Disputed { recorded, assessor, observed_until, indicators: None });
}

/// A contest is settled by the entry at `seq`; no outcome: it was withdrawn.
pub(super) fn resolve(
    dossier: &mut Dossier,
    seq: u64,
    contest: &EventId,
    outcome: Option<Outcome>,
    effect: Option<&Effect>,
) {
    let Some(before) = dossier.disputed.open().find(|one| one.recorded.event == *contest) else { return };
    let struck = match (outcome, effect) {
        (Some(Outcome::Upheld), _) => return,
        (Some(Outcome::Partial), Some(Effect::Struck(struck))) => Some(struck.clone().into_boxed_slice()),
        _ => None,
    };
    let remains = struck.map(|struck| Disputed { indicators: Some(struck), ..before.clone() });
    dossier.disputed.close_where(seq, |one| one.recorded.event == *contest);
    if let Some(remains) = remains {
        dossier.disputed.push(seq, remains);
    }
}
