#!/bin/sh
# Puts the cases of an archive where none are: restore.sh ARCHIVE.tar.gz
#
# It checks every file against the sum that was taken when the archive was made, and touches nothing before that. A
# folder that holds cases is refused: move it away first.
set -eu
state=${CASEWORKER_STATE:-/var/lib/caseworker}
archive=${1:?usage: restore.sh ARCHIVE.tar.gz}

umask 077
mkdir -p "$state"
exec 9>"$state/lock"
if ! flock --nonblock 9; then
  echo "restore.sh: a process works $state; stop it first" >&2
  exit 75
fi
if [ -e "$state/objects" ] && [ -n "$(find "$state/objects" -type f -print -quit)" ]; then
  echo "restore.sh: $state/objects holds cases; move it away first" >&2
  exit 73
fi
new=$(mktemp -d "$state/restore.XXXXXX")
trap 'rm -rf "$new"' EXIT
tar -xzf "$archive" -C "$new" --no-same-owner
(cd "$new" && sha256sum --check --quiet --strict SHA256SUMS)
if [ "$(find "$new/objects" -type f | wc -l)" -ne "$(wc -l <"$new/SHA256SUMS")" ]; then
  echo "restore.sh: the archive holds other files than it says" >&2
  exit 65
fi
rm -rf "$state/objects"
mv "$new/objects" "$state/objects"
echo "restore.sh: $(wc -l <"$new/SHA256SUMS") files are back in $state" >&2
