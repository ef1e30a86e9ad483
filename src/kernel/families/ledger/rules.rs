//! `ledger.*`

use std::collections::BTreeSet;

use super::{Candidate, Case, Reason, Rejection};
use crate::engines;
use crate::event::{Body, LedgerKeyRotated, LedgerOpened, PartyId, Seat, body_bytes};
use crate::limits;
use crate::log::Origin;

/// Judges entry 0.
pub(super) fn judge_opening(candidate: Candidate<'_>) -> Result<(), Rejection> {
    let Body::LedgerOpened(body) = &candidate.event.body else {
        return Err(Reason::NotOpened.about(candidate.event.body.type_name()));
    };
    let origin: Origin =
        candidate.event.ledger.parse().map_err(|_| Reason::Origin.about(&candidate.event.ledger))?;
    let raw = body_bytes(candidate.payload).map_err(|error| Reason::OpeningBody.about(error))?;
    Reason::Origin.unless(origin.commits_to(raw), &origin)?;
    Reason::OpeningIssuer.unless(candidate.event.issuer.is_council(), &candidate.event.issuer)?;
    check_body(body)?;
    let seat_of = |key| body.council.iter().find(|seat| seat.key == key);
    for key in candidate.keys {
        Reason::OpeningSignatures.unless(seat_of(*key).is_some(), key)?;
    }
    let enough = candidate.keys.len() >= usize::from(body.threshold);
    let counts = format!("{} of {} signatures", candidate.keys.len(), body.threshold);
    Reason::OpeningSignatures.unless(enough, counts)
}

impl Case<'_> {
    pub(super) fn ledger_key_rotated(&mut self, body: &LedgerKeyRotated) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        self.signers.present(&body.old)?;
        self.signers.newcomer(&body.new)?;
        self.signers.all_needed()?;
        let signs = self.state.ledger().is_some_and(|ledger| *ledger.log_key() == body.old);
        Reason::LogKeyOld.unless(signs, body.old)
    }
}

fn check_body(body: &LedgerOpened) -> Result<(), Rejection> {
    let fault = |holds, what| Reason::OpeningBody.unless(holds, what);
    let seats = body.council.len();
    check_seats(Reason::OpeningBody, &body.council, body.threshold)?;
    let keys: BTreeSet<_> =
        body.council.iter().map(|one| one.key).chain([body.operator.key, body.log_key]).collect();
    fault(keys.len() == seats + 2, "seats, operator and log have keys of their own")?;
    for key in &keys {
        Reason::OpeningBody
            .unless(key.check_admissible().is_ok(), format_args!("key {key} is not usable"))?;
    }
    check_name(Reason::OpeningBody, &body.operator.member)?;
    fault(body.utc_offset_min.abs() <= 14 * 60, "utc_offset_min lies between -840 and 840")?;
    engines::check_bounds(&body.policy).map_err(|error| Reason::OpeningBody.about(error))
}

/// Judges a council by itself, for the reason given.
pub(super) fn check_seats(reason: Reason, council: &[Seat], threshold: u8) -> Result<(), Rejection> {
    let seats = council.len();
    reason.unless((1..=limits::COUNCIL_SEATS).contains(&seats), "the council has 1 to 32 seats")?;
    let numbers: BTreeSet<_> = council.iter().map(|one| one.seat).collect();
    reason.unless(numbers.len() == seats, "seats are numbered apart")?;
    let members: BTreeSet<_> = council.iter().map(|one| &one.member).collect();
    reason.unless(members.len() == seats, "each seat has its own member")?;
    let keys: BTreeSet<_> = council.iter().map(|one| one.key).collect();
    reason.unless(keys.len() == seats, "each seat has its own key")?;
    for member in members {
        check_name(reason, member)?;
    }
    let most = seats.min(limits::SIGNATURES);
    let reachable = (1..=most).contains(&usize::from(threshold));
    reason.unless(reachable, "the threshold lies between 1 and the seats (at most 8)")
}

fn check_name(reason: Reason, member: &PartyId) -> Result<(), Rejection> {
    let fits = !member.is_council() && member.as_subject().is_none();
    reason.unless(fits, format_args!("{member} is not a member's name"))
}
