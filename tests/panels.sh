#!/usr/bin/env bash
# A contest with a panel and its appeal, by the verbs alone; the second implementation draws the panels again.
# Usage: panels.sh PROGRAM PYTHON
set -euo pipefail
program=$(realpath "$1") python=$(realpath -s "$2")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
cd "$work"

for name in seat operator auditor registrar o1 o2 p1 p2 p3 p4 p5 p6 p7 kol; do "$program" keygen "$name.pem" > said; done
"$python" - "$here/../src/demo/policy-1.json" > policy.json <<'PYTHON'
import json, sys
policy = json.load(open(sys.argv[1]))
policy["windows"] |= {"admit": 14, "decide": 30, "decide_extension": 15, "appeal": 30, "appeal_decide": 60}
print(json.dumps(policy))
PYTHON
"$program" init --data ledger --name panels.example --seat seat=seat.pem --operator operator=operator.pem \
  --policy policy.json > said
"$program" serve --data ledger --listen 127.0.0.1:0 > serving &
server=$!
for _ in $(seq 600); do
  ledger=$(grep -o 'http://[0-9.:]*' serving | tail -1 || true)
  [ -n "$ledger" ] && break
  sleep 0.1
done
export TINNHIEM_LEDGER=$ledger
council=(--key seat.pem)
event() { grep -o '^event [0-9a-f]*' | cut -d' ' -f2; }
sits() { "$program" draw "$contest" --json | "$python" -c 'import json, sys; print(*json.load(sys.stdin)["sit"])'; }

admit() { "$program" admit --member "$1" --class "$2" --name "$1" --member-key "$1.pem" "${council[@]}" "${@:3}" > said; }
admit auditor auditor
admit registrar platform --registrar
for name in p1 p2 p3 p4 p5 p6 p7; do admit "$name" press; done
for name in o1 o2; do
  admit "$name" assessor
  printf '{"assessor":"%s","topics":["am-thuc"],"class":"independent"}' "$name" > accreditation.json
  "$program" publish accreditation.granted --issuer council --body accreditation.json "${council[@]}" > said
done
"$program" commit-draw --issuer operator --secret operator-draw.pem --length 10 --key operator.pem > said
"$program" commit-draw --issuer auditor --secret auditor-draw.pem --length 20 --key auditor.pem > said
echo 012345678901 > identity
"$program" identity-secret identity-secret > said
kol=kol-0123456789abc
"$program" enrol --issuer registrar --subject "$kol" --name 'Trần Thử' --topic am-thuc --identity identity \
  --identity-secret identity-secret --consent identity --subject-key kol.pem --key registrar.pem > said 2> /dev/null
today=$(TZ=UTC-7 date +%F)
assess() {
  "$program" assess --issuer "$1" --subject "$kol" --policy 1 --grade I1=1 --observed-from "$today" \
    --observed-until "$today" --valid-until "$today" --key "$1.pem"
}
assess o2 > said
item=$(assess o1 | event)

contest=$("$program" contest --subject "$kol" --target "$item" --grounds procedure --statement 'Sai.' --key kol.pem | event)
about=(--subject "$kol" --contest "$contest")
"$program" admit-contest "${about[@]}" "${council[@]}" > said
reveal() { for who in operator auditor; do "$program" reveal-draw --issuer $who --secret $who-draw.pem --key $who.pem > said; done; }
reveal
"$program" seat "${about[@]}" "${council[@]}" > said
read -r one two three <<< "$(sits)"
panel=$("$program" challenge "${about[@]}" --member "$one" --key kol.pem | event)
"$program" extend "${about[@]}" --issuer "$two" --key "$two.pem" --key "$three.pem" > said
"$program" decide "${about[@]}" --outcome rejected --reason 'Không đúng.' --issuer "$two" --panel "$panel" \
  --key "$two.pem" --key "$three.pem" > said
"$program" appeal "${about[@]}" --statement 'Chưa xem video.' --key kol.pem > said
reveal
panel=$("$program" seat "${about[@]}" "${council[@]}" | event)
read -r four five six <<< "$(sits)"
if "$program" decide "${about[@]}" --appeal --outcome upheld --reason 'Vội.' --issuer "$four" --panel "$panel" \
  --key "$four.pem" --key "$five.pem" > said 2>&1; then echo "decided before a challenge"; exit 1; fi
grep -q challenge.pending said || { cat said; exit 1; }
panel=$("$program" challenge "${about[@]}" --member "$six" --key kol.pem | event)
read -r four five _ <<< "$(sits)"
for former in "$one" "$two" "$three"; do
  if grep -qw "$former" <<< "$(sits)"; then echo "$former sits again"; exit 1; fi
done
"$program" decide "${about[@]}" --appeal --outcome upheld --reason 'Đúng.' --issuer "$four" --panel "$panel" \
  --key "$four.pem" --key "$five.pem" > said
"$program" draw "$contest"
for size in $(seq 20 "$(curl -s "$ledger/v1/ledger" | grep -o '"size":[0-9]*' | cut -d: -f2)"); do
  "$python" "$here/../tools/verify.py" "$ledger" --size "$size" --as-of "$today" > said || { cat said; exit 1; }
done
"$program" audit "$ledger"
kill -INT "$server"
wait "$server"
server=
"$program" draw "$contest" --data ledger --json > again
[ "$("$python" -c 'import json; print(len(json.load(open("again"))["sit"]))')" = 3 ]
"$program" export --data ledger export > said
"$python" "$here/../tools/verify.py" export
