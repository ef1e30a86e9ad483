"""Entry 0, and what a council may be."""

from blake3 import blake3

from .. import ed25519
from ..findings import need
from ..payload import member_bytes
from .bounds import out_of_bounds

MOST_SEATS, MOST_SIGNATURES = 32, 8


def judge_opening(entry):
    event, body = entry.event, entry.event["body"]
    need(event["type"] == "ledger.opened", "opening.missing")
    commits = "/" + blake3(member_bytes(entry.payload, "body")).hexdigest()[:32]
    need(event["ledger"].endswith(commits), "opening.origin")
    need(event["issuer"] == "council", "opening.issuer")
    need(is_council(body["council"], body["threshold"]), "opening.body")
    seats = [seat["key"] for seat in body["council"]]
    keys = [*seats, body["operator"]["key"], body["log_key"]]
    need(len(set(keys)) == len(keys), "opening.body")
    need(all(ed25519.is_admissible(bytes.fromhex(key)) for key in keys), "opening.body")
    need(is_name(body["operator"]["member"]) and abs(body["utc_offset_min"]) <= 14 * 60, "opening.body")
    need(not out_of_bounds(body["policy"]), "opening.body")
    need(set(entry.keys) <= set(seats) and len(entry.keys) >= body["threshold"], "opening.signatures")


def is_name(member):
    return member != "council" and not member.startswith("kol-")


def is_council(council, threshold):
    """Whether seats, by themselves, can be a council."""
    distinct = all(len({seat[part] for seat in council}) == len(council) for part in ("seat", "member", "key"))
    named = all(is_name(seat["member"]) for seat in council)
    return (
        1 <= len(council) <= MOST_SEATS and distinct and named and 1 <= threshold <= min(len(council), MOST_SIGNATURES)
    )
