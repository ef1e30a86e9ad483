#!/usr/bin/env bash
# The OpenAPI document: two linters find nothing in it, clients made from it for Python and TypeScript call
# every operation of a running demo, and with `requests` schemathesis looks for answers that it does not promise;
# another SEED makes up others.
# Usage: clients.sh PROGRAM PYTHON WORK [requests [SEED]], where WORK keeps what npm installs
set -euo pipefail
program=$1 python=$2 keep=$3 seed=${5:-1}
here=$(realpath "$(dirname "$0")")
. "$here/shell.sh"
bin=$(dirname "$python")
document=$here/../schemas/openapi.json
mkdir -p "$keep"
keep=$(realpath "$keep")
work=$(mktemp -d)
trap 'stopped || true; rm -rf "$work"' EXIT

packages "$here/clients" "$keep"
# The generators want a newer Node than Debian's; it comes with them.
node() { "$keep/node_modules/.bin/node" "$@"; }

"$bin/openapi-spec-validator" "$document"
node "$keep/node_modules/.bin/redocly" lint "$document" > "$work/linted" 2>&1 || { cat "$work/linted"; exit 1; }
! grep -q 'You have .* warning' "$work/linted" || { cat "$work/linted"; exit 1; }

listening "$work/said" "$program" demo --listen 127.0.0.1:0
"$python" "$here/clients/arguments.py" "$document" "$ledger" > "$work/calls.json"

PATH=$bin:$PATH "$bin/openapi-python-client" generate --path "$document" --meta none \
  --config "$here/clients/python.yml" --output-path "$work/python/tinnhiem_client" > "$work/generated" 2>&1
! grep -q WARNING "$work/generated" || { cat "$work/generated"; exit 1; }
"$python" "$here/clients/call.py" "$work/python" "$work/calls.json" "$ledger"

cp "$here/clients/call.ts" "$work"
node "$keep/node_modules/.bin/openapi-ts" -i "$document" -o "$work/client" > "$work/generated" 2>&1 \
  || { cat "$work/generated"; exit 1; }
ln -s "$keep/node_modules" "$work/node_modules"
echo '{"type": "commonjs"}' > "$work/package.json"
cd "$work"
node node_modules/.bin/tsc --strict --types node --skipLibCheck --target es2022 --lib es2023,dom \
  --module commonjs --moduleResolution node10 --rootDir . --outDir js call.ts
node js/call.js calls.json "$ledger"

# ARGUMENT…: makes up requests by the configuration that lies here.
try() {
  SCHEMATHESIS_HOOKS=$here/clients/hooks.py "$bin/schemathesis" --config-file schemathesis.toml run "$document" \
    --url "$ledger" --phases examples,coverage,fuzzing -n 25 --seed "$seed" --no-color --warnings off "$@" \
    > tried || { cat tried; exit 1; }
  grep ' generated' tried
  tail -n 1 tried
}
if [ "${4:-}" = requests ]; then
  cp "$here/clients/schemathesis.toml" .
  try
  # What names something that is there is right however the rest is made up.
  "$python" "$here/clients/known.py" calls.json >> schemathesis.toml
  try --exclude-checks negative_data_rejection
fi
stopped
