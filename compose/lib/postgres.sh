# Shared by compose/services: the private Postgres cluster. Sourced, never run.
# shellcheck shell=bash

postgres_cluster() { echo "$DATA/postgres/cluster"; }
postgres_pid() { pid_with_argument postgres "$(postgres_cluster)"; }

# Programs of the version that made the cluster; a newer one cannot read it.
postgres_folder() {
    local version=''
    if [ -e "$(postgres_cluster)/PG_VERSION" ]; then version=$(<"$(postgres_cluster)/PG_VERSION"); fi
    postgres_programs "$version" ||
        die "the private cluster was made by Postgres $version, which is no longer installed" \
            "apt-get install postgresql-$version" 'or begin anew (deletes the data): compose/services reset, then up'
}

# Made under another name and renamed when whole, with the database in it: a cluster is there or it is not. Called in a
# condition, where `set -e` is off: each step that fails says so itself.
postgres_create() {
    local cluster new programs
    cluster=$(postgres_cluster)
    new=$cluster.new
    programs=$1
    # A folder without PG_VERSION is what a killed or failed run left.
    [ ! -e "$cluster/PG_VERSION" ] || return 1
    rm -rf -- "$new" "$cluster" || return 1
    own_folder postgres "$new" || return 1
    printf '%s\n' "$DATABASE_PASSWORD" | own_file postgres "$DATA/postgres/password" || return 1
    # Collation by code point: the same order on every machine, and fast. Classes of characters still know Japanese.
    as_user postgres "$programs/initdb" --pgdata="$new" --username=renkei --pwfile="$DATA/postgres/password" \
        --auth=scram-sha-256 --encoding=UTF8 --lc-collate=C --lc-ctype=C.UTF-8 --lc-messages=C \
        --lc-monetary=C --lc-numeric=C --lc-time=C --no-instructions || return 1
    rm -f -- "$DATA/postgres/password" || return 1
    echo 'create database renkei;' | as_user postgres "$programs/postgres" --single -D "$new" postgres || return 1
    # In this mode a statement that fails does not make the program fail.
    echo "select 'made: ' || datname from pg_database where datname = 'renkei';" |
        as_user postgres "$programs/postgres" --single -D "$new" postgres | grep -F 'made: renkei' || return 1
    echo "include = 'renkei.conf'" >>"$new/postgresql.conf" || return 1
    mv -T -- "$new" "$cluster"
}

# An eighth of the machine's memory, in MB, within bounds: the broker and renkei live on the same machine.
postgres_buffers_mb() {
    awk '/^MemTotal:/ { mb = int($2 / 8192); print (mb < 128 ? 128 : (mb > 2048 ? 2048 : mb)) }' /proc/meminfo
}

postgres_configure() {
    own_file postgres "$(postgres_cluster)/renkei.conf" <<END
# Written by compose/services at every start; changes are lost.
listen_addresses = '127.0.0.1'
port = $PORT_POSTGRES
# No socket: the one door is loopback with a password, and a long path to the checkout can do no harm.
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
cluster_name = 'renkei_$INSTANCE'
max_connections = 200

# What is committed survives a crash, as in production; nothing is replicated from here.
fsync = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
max_wal_size = 8GB
min_wal_size = 2GB
checkpoint_timeout = 15min
# A posting writes its log faster than the default buffers take it: then it waits for the disk in the middle of a transaction. With room
# for more, the log writer does that on the other core.
wal_buffers = 128MB
wal_writer_delay = 20ms
wal_init_zero = off

shared_buffers = $(postgres_buffers_mb)MB
effective_cache_size = $((2 * $(postgres_buffers_mb)))MB
work_mem = 32MB
maintenance_work_mem = 256MB
jit = off
# Two cores shared with the broker; and a container's small /dev/shm must not matter.
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0

timezone = 'Asia/Tokyo'
log_timezone = 'Asia/Tokyo'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
END
}

postgres_check_ports() { check_port "$PORT_POSTGRES" Postgres; }

postgres_start() {
    local home=$DATA/postgres user_folder=postgres programs
    programs=$(postgres_folder)
    own_folder postgres "$home" "$home/log"
    if [ -s "$home/log/postgres.log" ] && [ "$(stat -c %s "$home/log/postgres.log")" -gt 20000000 ]; then
        mv -f -- "$home/log/postgres.log" "$home/log/postgres.log.1"
    fi
    if [ ! -e "$(postgres_cluster)/PG_VERSION" ]; then
        (cd "$home" && postgres_create "$programs") >"$home/log/create.log" 2>&1 </dev/null ||
            { cat -- "$home/log/create.log" >&2; die 'Postgres could not make a cluster' 'see the lines above'; }
    fi
    postgres_configure
    spawn postgres "$home/log/postgres.log" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 \
        "$programs/postgres" -D "$(postgres_cluster)"
    POSTGRES_STARTER=$!
}

postgres_client() {
    PGPASSWORD=$DATABASE_PASSWORD PGCONNECT_TIMEOUT=5 "$(postgres_folder)/psql" -X \
        -h 127.0.0.1 -p "$PORT_POSTGRES" -U renkei -d renkei "$@"
}

postgres_answers() {
    [ -n "$(postgres_pid)" ] && [ "$(postgres_client -Atqc 'select 1' 2>/dev/null </dev/null)" = 1 ]
}

postgres_wait() {
    local deadline=$((SECONDS + WAIT_S))
    until postgres_answers; do
        if ! kill -0 "$POSTGRES_STARTER" 2>/dev/null; then postgres_failed 'Postgres ended while starting'; fi
        if [ $SECONDS -ge $deadline ]; then postgres_failed "Postgres does not answer after $WAIT_S s"; fi
        sleep 0.1
    done
}

postgres_failed() {
    tail -n 25 -- "$DATA/postgres/log/postgres.log" >&2 2>/dev/null || true
    postgres_kill
    die "$1" "the log: $DATA/postgres/log/postgres.log" 'begin anew (deletes the data): compose/services reset, then up'
}

# Processes of the cluster, which bear its name, that outlive a killed postmaster for a moment.
postgres_orphans() {
    grep -lsE -e "^postgres: renkei_$INSTANCE: " /proc/[0-9]*/cmdline 2>/dev/null | sed 's|/proc/||; s|/cmdline||'
}

# Before a start: a postmaster that does not answer, what a killed one left behind, and its lock file, whose process number
# may by now be somebody else's.
postgres_clear() {
    postgres_stop
    local pid deadline=$((SECONDS + 5))
    while [ -n "$(postgres_orphans)" ]; do
        if [ $SECONDS -ge $deadline ]; then
            for pid in $(postgres_orphans); do end_process "$pid" QUIT 5; done
        fi
        sleep 0.1
    done
    rm -f -- "$(postgres_cluster)/postmaster.pid"
}

postgres_stop() {
    local pid
    pid=$(postgres_pid)
    # SIGINT is Postgres's fast shutdown: sessions are ended, what is committed is kept.
    if [ -n "$pid" ]; then end_process "$pid" INT 60; fi
}

postgres_kill() {
    local pid
    pid=$(postgres_pid)
    if [ -n "$pid" ]; then end_process "$pid" KILL 5; fi
}

postgres_status() {
    local pid
    pid=$(postgres_pid)
    if [ -z "$pid" ]; then
        say 'Postgres  down'
        return 1
    elif postgres_answers; then
        say "Postgres  up    127.0.0.1:$PORT_POSTGRES, database renkei, process $pid"
    else
        say "Postgres  runs as process $pid but does not answer: compose/services logs postgres"
        return 1
    fi
}
