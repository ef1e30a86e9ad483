"""The second implementation writes dossiers and makes their roots anew: a ledger a file of judgements.

Usage: dossiers.py FOLDER-OF-VECTORS FOLDER-OF-HISTORIES, the latter as `cargo test` left it
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
import verify  # noqa: E402


def replay(lines):
    state, seq = verify.State(), 0
    for line in lines:
        one = json.loads(line)
        if one["is"] != "recorded":
            continue
        payload = one["event"].encode()
        kind = verify.PAYLOAD_TYPE
        covered = b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload)) + payload
        event_id, event = verify.blake3(covered).hexdigest(), json.loads(payload)
        state.apply(seq, verify.Entry(verify.instant(one["at"]), b"", one["keys"], payload, event_id, event))
        seq += 1
    return state


def documents(state):
    for name in state.subjects:
        yield verify.canonical(verify.dossier_document(state, name))
    for name, rows in state.parties.items():
        yield verify.canonical(rows | {"party": name})
    for row in state.published:
        yield verify.canonical(verify.policy_document(row))


def check(file, committed):
    state = replay(file.read_text().splitlines())
    roots = verify.state_roots(state)
    assert roots == {name: committed[name] for name in roots}, f"{file}: other roots, {roots}"
    return state


folder, histories = map(pathlib.Path, sys.argv[1:])
vectors = json.loads((folder / "dossier-1.json").read_text())
written = set()
for ledger, committed in vectors["committed"].items():
    written.update(documents(check(folder / "judgements" / ledger, committed)))
for kind in ("dossier", "party", "policy"):
    assert vectors[kind].encode() in written, f"the {kind} is written otherwise"
left = sorted(histories.glob("*.json"))
for committed in left:
    check(committed.with_suffix(".jsonl"), json.loads(committed.read_text()))
counts = (len(vectors["committed"]), len(left))
assert counts[0] > 20 and counts[1] > 40, f"too few ledgers: {counts}"
print(f"the roots of {counts[0]} vectors and {counts[1]} random histories are made anew")
