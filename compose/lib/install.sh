# Shared by compose/services: the distribution's packages. Sourced, never run.
# shellcheck shell=bash

POLICY=/usr/sbin/policy-rc.d
NO_CLUSTER=/etc/postgresql-common/createcluster.d/renkei.conf
POLICY_MARK='# renkei compose/services: no server starts while its package is installed'

# Where Debian keeps the programs; elsewhere they may be on the PATH.
rabbitmq_server_program() {
    local program
    for program in /usr/lib/rabbitmq/bin/rabbitmq-server /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server; do
        if [ -x "$program" ]; then echo "$program"; return; fi
    done
    return 1
}

# The folder of Postgres's programs: of the major version asked for, else the newest installed.
postgres_programs() {
    local folder
    folder=$(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | grep -E "[/-]${1:-[0-9]+}/bin\$" | sort -V | tail -n1)
    if [ -x "$folder/initdb" ]; then echo "$folder"; return; fi
    if [ -z "${1:-}" ] && command -v initdb >/dev/null; then dirname -- "$(command -v initdb)"; return; fi
    return 1
}

missing_packages() {
    rabbitmq_server_program >/dev/null && command -v epmd >/dev/null || echo rabbitmq-server
    postgres_programs >/dev/null || echo postgresql
    slip_font || echo fonts-ipaexfont-gothic
}

# A font for printed slips: one of those the program looks for (core/src/slip/lookup.rs), or the one it is told.
slip_font() {
    local font
    for font in "${RENKEI_SLIP_FONT:-}" /usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf \
        /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc /usr/share/fonts/truetype/fonts-japanese-gothic.ttf; do
        [ ! -f "$font" ] || return 0
    done
    return 1
}

install_missing() {
    local missing
    missing=$(missing_packages | xargs)
    if [ -n "$missing" ]; then
        command -v apt-get >/dev/null ||
            die "not installed: $missing, and there is no apt-get here" \
                'install RabbitMQ 3.10 or newer and Postgres 15 or newer with your package manager'
        say "installing: $missing"
        if is_root; then
            # shellcheck disable=SC2086
            "$here/services" install-packages $missing
        elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            # shellcheck disable=SC2086
            sudo -n "$here/services" install-packages $missing
        else
            die "not installed: $missing, and installing needs root" "sudo '$here/services' install-packages $missing"
        fi
        missing=$(missing_packages | xargs)
        [ -z "$missing" ] || die "still missing after installing: $missing"
        if [ -d /run/systemd/system ]; then
            say 'note: after a restart the machine would start servers of its own from these packages; to prevent that:'
            say '      systemctl disable rabbitmq-server postgresql'
        fi
    fi
    if is_root; then
        local user
        for user in rabbitmq postgres; do
            id "$user" >/dev/null 2>&1 || die "there is no user $user, as whom the server would run" \
                "adduser --system --group $user"
        done
    fi
}

# A browser, its driver and a Japanese font: the tests of the console's pages use them. The program needs none of it, so that a
# machine where it cannot be installed is told in a sentence, and those tests do nothing.
missing_browser_packages() {
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || command -v google-chrome >/dev/null || echo chromium
    [ -x "${CHROMEDRIVER:-/usr/bin/chromedriver}" ] || echo chromium-driver
    [ -f /usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf ] || echo fonts-ipaexfont-gothic
}

install_browser() {
    local missing runner=()
    missing=$(missing_browser_packages | xargs)
    [ -n "$missing" ] || return 0
    is_root || runner=(sudo -n)
    if ! command -v apt-get >/dev/null || { ! is_root && ! sudo -n true 2>/dev/null; }; then
        say "no browser for the tests of the pages, which will do nothing; to run them: apt-get install $missing"
        return 0
    fi
    say "installing for the tests of the pages: $missing"
    # shellcheck disable=SC2086
    "${runner[@]}" "$here/services" install-packages $missing ||
        say 'the browser could not be installed: the tests of the pages will do nothing'
}

# Root only. One at a time on the machine, because the start policy is the machine's.
install_packages() {
    is_root || die 'install-packages needs root'
    local log status=0
    export DEBIAN_FRONTEND=noninteractive
    exec 8>/run/lock/renkei-services-install
    flock -w 600 8 || die 'another installation has been running for 10 minutes'
    restore_policy # of a run that was killed
    trap restore_policy EXIT
    trap 'exit 130' INT TERM HUP
    deny_starts
    log=$(mktemp)
    apt_install "$log" "$@" || { apt-get update >>"$log" 2>&1 </dev/null && apt_install "$log" "$@"; } || status=$?
    if [ $status -ne 0 ]; then
        tail -n 15 -- "$log" >&2
        rm -f -- "$log"
        die "apt-get could not install: $*" 'see the lines above; is there a network, and is no other apt running?' \
            "try by hand: apt-get update && apt-get install $*"
    fi
    rm -f -- "$log"
}

apt_install() {
    local log=$1
    shift
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >>"$log" 2>&1 </dev/null 8>&-
}

# The packages would start servers on the default ports, and Postgres's would make a cluster for one. What was there is kept
# beside and put back.
deny_starts() {
    if [ -e "$POLICY" ]; then mv -- "$POLICY" "$POLICY.renkei-saved"; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
    chmod 755 "$POLICY"
    mkdir -p -- "${NO_CLUSTER%/*}"
    echo 'create_main_cluster = false' >"$NO_CLUSTER"
}

restore_policy() {
    rm -f -- "$NO_CLUSTER"
    if grep -qsxF -- "$POLICY_MARK" "$POLICY"; then rm -f -- "$POLICY"; fi
    if [ -e "$POLICY.renkei-saved" ] && [ ! -e "$POLICY" ]; then mv -- "$POLICY.renkei-saved" "$POLICY"; fi
}

# Prometheus' own tool, which the tests try the alert rules with. Its package would bring a server that starts with the machine, so it
# is unpacked beside and not installed; that needs no root. Without it only that test is left out, so nothing here is an error.
get_promtool() {
    local folder=$STATE/tools log
    if command -v promtool >/dev/null || "$folder/usr/bin/promtool" --version >/dev/null 2>&1; then return; fi
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        say 'promtool: not here, and there is no apt-get to get it with; the alert rules are not tried'
        return
    fi
    rm -rf -- "$folder.new"
    mkdir -p -- "$folder.new"
    log=$folder.new/log
    if (cd -- "$folder.new" && apt_download && dpkg-deb -x prometheus_*.deb . && usr/bin/promtool --version) >>"$log" 2>&1; then
        rm -rf -- "$folder.new"/*.deb "$folder"
        mv -- "$folder.new" "$folder"
        say "promtool: unpacked into $folder"
    else
        say 'promtool: could not be got, so the alert rules are not tried:'
        tail -n 3 -- "$log"
        rm -rf -- "$folder.new"
    fi
}

# The lists of packages may never have been fetched on this machine.
apt_download() {
    apt-get download prometheus || { is_root && apt-get update && apt-get download prometheus; }
}
