# What tests in the shell share: a server that is started and ended, and packages of npm. Sourced, with `set -e`.
server= ledger=

# SAID COMMAND…: starts a server, whose output goes into the file SAID, and waits until it says where it listens.
# Its process is then `server`, its address `ledger`.
listening() {
  local said=$1
  shift
  ledger=
  "$@" > "$said" &
  server=$!
  for _ in $(seq 1200); do
    # One that has ended listens nowhere, whatever it said.
    kill -0 "$server" 2> /dev/null || break
    ledger=$(grep -som1 '^http://[0-9.:]*' "$said" || true)
    [ -z "$ledger" ] || return 0
    sleep 0.1
  done
  cat "$said" >&2
  echo "it does not say where it listens: $*" >&2
  stopped || true
  return 1
}

# Ends the server, where one runs; fails where that did not end in order.
stopped() {
  [ -n "$server" ] || return 0
  local ended=$server
  server=
  kill "$ended" 2> /dev/null || echo 'the server had ended before' >&2
  wait "$ended"
}

# FROM KEEP: has in KEEP the packages that FROM names, installed once.
packages() {
  # Without a lock, the versions are those of package.json.
  local named=package-lock.json how=ci
  [ -e "$1/$named" ] || { named=package.json how=install; }
  # The mark goes with the packages, and comes after them: what was broken off is begun anew.
  cmp -s "$1/$named" "$2/node_modules/.installed" && return
  cp "$1"/package*.json "$2"
  (cd "$2" && npm "$how" --silent --no-audit --no-fund)
  cp "$1/$named" "$2/node_modules/.installed"
}
