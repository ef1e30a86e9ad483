#!/usr/bin/env bash
# The pages in a browser: walks through them, and what must hold of each: with scripts off, by keyboard alone,
# at every width, in both languages and schemes, below a path, by WCAG 2.2 AA, as HTML.
# Usage: pages.sh PROGRAM WORK, where WORK keeps what npm installs
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
. "$here/shell.sh"
mkdir -p "$2"
keep=$(realpath "$2")
packages "$here/pages" "$keep"
cp "$here"/pages/*.mjs "$keep"

work=$(mktemp -d)
trap 'stopped || true; rm -rf "$work"' EXIT
# The day is fixed, so that every run reads the same pages.
listening "$work/said" "$program" demo --listen 127.0.0.1:0 --today 2026-11-28
mkdir "$work/saved"
cd "$keep"
node crawl.mjs "$ledger" "$work/saved" "$work/pages.json"
java -Xss4m -jar node_modules/vnu-jar/build/dist/vnu.jar --also-check-svg --no-langdetect --format text "$work/saved"
echo "valid: $(find "$work/saved" -type f | wc -l) documents"
node walks.mjs "$ledger"
node check.mjs "$ledger"
node looks.mjs "$ledger" "$work/pages.json"

# What is signed is signed today, with the keys of a demo that this writes.
stopped
listening "$work/said" "$program" demo --listen 127.0.0.1:0 --data "$work/signing"
mkdir "$work/devices"
node signing.mjs "$ledger" "$program" "$work/signing/keys" "$work/devices"
