"""The second implementation writes dossiers and makes their roots anew: a ledger a file of judgements.

Usage: dossiers.py FOLDER-OF-VECTORS FOLDER-OF-HISTORIES, the latter as `cargo test` left it
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from verify import documents as written_as  # noqa: E402
from verify.entry import Entry, event_id  # noqa: E402
from verify.dates import instant  # noqa: E402
from verify.state import State  # noqa: E402


def replay(lines):
    state = State()
    for line in lines:
        one = json.loads(line)
        if one["is"] != "recorded":
            continue
        payload = one["event"].encode()
        entry = Entry(instant(one["at"]), b"", one["keys"], payload, event_id(payload), json.loads(payload))
        state.apply(state.size, entry)
    return state


def documents(state):
    for name in state.subjects:
        yield written_as.canonical(written_as.dossier_document(state, name))
    for name, rows in state.parties.items():
        yield written_as.canonical(rows | {"party": name})
    for row in state.published:
        yield written_as.canonical(written_as.policy_document(row))


def check(file, committed):
    state = replay(file.read_text().strip("\n").split("\n"))
    roots = written_as.state_roots(state)
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
