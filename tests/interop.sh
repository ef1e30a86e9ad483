#!/usr/bin/env bash
# Events signed by other tools are accepted, and other tools verify what the ledger signs.
# Usage: interop.sh PROGRAM PYTHON (a Python that has securesystemslib and cryptography).
set -euo pipefail
program=$(realpath "$1")
python=$(realpath -s "$2")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
cd "$work"
umask 077
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

# Keys that OpenSSL makes; the ledger is opened with them.
for name in seat operator member press; do
  openssl genpkey -algorithm ed25519 -out "$name.pem"
done
"$program" init --data data --name interop.example --seat van-hoa=seat.pem --operator van-hanh=operator.pem > init.txt
origin=$(head -1 init.txt)
vkey=$(sed -n 2p init.txt)
"$program" serve --data data --listen 127.0.0.1:0 > serve.txt &
server=$!
for _ in $(seq 100); do grep -q ^http serve.txt && break; sleep 0.1; done
ledger=$(grep -o '^http://[^ ]*' serve.txt)

raw_public_key() { openssl pkey -in "$1" -pubout -outform DER | tail -c 32; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
base64_line() { base64 | tr -d '\n'; }
now() { date -u +%FT%T.000Z; }

# An event with nothing but openssl and printf: payload, DSSE pre-authentication encoding, signatures.
type=application/vnd.tinnhiem.event+json
printf '{"ledger":"%s","type":"member.admitted","issuer":"council","issued_at":"%s","body":{"member":"bao-moi","class":"press","group":"bao-moi","name":"Báo Mới","roles":[],"key":"%s"}}' \
  "$origin" "$(now)" "$(raw_public_key member.pem | hex)" > payload
printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < payload)" > pae
cat payload >> pae
signature() {
  openssl pkeyutl -sign -inkey "$1" -rawin -in pae -out sig
  printf '{"keyid":"%s","sig":"%s"}' "$(raw_public_key "$1" | hex)" "$(base64_line < sig)"
}
printf '{"payload":"%s","payloadType":"%s","signatures":[%s,%s]}' \
  "$(base64_line < payload)" "$type" "$(signature seat.pem)" "$(signature member.pem)" > envelope
status=$(curl -s -o answer -w '%{http_code}' --data-binary @envelope "$ledger/v1/events")
[ "$status" = 201 ] || { cat answer; exit 1; }
echo "openssl and printf: accepted as entry $(grep -o '"seq":[0-9]*' answer | cut -d: -f2)"

# An event that securesystemslib signs as a DSSE envelope.
"$python" "$here/interop_dsse.py" "$ledger" "$origin" seat.pem press.pem

# OpenSSL verifies the checkpoint's signature with the key in the vkey.
curl -s "$ledger/checkpoint" > checkpoint
sed '/^$/,$d' checkpoint > text
grep '^—' checkpoint | head -1 | cut -d' ' -f3 | base64 -d | tail -c 64 > sig
{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; printf %s "$vkey" | cut -d+ -f3- | base64 -d | tail -c 32; } > key.der
openssl pkey -pubin -inform DER -in key.der -out key.pem
openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile sig
printf x >> text
if openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile sig; then
  echo 'a changed checkpoint verified' >&2
  exit 1
fi

"$program" audit "$ledger" --vkey "$vkey"
