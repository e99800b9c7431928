#!/bin/sh
# Copies every case into one archive: backup.sh [--stop UNIT] ARCHIVE.tar.gz
#
# Each object has a database of its own, and a copy of all of them is of one moment only while nobody writes. So nothing
# may run: with --stop the unit is stopped and started again, which takes about as long as the copy; clients that try
# again notice nothing, and alarms ring when it is back. The master key is not in the archive: keep it elsewhere.
set -eu
state=${CASEWORKER_STATE:-/var/lib/caseworker}
unit=
if [ "${1:-}" = --stop ]; then
  unit=${2:?--stop wants the name of a unit}
  shift 2
fi
archive=${1:?usage: backup.sh [--stop UNIT] ARCHIVE.tar.gz}
if [ -e "$archive" ]; then
  echo "backup.sh: $archive is there already" >&2
  exit 73
fi

umask 077
work=$(mktemp -d)
half="$archive.half"
finish() {
  rm -rf "$work" "$half"
  exec 9>&-
  [ -z "$unit" ] || systemctl start "$unit"
}
trap finish EXIT
trap 'exit 130' INT TERM
[ -z "$unit" ] || systemctl stop "$unit"
exec 9>"$state/lock"
if ! flock --nonblock 9; then
  echo "backup.sh: a process works $state; stop it, or name its unit with --stop" >&2
  exit 75
fi
(cd "$state" && find objects -type f -print0 | sort -z | xargs -0 -r sha256sum) >"$work/SHA256SUMS"
tar -czf "$half" -C "$state" objects -C "$work" SHA256SUMS
sync "$half"
mv "$half" "$archive"
echo "backup.sh: $(wc -l <"$work/SHA256SUMS") files in $archive" >&2
