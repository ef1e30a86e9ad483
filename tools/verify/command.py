"""The command line."""

import argparse
import sys

from cryptography.exceptions import InvalidSignature

from .dates import instant
from .findings import Wrong
from .ledger import MOST_TOLD, verify_ledger
from .note import parse_vkey
from .receipts import verify_receipt

VKEY_FILE_BYTES = 4096


def log_key(named):
    """The key that a log's checkpoints are verified with: itself, however it was broken into lines, or its file."""
    bare = "".join(named.split())
    try:
        parse_vkey(bare)
        return bare
    except (Wrong, ValueError):
        pass
    try:
        with open(named, "rb") as file:
            bare = "".join(file.read(VKEY_FILE_BYTES).decode().split())
    except (OSError, ValueError):
        said = "expected the log's key, NAME+HASH+KEY as `tinnhiem ledger --vkey` prints it, or a file that holds it"
        raise argparse.ArgumentTypeError(said) from None
    try:
        parse_vkey(bare)
        return bare
    except (Wrong, ValueError) as wrong:
        raise argparse.ArgumentTypeError(f"{named} holds no key of a log: {wrong}") from None


def main(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", nargs="?")
    vkey_of = "the log's key, or its file, from somewhere that the operator cannot change"
    parser.add_argument("--vkey", metavar="FILE|TEXT", help=vkey_of, type=log_key)
    parser.add_argument("--receipt")
    parser.add_argument("--size", type=int)
    parser.add_argument("--as-of")
    parser.add_argument("--now", type=instant, metavar="INSTANT")
    asked = parser.parse_args()
    if (asked.ledger is None) == (asked.receipt is None) or (asked.receipt and not asked.vkey):
        parser.error("give a ledger, or --receipt FILE and --vkey")
    try:
        if asked.receipt:
            verify_receipt(asked.receipt, asked.vkey, asked.as_of)
            return 0
        findings = verify_ledger(asked.ledger, asked.vkey, asked.size, asked.as_of, asked.now)
    except (Wrong, InvalidSignature, ValueError, LookupError, TypeError, AttributeError, RecursionError) as wrong:
        print(f"FOUND {type(wrong).__name__}: {wrong}")
        return 1
    except OSError as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    for finding in findings[:MOST_TOLD]:
        print(f"FOUND {finding}")
    if len(findings) > MOST_TOLD:
        print(f"FOUND {len(findings) - MOST_TOLD} more")
    if not findings:
        print("clean")
    return 1 if findings else 0
