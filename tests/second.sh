#!/usr/bin/env bash
# The second implementation agrees on the demo at many sizes, on its provable scores, on the vectors of
# dossiers and the random histories that `cargo test` left, and on a file of ratings, and notices damage.
# Usage: second.sh PROGRAM PYTHON RATINGS
set -euo pipefail
program=$1 python=$2 ratings=$3
here=$(realpath "$(dirname "$0")")
verify() { "$python" "$here/../tools/verify.py" "$@"; }
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT

# COMMAND…: starts a server that says where it listens, and waits for that.
start() {
  "$@" > "$work/said" &
  server=$!
  for _ in $(seq 1200); do
    ledger=$(grep -o 'http://[0-9.:]*' "$work/said" | tail -1 || true)
    if [ -n "$ledger" ] && grep -qE 'Try, in another|goes on serving' "$work/said"; then return; fi
    sleep 0.1
  done
  cat "$work/said"
  exit 1
}
stop() {
  kill -INT "$server"
  wait "$server"
  server=
}

start "$program" demo --data "$work/demo" --listen 127.0.0.1:0
# An appeal keeps what was raised since the decision, and a retraction is no tie.
export TINNHIEM_LEDGER=$ledger TINNHIEM_YES=1
keys=$work/demo/keys
council=(--key "$keys/dieu-phoi-1.pem" --key "$keys/dieu-phoi-2.pem" --key "$keys/dieu-phoi-3.pem")
event() { grep -o '^event [0-9a-f]*' | cut -d' ' -f2; }
kol=$("$program" top --json | grep -B3 'Phan Hữu Nghĩa' | grep -o 'kol-[0-9a-z]*' | tail -1)
own=(--issuer o1-minh-bach-so --subject "$kol" --key "$keys/o1-minh-bach-so.pem")
item=$("$program" notify "${own[@]}" --policy 2 --grade I1=1 --grade I2=0 --evidence I2="$0" --grade I3=1 \
  --observed-from "$(date -u -d '40 days ago' +%F)" --observed-until "$(date -u -d '2 days ago' +%F)" \
  --valid-until "$(date -u -d '200 days' +%F)" | event)
"$program" reply --subject "$kol" --notice "$item" --statement 'Sai.' --key "$keys/nghia.pem" > "$work/replied"
item=$("$program" assess "${own[@]}" --notice "$item" | event)
contest=$("$program" contest --subject "$kol" --target "$item" --grounds factual_error --statement 'Sai.' \
  --key "$keys/nghia.pem" | event)
# Both values for the first filing that waits for one, a panel, and what it decides once a member was challenged.
reveal() {
  for who in van-hanh bach-tin; do
    "$program" reveal-draw --issuer "$who" --secret "$keys/$who-draw.pem" --key "$keys/$who.pem" > "$work/revealed"
  done
}
sits() { "$program" draw "$contest" | grep sits | awk '{print $2}'; }
about=(--subject "$kol" --contest "$contest")
decide() {
  "$program" seat "${about[@]}" "${council[@]}" > "$work/seated"
  local panel one two
  panel=$("$program" challenge "${about[@]}" --member "$(sits | sed -n 1p)" --key "$keys/nghia.pem" | event)
  { read -r one; read -r two; } < <(sits)
  "$program" decide "${about[@]}" --reason 'Vì.' --issuer "$one" --panel "$panel" --key "$keys/$one.pem" \
    --key "$keys/$two.pem" "$@" > "$work/decided"
}
"$program" admit-contest "${about[@]}" "${council[@]}" > "$work/admitted"
# One of before the demo's day waits too, and comes first.
reveal
reveal
decide --outcome partial --strike I1
"$program" correct "${own[@]}" --target "$item" --action replace --grade I2=2 --evidence I2="$0" \
  --statement 'Bỏ sót.' > "$work/corrected"
"$program" appeal --subject "$kol" --contest "$contest" --statement 'Xem lại.' --key "$keys/nghia.pem" > "$work/appealed"
reveal
decide --appeal --outcome rejected
endorsed=$("$program" endorse --issuer nhip-so --subject "$kol" --relation none --topic phap-luat --key "$keys/nhip-so.pem" | event)
"$program" correct --issuer nhip-so --subject "$kol" --key "$keys/nhip-so.pem" --target "$endorsed" --action retract \
  --statement 'Nhầm.' > "$work/corrected"
"$python" "$here/calendars.py" "$ledger" "$here/../target/tmp/calendars"
entries=$("$program" log --json --limit 1 2> "$work/none" | grep -o '"size": *[0-9]*' | sed -n 1p | grep -o '[0-9]*')
for size in $(seq 20 9 "$entries") "$entries"; do
  verify "$ledger" --size "$size" > "$work/verified" || { cat "$work/verified"; exit 1; }
done
cat "$work/verified"
vkey=$(grep -o "vkey '[^']*'" "$work/said" | cut -d"'" -f2)
for subject in $("$program" top --json --ledger "$ledger" | grep -o 'kol-[0-9a-z]*' | sort -u); do
  "$program" score "$subject" --receipt "$work/score.json" --ledger "$ledger" > "$work/written"
  verify --receipt "$work/score.json" --vkey "$vkey" > "$work/verified" || { cat "$work/verified"; exit 1; }
  rm "$work/score.json"
done
cat "$work/verified"
stop
"$python" "$here/dossiers.py" "$here/vectors" "$here/../target/tmp/histories"

"$program" export --data "$work/demo" "$work/export"
verify "$work/export" | tee "$work/verified"
grep -q '^not checked: that nothing was kept from this log' "$work/verified"
for file in $(cd "$work/export" && find checkpoint tile -type f); do
  cp "$work/export/$file" "$work/whole"
  "$python" - "$work/export/$file" <<'PYTHON'
import sys
file = open(sys.argv[1], "r+b")
file.seek(10)
byte = file.read(1)
file.seek(10)
file.write(bytes([byte[0] ^ 4]))
PYTHON
  if verify "$work/export" > "$work/verified"; then
    echo "a flipped byte in $file went unseen"
    exit 1
  fi
  if "$program" audit "$work/export" > "$work/verified"; then
    echo "a flipped byte in $file went unseen by audit"
    exit 1
  fi
  cp "$work/whole" "$work/export/$file"
done

# FAULT: what was just done to the attachments is found.
found() {
  if verify "$work/export" > "$work/verified" || ! grep -q "$1" "$work/verified"; then
    echo "$1 went unseen"
    exit 1
  fi
}
kept=$work/export/attachments
first=$(find "$kept" -type f | sort | sed -n 1p)
cp "$first" "$work/whole"
printf x >> "$first"
found attachment.damaged
cp "$work/whole" "$first"
cp "$work/whole" "$kept/$(printf '0%.0s' $(seq 64))"
found attachment.unnamed
rm "$kept/$(printf '0%.0s' $(seq 64))"
verify "$work/export" > "$work/verified"
mv "$kept" "$work/elsewhere"
found attachment.missing

start "$program" ratings "$ratings" --listen 127.0.0.1:0
cat "$work/said"
grep -qx clean "$work/said"
verify "$ledger" | tee "$work/verified"
grep -q '^not checked: ' "$work/verified"
stop
