# Shared by compose/services: words, the identity of this checkout's services, ports, the lock, processes.
# Sourced, never run. Variables in capitals are set here and read everywhere.

# shellcheck shell=bash
ROOT=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
STATE=$ROOT/.services
# What renkei itself writes (inbox, outbox, archive) belongs to these servers' data: one is worth nothing without the other.
WORK=$STATE/work
WAIT_S=${RENKEI_SERVICES_WAIT_S:-120}
PORT_BASE_DEFAULT=25600

say() { printf '%s\n' "$*"; }

# die WHAT [WHAT TO DO…]: one sentence about what is wrong, then what to do, one line each.
die() {
    printf 'compose/services: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '  → %s\n' "$@" >&2
    exit 1
}

usage_error() {
    printf 'compose/services: %s\n' "$1" >&2
    printf '  → compose/services help\n' >&2
    exit 2
}

now_ms() { date +%s%3N; }
seconds_since() {
    local ms=$(($(now_ms) - $1))
    printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

is_root() { [ "$(id -u)" -eq 0 ]; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# ── identity ────────────────────────────────────────────────────────────────────────────────────────────────────────────

# The services of a checkout have passwords and an instance id, made once. The data folder carries the same id, so that data
# left by an earlier checkout at the same path is recognised and never mistaken for ours.
open_instance() {
    if [ ! -s "$STATE/credentials" ]; then
        rm -f -- "$STATE/env"
        (
            umask 077
            {
                printf 'INSTANCE=%s\n' "$(random_hex 6)"
                printf 'AMQP_PASSWORD=%s\n' "$(random_hex 16)"
                printf 'DATABASE_PASSWORD=%s\n' "$(random_hex 16)"
                printf 'ERLANG_COOKIE=%s\n' "$(random_hex 20)"
                printf 'CHECKOUT=%q\n' "$ROOT"
            } >"$STATE/credentials.new"
        )
        mv -- "$STATE/credentials.new" "$STATE/credentials"
    fi
    load_instance
}

load_instance() {
    [ -e "$STATE/credentials" ] || return 1
    [ -r "$STATE/credentials" ] || die "$STATE/credentials belongs to $(stat -c %U "$STATE/credentials")" \
        'run this as that user, or as that user: compose/services reset'
    # shellcheck disable=SC1091
    source "$STATE/credentials"
    # A copied folder would steer the servers of the original.
    [ "$CHECKOUT" = "$ROOT" ] || die "the services in $STATE were made for $CHECKOUT" \
        "if that checkout was copied or moved: rm -rf '$STATE', then compose/services up"
    NODE=renkei_$(path_hash)@localhost
    DATA=$(readlink -f -- "$STATE/data" || echo "$STATE/data")
    read_ports
}

need_instance() { load_instance || die 'the services have not been started yet' 'compose/services up'; }

path_hash() { printf '%s' "$ROOT" | sha256sum | cut -c1-10; }

# ── ports ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

set_ports() {
    PORT_BASE=$1
    PORT_AMQP=$((PORT_BASE + 1)) PORT_MANAGEMENT=$((PORT_BASE + 2)) PORT_PROMETHEUS=$((PORT_BASE + 3))
    PORT_DIST=$((PORT_BASE + 4)) PORT_EPMD=$((PORT_BASE + 5)) PORT_POSTGRES=$((PORT_BASE + 6))
    PORT_CONSOLE=$((PORT_BASE + 7)) PORT_HTTP=$((PORT_BASE + 8)) PORT_METRICS=$((PORT_BASE + 9))
}

read_ports() {
    local base=$PORT_BASE_DEFAULT
    if [ -s "$STATE/ports" ]; then base=$(<"$STATE/ports"); fi
    set_ports "$base"
}

# The base asked for, else the one used last, else the default. It cannot change under running servers.
choose_ports() {
    local asked=${RENKEI_PORT_BASE:-$PORT_BASE}
    [[ $asked =~ ^[1-9][0-9]{3,4}$ ]] && [ "$asked" -ge 1024 ] && [ "$asked" -le 65500 ] ||
        die "RENKEI_PORT_BASE is not a port number between 1024 and 65500: $asked"
    if [ "$asked" != "$PORT_BASE" ] && [ -n "$(rabbitmq_pid)$(postgres_pid)" ]; then
        die "the services run on port base $PORT_BASE; $asked was asked for" \
            'keep it: unset RENKEI_PORT_BASE' 'change it: compose/services down, then up again'
    fi
    set_ports "$asked"
    printf '%s\n' "$asked" >"$STATE/ports"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# check_port PORT PURPOSE: stops with words if somebody listens there.
check_port() {
    port_open "$1" || return 0
    local owner='' base
    if command -v ss >/dev/null; then
        owner=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (process \2)/p' | head -n1)
    fi
    for ((base = PORT_BASE + 100; base < PORT_BASE + 5000; base += 100)); do
        local port free=yes
        for port in 1 2 3 4 5 6 8 9; do port_open $((base + port)) && free='' && break; done
        [ -z "$free" ] || break
    done
    die "port $1 ($2) is taken$owner" \
        "stop that process (another checkout's services: compose/services down there)" \
        "or choose other ports: RENKEI_PORT_BASE=$base compose/services up"
}

# ── where the data lies ─────────────────────────────────────────────────────────────────────────────────────────────────

# The servers run as users of their own when root starts them, and neither RabbitMQ's nor Postgres's settings bear every path.
# So data/ lies in .services/ only if both users can walk there and the path is plain; else it is a link to a folder outside,
# named by the checkout's path.
place_data() {
    local inside=$STATE/data outside target
    outside=$(outside_folder)
    target=$inside
    if ! path_is_plain "$inside" || ! users_reach "$STATE"; then target=$outside; fi
    if [ "$(cat -- "$inside/instance" 2>/dev/null)" != "$INSTANCE" ]; then
        # Nothing of ours there: new, or left by an earlier checkout at this path.
        DATA=$target
        rabbitmq_kill
        postgres_kill
        remove_data
        [ "$target" = "$inside" ] || mkdir -p -- "$(dirname -- "$target")" 2>/dev/null ||
            die "cannot make $(dirname -- "$target")" 'move the checkout to a folder whose path has letters, digits, - and _ only'
        mkdir -- "$target"
        chmod 755 -- "$target"
        printf '%s\n' "$ROOT" >"$target/checkout"
        printf '%s\n' "$INSTANCE" >"$target/instance"
        [ "$target" = "$inside" ] || ln -s -- "$target" "$inside"
    fi
    DATA=$(readlink -f -- "$inside")
}

outside_folder() {
    local folder
    if is_root; then
        echo "/var/lib/renkei-services/$(path_hash)"
        return
    fi
    for folder in "${XDG_STATE_HOME:-$HOME/.local/state}" "${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"; do
        if path_is_plain "$folder"; then break; fi
    done
    echo "$folder/renkei-services/$(path_hash)"
}

path_is_plain() { [[ $1 =~ ^[A-Za-z0-9._/+-]+$ ]]; }

users_reach() {
    is_root || return 0
    local user
    for user in rabbitmq postgres; do
        as_user "$user" test -x "$1" || return 1
    done
}

# Deletes data/ and the folder it may link to; only folders that this script made, which carry an `instance` file.
remove_data() {
    local folder
    for folder in "$STATE/data" "$(outside_folder)"; do
        if [ -L "$folder" ]; then
            rm -f -- "$folder"
        elif [ -d "$folder" ]; then
            [ -e "$folder/checkout" ] || [ -z "$(ls -A -- "$folder")" ] ||
                die "$folder is not a folder of compose/services" 'look into it and move it away'
            # The mark goes last, so that a deletion cut short can be taken up again.
            find "$folder" -mindepth 1 -maxdepth 1 ! -name checkout -exec rm -rf -- {} +
            rm -rf -- "$folder"
        fi
    done
}

# ── users, lock, processes ──────────────────────────────────────────────────────────────────────────────────────────────

# as_user USER COMMAND…: root steps down to USER; anybody else stays who they are. setpriv, because it leaves no process between.
as_user() {
    local user=$1
    shift
    if is_root; then
        setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"
    else
        "$@"
    fi
}

# as_user for a server: in a session of its own, without our lock, files and terminal.
spawn() {
    local user=$1 output=$2
    shift 2
    local step_down=()
    if is_root; then step_down=(setpriv --reuid="$user" --regid="$user" --init-groups --); fi
    (
        # Enough files for thousands of connections; without a limit Erlang would make tables for a thousand million.
        ulimit -Sn "$(file_limit)"
        cd "$DATA/$user_folder"
        exec 9>&-
        exec setsid "${step_down[@]}" "$@" </dev/null >>"$output" 2>&1
    ) &
}

file_limit() {
    local hard
    hard=$(ulimit -Hn)
    if [ "$hard" = unlimited ] || [ "$hard" -gt 65536 ]; then hard=65536; fi
    echo "$hard"
}

# own_folder USER PATH…: folders that only this server's user can read.
own_folder() {
    local user=$1
    shift
    mkdir -p -- "$@" && { ! is_root || chown "$user:" -- "$@"; } && chmod 700 -- "$@"
}

# own_file USER PATH: writes standard input there at once, readable by this server's user alone.
own_file() {
    (umask 077 && cat >"$2.new") && { ! is_root || chown "$1:" -- "$2.new"; } && mv -f -- "$2.new" "$2"
}

take_lock() {
    [ "$(uname -s)" = Linux ] || die 'this works on Linux only' 'elsewhere use a Linux container or virtual machine'
    mkdir -p -- "$STATE" 2>/dev/null && [ -w "$STATE" ] ||
        die "cannot write to $STATE, which belongs to $(stat -c %U "$STATE" 2>/dev/null || echo nobody)" 'run this as that user'
    # Not emptied by opening: who has the lock has written into it who he is.
    exec 9<>"$STATE/lock"
    if ! flock -n 9; then
        say "waiting for $(lock_holder), at most $((WAIT_S * 2)) s"
        flock -w $((WAIT_S * 2)) 9 || die "$(lock_holder) has worked in $STATE for $((WAIT_S * 2)) s" \
            'wait for it, or end that process'
    fi
    printf 'process %s: compose/services %s\n' "$$" "$COMMAND" >"$STATE/lock"
}

lock_holder() {
    local holder
    holder=$(head -n1 -- "$STATE/lock" 2>/dev/null || true)
    echo "${holder:-another compose/services}"
}

# pid_with_argument PROGRAM ARGUMENT: the process whose program has this name and one of whose arguments is exactly this one.
# The arguments asked for hold this checkout's path or its hash, so the answer is never a server of somebody else; unlike a
# pid file it cannot be stale, and it finds a server whose starter was killed.
pid_with_argument() {
    local file program
    for file in $(grep -lsxzF -e "$2" /proc/[0-9]*/cmdline 2>/dev/null); do
        program=$(tr '\0' '\n' 2>/dev/null <"$file" | head -n1)
        if [ "${program##*/}" = "$1" ]; then
            file=${file#/proc/}
            echo "${file%/cmdline}"
            return
        fi
    done
}

# end_process PID SIGNAL SECONDS: asks, waits, then insists.
end_process() {
    local deadline=$((SECONDS + $3))
    kill "-$2" "$1" 2>/dev/null || return 0
    while [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline")" ]; do
        if [ $SECONDS -ge $deadline ]; then kill -KILL "$1" 2>/dev/null; fi
        sleep 0.1
    done
}

# ── what the product is told ────────────────────────────────────────────────────────────────────────────────────────────

write_env() {
    (
        umask 077
        cat >"$STATE/env.new" <<END
export RENKEI_AMQP_URI='amqp://renkei:$AMQP_PASSWORD@127.0.0.1:$PORT_AMQP/renkei'
export RENKEI_AMQP_MANAGEMENT='http://renkei:$AMQP_PASSWORD@127.0.0.1:$PORT_MANAGEMENT'
export RENKEI_AMQP_PROMETHEUS='http://127.0.0.1:$PORT_PROMETHEUS/metrics'
export RENKEI_DATABASE_URL='postgres://renkei:$DATABASE_PASSWORD@127.0.0.1:$PORT_POSTGRES/renkei'
export RENKEI_CONSOLE_LISTEN='127.0.0.1:$PORT_CONSOLE'
export RENKEI_HTTP_LISTEN='127.0.0.1:$PORT_HTTP'
export RENKEI_METRICS_LISTEN='127.0.0.1:$PORT_METRICS'
export RENKEI_DATA=$(printf '%q' "$WORK")
END
    )
    mv -f -- "$STATE/env.new" "$STATE/env"
}
