#!/usr/bin/env bash
# A data directory on a read-only mount is checked, audited and exported, and stays as it is.
# Usage: read_only.sh PROGRAM
set -euo pipefail
export program=$1
work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
"$program" demo --data "$work/data" --seed-only
sums() { (cd "$work/data" && find . -type f -exec sha256sum {} + | sort); }
before=$(sums)
flags=(--mount)
[ "$(id -u)" = 0 ] || flags+=(--map-root-user)
unshare "${flags[@]}" bash -euo pipefail -c '
  mkdir "$work/mounted"
  mount --bind "$work/data" "$work/mounted"
  mount -o remount,bind,ro "$work/mounted"
  ! touch "$work/mounted/x" 2> /dev/null
  "$program" fsck "$work/mounted" | grep -x clean > /dev/null
  "$program" audit "$work/mounted" | grep -x clean > /dev/null
  "$program" export --data "$work/mounted" "$work/export"
'
"$program" audit "$work/export" | grep -x clean > /dev/null
[ "$(sums)" = "$before" ] || { echo "the directory was changed" >&2; exit 1; }
echo "a read-only mount is read"
