//! A dry run: what the rules would say of an event, were what is missing of its signatures there.

use super::signers::Signers;
use super::{Candidate, Case, Reason, Rejection, judge};
use crate::dsse::PublicKey;
use crate::event::PartyId;
use crate::state::State;

/// Whose signature an event still needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Of a live key of this party.
    Party(PartyId),
    /// Of this very key.
    Key(PublicKey),
    /// Of so many more seats of the council.
    Seats {
        /// How many more.
        more: usize,
        /// The seats among which they are: one of each controller group that may sign and has not.
        of: Vec<u8>,
    },
    /// Of so many more members of a panel.
    Panel {
        /// How many more.
        more: usize,
        /// The members among whom they are.
        of: Vec<PartyId>,
    },
}

/// Judges an event as [`judge`] does, but for signatures that are missing: those it tells.
///
/// A signature that is there is judged as ever: one that the event does not need, or of a key that may not
/// act, refuses it.
///
/// # Errors
/// The rejection of [`judge`], where more signatures would not mend it; else the rule that would be broken
/// once they are there.
pub fn judge_draft(state: &State, candidate: Candidate<'_>) -> Result<Vec<Missing>, Rejection> {
    let Err(rejection) = judge(state, candidate) else { return Ok(Vec::new()) };
    let Some(ledger) = state.ledger().filter(|_| may_lack_signatures(rejection.reason)) else {
        return Err(rejection);
    };
    let mut case = Case::of(state, ledger, candidate)?;
    case.signers = Signers::new(state, candidate.recorded_at, candidate.keys).patient();
    match case.judged() {
        Ok(()) => Ok(case.signers.into_missing()),
        // Whose key it is that nothing needs says more than that.
        Err(_) if case.signers.has_stray() && of_stranger(rejection.reason) => Err(rejection),
        Err(other) => Err(other),
    }
}

/// Whether a rejection is about a key of none who must sign.
fn of_stranger(reason: Reason) -> bool {
    matches!(reason, Reason::KeyUnknown | Reason::KeyOtherOwner)
}

/// Whether the reason of a rejection may be that a signature is not there.
fn may_lack_signatures(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::KeyUnknown
            | Reason::KeyOtherOwner
            | Reason::CouncilThreshold
            | Reason::PanelMajority
            | Reason::SignatureMissing
            | Reason::SanctionGrave
    )
}
