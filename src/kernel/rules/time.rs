//! When an event is recorded: by the clock, or, for history brought in, at its own time.

use super::{Reason, Rejection};
use crate::event::{Body, Event};
use crate::limits;
use crate::state::State;
use crate::time::Timestamp;

/// The instant to record an event at that arrives at `now`.
///
/// # Errors
/// [`Reason::OutOfOrder`], [`Reason::Future`] or [`Reason::Stale`].
pub fn record_at(state: &State, event: &Event, now: Timestamp) -> Result<Timestamp, Rejection> {
    let history = is_history(state, event);
    let recorded_at = if history { event.issued_at } else { now.max(state.last_at()) };
    check_recorded_at(state, event, recorded_at)?;
    Ok(recorded_at)
}

/// Judges the instant at which a log says that an event was recorded.
///
/// # Errors
/// [`Reason::OutOfOrder`], [`Reason::Future`] or [`Reason::Stale`].
pub fn check_recorded_at(state: &State, event: &Event, recorded_at: Timestamp) -> Result<(), Rejection> {
    let issued_at = event.issued_at;
    let in_order = state.last_at() <= recorded_at;
    if is_history(state, event) {
        return Reason::OutOfOrder.unless(in_order && recorded_at == issued_at, issued_at);
    }
    Reason::OutOfOrder.unless(in_order, recorded_at)?;
    let both = format_args!("issued at {issued_at}, recorded at {recorded_at}");
    Reason::Future.unless(issued_at <= recorded_at.plus_ms(limits::ISSUED_AHEAD_MS), both)?;
    Reason::Stale.unless(recorded_at.minus_ms(limits::ISSUED_BEHIND_MS) <= issued_at, both)
}

/// Whether the event is history brought in; the opening says so of itself.
fn is_history(state: &State, event: &Event) -> bool {
    let until = match &event.body {
        Body::LedgerOpened(body) if state.size() == 0 => body.replayed_until,
        _ => state.ledger().and_then(|ledger| ledger.replayed_until),
    };
    !state.clocked() && until.is_some_and(|until| event.issued_at < until)
}
