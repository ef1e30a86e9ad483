"""Chooses vectors of judgements: as few ledgers as have every pair of type and answer that all have.

Usage: choose.py FROM TO, after TINNHIEM_VECTORS=FROM cargo test --test it
Then once more TINNHIEM_VECTORS=FROM cargo test --test it -- images:: commitments::documents, which write
`image` and FROM/dossier-1.json of what was chosen.
"""

import json
import pathlib
import sys

source, target = map(pathlib.Path, sys.argv[1:])


def pairs(file):
    lines = map(json.loads, file.read_text().strip("\n").split("\n"))
    return {(json.loads(line["event"])["type"], line["is"]) for line in lines}


ledgers = {file: pairs(file) for file in sorted(source.glob("*.jsonl")) if file.name != "openings.jsonl"}
wanted = set().union(*ledgers.values())
for file in target.glob("*.jsonl"):
    file.unlink()
number = 0
while wanted:
    best = max(ledgers, key=lambda file: (len(ledgers[file] & wanted), -file.stat().st_size, file.name))
    wanted -= ledgers[best]
    number += 1
    (target / f"{number:02}.jsonl").write_bytes(best.read_bytes())
(target / "openings.jsonl").write_bytes((source / "openings.jsonl").read_bytes())
print(f"{number} of {len(ledgers)} ledgers, {len(set().union(*ledgers.values()))} pairs of type and answer")
