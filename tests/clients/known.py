"""The parameters that name what a ledger has, as lines of a schemathesis configuration.

Usage: known.py CALLS.JSON
"""
import json
import sys

known = {}
for call in json.load(open(sys.argv[1], encoding="utf-8")):
    for name, (_, value) in call["parameters"].items():
        if name in ("subject", "member", "contest", "commitment", "event", "key", "version", "tile"):
            known[name] = value
print("[parameters]")
for name, value in sorted(known.items()):
    print(f"{name} = {json.dumps(value)}")
