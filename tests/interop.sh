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
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT

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
grep '^—' checkpoint | sed -n 1p | cut -d' ' -f3 | base64 -d | tail -c 64 > sig
{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; printf %s "$vkey" | cut -d+ -f3- | base64 -d | tail -c 32; } > key.der
openssl pkey -pubin -inform DER -in key.der -out key.pem
openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile sig
printf x >> text
if openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile sig; then
  echo 'a changed checkpoint verified' >&2
  exit 1
fi

"$program" audit "$ledger" --vkey "$vkey"

# Private keys as OpenSSL and editors leave them are read, encrypted ones by their pass phrase.
mkdir keys
public=$("$program" public-key member.pem)
[ "$public" = "$(raw_public_key member.pem | hex)" ]
openssl pkey -in member.pem -pubout > keys/public
openssl req -x509 -new -key member.pem -subj /CN=member -days 2 -out keys/certificate
printf '\xef\xbb\xbf' | cat - member.pem > keys/bom.pem
sed 's/$/\r/' member.pem > keys/crlf.pem
{ cat member.pem; printf '\n\n \n'; } > keys/blank.pem
{ grep -v '^-' member.pem | fold -w 48; } | sed '1i-----BEGIN PRIVATE KEY-----' > keys/columns.pem
printf '\n-----END PRIVATE KEY-----' >> keys/columns.pem
cat keys/public member.pem > keys/after-public.pem
cat member.pem keys/certificate > keys/before-certificate.pem
openssl pkey -in member.pem -text > keys/text.pem
openssl pkey -in member.pem -outform DER > keys/key.der
printf 'abc\n' > abc
for kind in '-v2 aes-256-cbc' '-v2 aes-128-cbc -v2prf hmacWithSHA1' '-v2 des3' '-scrypt'; do
  # shellcheck disable=SC2086
  openssl pkcs8 -topk8 -in member.pem $kind -passout pass:abc -out "keys/${kind// /}.pem"
done
cat keys/*aes-256-cbc.pem keys/public > keys/encrypted-and-public.pem
for key in keys/*.pem keys/key.der; do
  "$program" endorse --issuer bao-moi --subject kol-0123456789abc --relation none --topic my-pham \
    --origin "$origin" --key "$key" --pass-file abc --out signed.json --force > said 2>&1 < /dev/null || { cat said; exit 1; }
  grep -q "\"keyid\": *\"$public\"" signed.json || { echo "$key was read as another key" >&2; exit 1; }
done
for named in keys/public keys/certificate keys/encrypted-and-public.pem member.pem; do
  [ "$("$program" public-key "$named")" = "$public" ]
done
# OpenSSL reads what `keygen --encrypt` writes.
encrypted=$("$program" keygen encrypted.pem --encrypt --pass-file abc)
[ "$(openssl pkey -in encrypted.pem -passin pass:abc -pubout -outform DER | tail -c 32 | hex)" = "$encrypted" ]
# At a terminal the pass phrase is asked for, and not shown.
"$python" "$here/pass_phrase.py" "$program" encrypted.pem abc "$encrypted"
