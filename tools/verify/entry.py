"""An entry of the log: its bytes, its signatures and its event."""

import collections

from blake3 import blake3
from cryptography.exceptions import InvalidSignature

from . import ed25519, payload, shapes
from .findings import Wrong, require

# The last instant of the year 9999.
LAST_MS = 253_402_300_799_999

PAYLOAD_TYPE = b"application/vnd.tinnhiem.event+json"

Entry = collections.namedtuple("Entry", "recorded_at prev keys payload id event")


def pae(raw):
    """What a signature covers (DSSE v1)."""
    return b"DSSEv1 %d %s %d " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(raw)) + raw


def event_id(raw):
    return blake3(pae(raw)).hexdigest()


def parse_entry(raw):
    """An entry whose every signature verifies strictly and whose event is of a known form."""
    # check:entry.header
    require(len(raw) > 42 and raw[0] == 1 and 1 <= raw[41] <= 8, "an entry's header")
    signed, said = raw[42 : 42 + 96 * raw[41]], raw[42 + 96 * raw[41] :]
    covered = pae(said)
    keys = []
    for at in range(0, len(signed), 96):
        key, signature = signed[at : at + 32], signed[at + 32 : at + 96]
        try:
            ed25519.verify(key, signature, covered)
        except (InvalidSignature, ValueError):
            raise Wrong("a signature does not verify strictly (signature.invalid)") from None
        keys.append(key.hex())
    # check:entry.keys
    require(keys == sorted(set(keys)), "its keys are not in order (entry.keys)")
    try:
        event = payload.parse(said)
        shapes.check(event)
    except (Wrong, ValueError, RecursionError) as error:
        raise Wrong(f"{error} (payload.malformed)") from None
    recorded_at = int.from_bytes(raw[1:9], "big")
    # check:entry.recorded_at
    require(recorded_at <= LAST_MS, "its time is after the year 9999 (entry.recorded_at)")
    return Entry(recorded_at, raw[9:41], keys, said, blake3(covered).hexdigest(), event)
