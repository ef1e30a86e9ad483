#!/usr/bin/env bash
# The browser's modules: their types, the vectors that all implementations share, and the receipts and scores of a demo.
# Usage: browser.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/browser"
. ../shell.sh
npm ci --silent --no-audit --no-fund
npx tsc -p .
work=$(mktemp -d)
trap 'stopped || true; rm -rf "$work"' EXIT
listening "$work/said" "$program" demo --data "$work/data" --listen 127.0.0.1:0
PROGRAM_LEDGER="$ledger" node --test --test-reporter=spec ./*.test.js
