#!/usr/bin/env bash
# The second implementation agrees on the ledgers that `cargo test` left: panels, their ties and seats.
# Usage: agreed.sh PYTHON
set -euo pipefail
python=$1
here=$(realpath "$(dirname "$0")")
shopt -s nullglob
ledgers=("$here"/../target/tmp/agreed/*)
[ ${#ledgers[@]} -ge 12 ] || { echo "only ${#ledgers[@]} ledgers: run cargo test first"; exit 1; }
for ledger in "${ledgers[@]}"; do
  # Their clocks were moved ahead.
  if ! said=$("$python" "$here/../tools/verify.py" "$ledger" --now 2099-01-01T00:00:00.000Z); then echo "$ledger: $said"; exit 1; fi
done
echo "${#ledgers[@]} ledgers are clean"
