#!/bin/sh
# Serves the Worker of this folder on workerd. CASEWORKER_STATE is where cases are kept, CASEWORKER_LISTEN where it
# listens. One process works a folder of cases: the lock that a second one and a backup wait for is held by this one.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
state=${CASEWORKER_STATE:-/var/lib/caseworker}
listen=${CASEWORKER_LISTEN:-127.0.0.1:8787}

umask 077
mkdir -p "$state/objects"
state=$(CDPATH='' cd -- "$state" && pwd)
exec 9>"$state/lock"
if ! flock --nonblock 9; then
  echo "serve.sh: another process works $state, or a backup of it is being made" >&2
  exit 75
fi
cd "$here/worker"
exec "$here/bin/workerd" serve --experimental config.capnp \
  --directory-path "state=$state/objects" --socket-addr "http=$listen"
