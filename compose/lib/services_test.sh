#!/usr/bin/env bash
# compose/services in a checkout of its own whose path has a blank, without any server: what env says, what reset deletes, whom
# the lock names. compose/check-scripts runs it.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

fail() {
    printf 'services_test: %s\n' "$1" >&2
    exit 1
}

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
checkout="$folder/a checkout"
mkdir -p "$checkout"
cp -r "$here/.." "$checkout/compose"
services=$checkout/compose/services

# What `up` writes first, without the servers.
in_checkout() { (
    # shellcheck source=common.sh
    source "$checkout/compose/lib/common.sh"
    COMMAND=up
    "$@"
); }
prepare() {
    take_lock
    open_instance
    write_env
}
in_checkout prepare

(
    eval "$("$services" env)"
    [ "$RENKEI_DATA" = "$checkout/.services/work" ] || fail "RENKEI_DATA is $RENKEI_DATA"
    [ "$RENKEI_HTTP_LISTEN" = 127.0.0.1:25608 ] || fail "RENKEI_HTTP_LISTEN is $RENKEI_HTTP_LISTEN"
)

# reset takes renkei's files with the database they speak of.
data=$checkout/.services/work
mkdir -p "$data/outbox"
: >"$data/outbox/file"
"$services" reset >/dev/null
[ ! -e "$data" ] || fail 'reset kept the outbox'
[ ! -e "$checkout/.services/credentials" ] || fail 'reset kept the passwords'

# Who waits is told for whom.
hold() {
    take_lock
    : >"$folder/held"
    sleep 2
}
in_checkout hold &
for _ in {1..100}; do [ ! -e "$folder/held" ] || break; sleep 0.05; done
said=$("$services" down)
wait
[[ $said == *"waiting for process "*": compose/services up"* ]] || fail "the wait says: $said"
echo 'env, reset and lock: as promised'
