# Shared by compose/services: the private RabbitMQ node. Sourced, never run.
# shellcheck shell=bash

# The node is started with its name as an argument of no meaning to Erlang, for us to find it by.
rabbitmq_pid() { pid_with_argument beam.smp "$NODE"; }

# epmd knows nodes by name on a port of ours. It is called through a link of ours, so that its command line tells whose it is.
epmd_pid() { pid_with_argument epmd "$DATA/rabbitmq/epmd"; }

# The node runs with an environment of its own: nothing of the caller's or of /etc/rabbitmq reaches it.
rabbitmq_environment() {
    local home=$DATA/rabbitmq
    printf '%s\0' \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "HOME=$home" ERL_CRASH_DUMP_BYTES=0 \
        "ERL_EPMD_PORT=$PORT_EPMD" ERL_EPMD_ADDRESS=127.0.0.1 \
        "RABBITMQ_NODENAME=$NODE" "RABBITMQ_DIST_PORT=$PORT_DIST" \
        RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 "RABBITMQ_NODE_PORT=$PORT_AMQP" \
        "RABBITMQ_MNESIA_BASE=$home/mnesia" "RABBITMQ_LOG_BASE=$home/log" "RABBITMQ_SCHEMA_DIR=$home/schema" \
        "RABBITMQ_GENERATED_CONFIG_DIR=$home/config" "RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf" \
        "RABBITMQ_ADVANCED_CONFIG_FILE=$home/advanced.config" "RABBITMQ_CONFIG_FILES=$home/conf.d" \
        "RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins" "RABBITMQ_PID_FILE=$home/pid" \
        RABBITMQ_CONF_ENV_FILE=/dev/null \
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}'
}

rabbitmq_configure() {
    local home=$DATA/rabbitmq
    own_folder rabbitmq "$home" "$home/mnesia" "$home/log" "$home/config" "$home/schema" "$home/conf.d"
    printf '%s' "$ERLANG_COOKIE" | own_file rabbitmq "$home/.erlang.cookie"
    chmod 400 -- "$home/.erlang.cookie"
    echo '[rabbitmq_management,rabbitmq_prometheus].' | own_file rabbitmq "$home/enabled_plugins"
    ln -sfn -- "$(command -v epmd)" "$home/epmd"
    own_file rabbitmq "$home/rabbitmq.conf" <<END
# Written by compose/services at every start; changes are lost.
listeners.tcp.default = 127.0.0.1:$PORT_AMQP
management.tcp.ip = 127.0.0.1
management.tcp.port = $PORT_MANAGEMENT
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $PORT_PROMETHEUS

# The first start makes this user and virtual host, and therefore no guest. Administrator, because tests make virtual hosts.
default_vhost = renkei
default_user = renkei
default_pass = $AMQP_PASSWORD
default_user_tags.administrator = true
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*

# A delivery not acknowledged for this long closes its channel (milliseconds; RabbitMQ's own default, said aloud because one
# transaction of ours must stay below it: the last chunk of a delivery is acknowledged when the whole file is posted).
consumer_timeout = 1800000

# The machine is shared with Postgres, builds and tests. Above this share of memory publishers are blocked.
vm_memory_high_watermark.relative = 0.3
disk_free_limit.absolute = 200MB

# Quorum queues keep what is in the write-ahead log in memory too; the default of 512 MiB is for machines of their own, and a
# smaller log is read faster after a crash.
raft.wal_max_size_bytes = 134217728

log.console = false
log.file = rabbitmq.log
log.file.level = info
log.file.rotation.size = 20000000
log.file.rotation.count = 3
END
}

rabbitmq_check_ports() {
    check_port "$PORT_AMQP" AMQP
    check_port "$PORT_MANAGEMENT" 'RabbitMQ management'
    check_port "$PORT_PROMETHEUS" 'RabbitMQ metrics'
    check_port "$PORT_DIST" 'Erlang distribution'
    check_port "$PORT_EPMD" epmd
}

rabbitmq_start() {
    local home=$DATA/rabbitmq user_folder=rabbitmq environment=()
    # A first start that never finished may have left a node without its user: nothing is lost by beginning again.
    if [ ! -e "$home/complete" ]; then rm -rf -- "$home"; fi
    rabbitmq_configure
    mapfile -d '' environment < <(rabbitmq_environment)
    spawn rabbitmq "$home/log/epmd.log" "$home/epmd" -port "$PORT_EPMD" -address 127.0.0.1
    # Without an epmd the node would start one that we could not tell from others'.
    local tries
    for ((tries = 0; tries < 100; tries++)); do port_open "$PORT_EPMD" && break || sleep 0.05; done
    # RUNNING_UNDER_SYSTEMD makes the start script become the node instead of staying above it.
    spawn rabbitmq "$home/log/start.log" env -i "${environment[@]}" RUNNING_UNDER_SYSTEMD=true \
        "$(rabbitmq_server_program)" -renkei_node "$NODE"
    RABBITMQ_STARTER=$!
}

# The management API with our password: the node is up, it is ours, and it knows our user.
rabbitmq_management_answers() {
    local line=''
    line=$(
        exec 2>/dev/null
        exec 3<>"/dev/tcp/127.0.0.1/$PORT_MANAGEMENT" || exit 1
        printf 'GET /api/vhosts/renkei HTTP/1.0\r\nAuthorization: Basic %s\r\n\r\n' \
            "$(printf 'renkei:%s' "$AMQP_PASSWORD" | base64 -w0)" >&3
        read -r -t 5 line <&3
        echo "$line"
    ) || return 1
    [[ $line == HTTP/1.?' 200'* ]]
}

rabbitmq_answers() {
    [ -e "$DATA/rabbitmq/complete" ] && [ -n "$(rabbitmq_pid)" ] && port_open "$PORT_AMQP" && rabbitmq_management_answers
}

rabbitmq_wait() {
    local deadline=$((SECONDS + WAIT_S))
    until rabbitmq_management_answers && port_open "$PORT_AMQP" && port_open "$PORT_PROMETHEUS"; do
        if ! kill -0 "$RABBITMQ_STARTER" 2>/dev/null; then rabbitmq_failed 'RabbitMQ ended while starting'; fi
        if [ $SECONDS -ge $deadline ]; then rabbitmq_failed "RabbitMQ does not answer after $WAIT_S s"; fi
        sleep 0.2
    done
    : >"$DATA/rabbitmq/complete"
}

rabbitmq_failed() {
    tail -qn 25 -- "$DATA/rabbitmq/log/start.log" "$DATA/rabbitmq/log/rabbitmq.log" >&2 2>/dev/null || true
    rabbitmq_kill
    die "$1" "the log: $DATA/rabbitmq/log/" 'begin anew (deletes the data): compose/services reset, then up'
}

# Before a start: whatever of ours still runs but does not answer.
rabbitmq_clear() { rabbitmq_stop; }

rabbitmq_stop() {
    local pid
    pid=$(rabbitmq_pid)
    if [ -n "$pid" ]; then
        end_process "$pid" TERM 30
        # Should our epmd have died, the node started another; epmd refuses to end while other nodes are known to it.
        if [ -z "$(epmd_pid)" ]; then epmd -port "$PORT_EPMD" -kill >/dev/null 2>&1 || true; fi
    fi
    pid=$(epmd_pid)
    if [ -n "$pid" ]; then end_process "$pid" TERM 5; fi
}

rabbitmq_kill() {
    local pid
    for pid in $(rabbitmq_pid) $(epmd_pid); do end_process "$pid" KILL 5; done
}

rabbitmq_status() {
    local pid
    pid=$(rabbitmq_pid)
    if [ -z "$pid" ]; then
        say 'RabbitMQ  down'
        return 1
    elif rabbitmq_answers; then
        say "RabbitMQ  up    AMQP 127.0.0.1:$PORT_AMQP, management http://127.0.0.1:$PORT_MANAGEMENT," \
            "metrics :$PORT_PROMETHEUS, process $pid"
    else
        say "RabbitMQ  runs as process $pid but does not answer: compose/services logs rabbitmq"
        return 1
    fi
}

rabbitmq_control() {
    local environment=()
    mapfile -d '' environment < <(rabbitmq_environment)
    cd "$DATA/rabbitmq"
    as_user rabbitmq env -i "${environment[@]}" "$(dirname -- "$(rabbitmq_server_program)")/rabbitmqctl" -n "$NODE" "$@"
}
