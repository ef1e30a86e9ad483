"""When an event is recorded: by the clock, or, for history brought in, at its own time."""

from ..dates import instant
from ..findings import need

AHEAD_MS, BEHIND_MS = 5 * 60 * 1000, 7 * 24 * 3600 * 1000


def check_times(state, entry):
    event, at = entry.event, entry.recorded_at
    issued = instant(event["issued_at"])
    opens = not state.size and event["type"] == "ledger.opened"
    if state.is_history(event, event["body"].get("replayed_until") if opens else None):
        need(state.last_at <= at and at == issued, "time.order")
        return
    need(state.last_at <= at, "time.order")
    need(issued <= at + AHEAD_MS, "time.future")
    need(at - BEHIND_MS <= issued, "time.stale")
