#!/usr/bin/env bash
# A certificate of the demo as a Verifiable Credential, verified by who has never heard of it; its evidence, the
# receipt of the score, by the program.
# Usage: credential.sh PROGRAM WORK, where WORK keeps what npm installs
set -euo pipefail
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
. "$here/shell.sh"
mkdir -p "$2"
keep=$(realpath "$2")
packages "$here/credential" "$keep"
cp "$here/credential/verify.mjs" "$keep"

work=$(mktemp -d)
trap 'stopped || true; rm -rf "$work"' EXIT
cd "$work"
listening said "$program" demo --listen 127.0.0.1:0 --data demo
export TINNHIEM_LEDGER=$ledger

# Whose certificate is suspended has none to show elsewhere, and no other key signs one.
refused() {
  "$program" certificate "$1" --out refused.json --key "$2" > refusal 2>&1 && { cat refusal; exit 1; }
  grep -q "$3" refusal && [ ! -e refused.json ]
}
refused 'Đặng Hoài Phương' demo/keys/van-hanh.pem suspended
refused 'Trần Bảo Ngân' demo/keys/dieu-phoi-1.pem "operator's"

"$program" certificate 'Trần Bảo Ngân' --out credential.json --key demo/keys/van-hanh.pem
(cd "$keep" && "$keep/node_modules/.bin/node" verify.mjs "$work/credential.json")
python3 - << 'END'
import base64, json
evidence = json.load(open("credential.json"))["evidence"][0]["id"]
open("receipt.json", "wb").write(base64.b64decode(evidence.split(",", 1)[1]))
END
vkey=$(curl -fsS "$ledger/v1/ledger" | python3 -c 'import json, sys; print(json.load(sys.stdin)["log_vkey"])')
"$program" verify receipt.json --vkey "$vkey" > verified
grep -q 'certificate: ' verified || { cat verified; exit 1; }
