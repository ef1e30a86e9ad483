"""The command line."""

import argparse
import sys

from cryptography.exceptions import InvalidSignature

from .dates import instant
from .findings import Wrong
from .ledger import MOST_TOLD, verify_ledger
from .receipts import verify_receipt


def main(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", nargs="?")
    parser.add_argument("--vkey")
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
