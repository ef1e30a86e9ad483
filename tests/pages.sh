#!/usr/bin/env bash
# The pages in a browser: walks through them, and what must hold of each: with scripts off, by keyboard alone,
# at every width, in both languages and schemes, below a path, by WCAG 2.2 AA, as HTML.
# Usage: pages.sh PROGRAM WORK, where WORK keeps what npm installs
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
mkdir -p "$2"
keep=$(realpath "$2")
cmp -s "$here/pages/package-lock.json" "$keep/package-lock.json" && [ -d "$keep/node_modules" ] || {
  cp "$here/pages/package.json" "$here/pages/package-lock.json" "$keep"
  (cd "$keep" && npm ci --silent --no-audit --no-fund)
}
cp "$here"/pages/*.mjs "$keep"

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
# The day is fixed, so that every run reads the same pages.
"$program" demo --listen 127.0.0.1:0 --today 2026-11-28 > "$work/said" &
server=$!
for _ in $(seq 1200); do
  ledger=$(grep -om1 'http://[0-9.:]*' "$work/said" || true)
  [ -z "$ledger" ] || break
  sleep 0.1
done
mkdir "$work/saved"
cd "$keep"
node crawl.mjs "$ledger" "$work/saved" "$work/pages.json"
java -Xss4m -jar node_modules/vnu-jar/build/dist/vnu.jar --also-check-svg --no-langdetect --format text "$work/saved"
echo "valid: $(find "$work/saved" -type f | wc -l) documents"
node walks.mjs "$ledger"
node check.mjs "$ledger"
node looks.mjs "$ledger" "$work/pages.json"
