#!/usr/bin/env bash
# Builds the program and its ledgers (kept in target/ledgers), measures everything, writes RESULTS.md.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --release
program=target/release/tinnhiem
"$program" bench --prepare target/ledgers --ledger 1m,5m,subjects-1m
"$program" bench --data target/ledgers --results benches/RESULTS.md
