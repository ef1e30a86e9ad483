#!/usr/bin/env python3
"""Judges a Tinnhiem ledger from its published files: a second implementation of log, rules and scores.

    verify.py LEDGER [--vkey FILE|TEXT] [--size N] [--as-of DATE] [--now INSTANT]
    verify.py --receipt FILE --vkey FILE|TEXT [--as-of DATE]

LEDGER is an address or the folder of an export. It verifies the checkpoint's signature, the hash
chain, the Merkle root and every tile, every event's id, form and signatures, judges every entry by
the rules as they stood before it, checks times and attachments, makes the states anew that the operator
committed to, and recomputes every score from the events alone; those of a running ledger are compared
with what it serves. `--size` asks for the scores at that size; no entry may lie ahead of this
machine's clock, or of INSTANT, such as 2026-11-20T03:04:05.678Z. FILE is the receipt of an entry, or of a
score. What is not checked is said. It shares no code with the program, and needs the packages `blake3`
and `cryptography` from PyPI.
Exit code 0: clean, 1: found something wrong, 2: could not run.
"""

import sys

from verify.command import main

if __name__ == "__main__":
    sys.exit(main(__doc__))
