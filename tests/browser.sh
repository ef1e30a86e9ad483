#!/usr/bin/env bash
# The browser's modules: their types, the vectors that all implementations share, and the receipts and scores of a demo.
# Usage: browser.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/browser"
npm ci --silent --no-audit --no-fund
npx tsc -p .
work=$(mktemp -d)
trap 'kill "$demo" 2>/dev/null; wait "$demo" 2>/dev/null; rm -rf "$work"' EXIT
"$program" demo --data "$work/data" --listen 127.0.0.1:0 > "$work/said" 2>&1 & demo=$!
for _ in $(seq 600); do
  ledger=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' "$work/said" || true)
  [ -n "$ledger" ] && break
  kill -0 "$demo" 2>/dev/null || { cat "$work/said"; exit 1; }
  sleep 0.2
done
[ -n "$ledger" ] || { cat "$work/said"; echo "the demo does not say where it listens"; exit 1; }
PROGRAM_LEDGER="$ledger" node --test --test-reporter=spec ./*.test.js
