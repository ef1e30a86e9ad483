//! `ledger.*`

use std::collections::BTreeSet;

use super::{Candidate, Reason, Rejection};
use crate::event::{Body, LedgerOpened, body_bytes};
use crate::limits;
use crate::log::Origin;
use crate::score;

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

fn check_body(body: &LedgerOpened) -> Result<(), Rejection> {
    let fault = |holds, what| Reason::OpeningBody.unless(holds, what);
    let seats = body.council.len();
    fault((1..=limits::COUNCIL_SEATS).contains(&seats), "the council has 1 to 32 seats")?;
    let distinct = |count: usize| count == seats;
    fault(
        distinct(body.council.iter().map(|one| one.seat).collect::<BTreeSet<_>>().len()),
        "seats are numbered apart",
    )?;
    fault(
        distinct(body.council.iter().map(|one| &one.member).collect::<BTreeSet<_>>().len()),
        "each seat has its own member",
    )?;
    let keys: BTreeSet<_> =
        body.council.iter().map(|one| one.key).chain([body.operator.key, body.log_key]).collect();
    fault(keys.len() == seats + 2, "seats, operator and log have keys of their own")?;
    for key in &keys {
        Reason::OpeningBody
            .unless(key.check_admissible().is_ok(), format_args!("key {key} is not usable"))?;
    }
    let named = body.council.iter().map(|one| &one.member).chain([&body.operator.member]);
    for member in named {
        let fits = !member.is_council() && member.as_subject().is_none();
        Reason::OpeningBody.unless(fits, format_args!("{member} is not a member's name"))?;
    }
    let most = seats.min(limits::SIGNATURES);
    fault(
        (1..=most).contains(&usize::from(body.threshold)),
        "the threshold lies between 1 and the seats (at most 8)",
    )?;
    fault(body.utc_offset_min.abs() <= 14 * 60, "utc_offset_min lies between -840 and 840")?;
    score::check_bounds(&body.policy).map_err(|error| Reason::OpeningBody.about(error))
}
