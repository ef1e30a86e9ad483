"""The second implementation writes dossiers and makes their roots and scores anew: a ledger a file of judgements.

Usage: dossiers.py FOLDER-OF-VECTORS FOLDER-OF-HISTORIES, the latter as `cargo test` left it
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from verify import documents as written_as  # noqa: E402
from verify.entry import Entry, event_id  # noqa: E402
from verify.dates import days, instant  # noqa: E402
from verify.scores import compare, score  # noqa: E402
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
engines = {"score/1": 0, "score/2": 0}
for one in left:
    made = json.loads(one.read_text())
    state = check(one.with_suffix(".jsonl"), made["committed"])
    for served in made["scores"]:
        as_of = days(served["as_of"])
        assert compare(served, score(state, served["subject"], as_of)), f"{one}: another score of {served['subject']}"
        engines[state.policy_on(as_of).document["score"]] += 1
counts = (len(vectors["committed"]), len(left))
assert counts[0] > 20 and counts[1] > 40, f"too few ledgers: {counts}"
assert all(engines.values()), f"no scores by one of them: {engines}"
print(f"the roots of {counts[0]} vectors and {counts[1]} random histories are made anew")
print(f"scores made anew: {engines}")
