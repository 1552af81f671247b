#!/usr/bin/env bash
# Making the private cluster, with programs that fail at each step: it is there whole or not at all. Needs no server and no root;
# compose/check-scripts runs it.
set -euo pipefail
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
source "$here/common.sh"
# shellcheck source=postgres.sh
source "$here/postgres.sh"

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
DATA=$folder/data
DATABASE_PASSWORD=secret
is_root() { false; } # the programs below need no user of their own
mkdir -p "$DATA/postgres" "$folder/bin"

# program NAME: its text from standard input.
program() {
    { echo '#!/usr/bin/env bash' && cat; } >"$folder/bin/$1"
    chmod +x "$folder/bin/$1"
}
initdb_works() { program initdb <<<'for a; do case $a in --pgdata=*) echo 15 >"${a#*=}/PG_VERSION"; : >"${a#*=}/postgresql.conf" ;; esac; done'; }
postgres_works() { program postgres <<<'read -r sql; [[ $sql != select* ]] || echo "1: ?column? = \"made: renkei\""'; }

# A cluster is made exactly when it should be; called in a condition, as postgres_start calls it.
expect() {
    local wanted=$1 what=$2 found=no
    if postgres_create "$folder/bin" >/dev/null 2>&1; then found=yes; fi
    [ "$found" = "$wanted" ] || die "$what: made: $found, expected: $wanted"
    if [ "$wanted" = no ]; then
        [ ! -e "$(postgres_cluster)" ] || die "$what: a failed attempt left a cluster"
    else
        [ -s "$(postgres_cluster)/PG_VERSION" ] && [ ! -e "$(postgres_cluster).new" ] || die "$what: the cluster is not whole"
        grep -qxF "include = 'renkei.conf'" "$(postgres_cluster)/postgresql.conf" || die "$what: the cluster ignores our settings"
    fi
}

program initdb <<<'exit 1'
postgres_works
expect no 'initdb fails'
initdb_works
program postgres <<<'cat >/dev/null; exit 1'
expect no 'the server does not start'
# It ends well but has said no: so does the real one when a statement fails.
program postgres <<<'cat >/dev/null'
expect no 'the database is not made'
postgres_works
mkdir -p "$(postgres_cluster)/half"
expect yes 'a half-made cluster is replaced'
[ ! -e "$(postgres_cluster)/half" ] || die 'a half-made cluster was kept'
expect_kept=$(postgres_cluster)/PG_VERSION
postgres_create "$folder/bin" >/dev/null 2>&1 && die 'a whole cluster was made anew'
[ -s "$expect_kept" ] || die 'a whole cluster was lost'
say 'making the cluster: whole or not at all'
