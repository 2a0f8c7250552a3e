#!/usr/bin/env bash
# Prints the folder that holds initdb and postgres; installs Debian's package where that is possible.
set -euo pipefail

find_postgres() {
    local dir
    # The newest packaged version first; then whatever the machine calls its own.
    for dir in "${PARLANCE_PG_BIN:-}" \
        $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin 2>/dev/null | sort -rV) \
        "$(pg_config --bindir 2>/dev/null || true)" \
        "$(dirname "$(command -v initdb 2>/dev/null || echo /)")"; do
        if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then echo "$dir"; return 0; fi
    done
    return 1
}

find_postgres && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing postgresql for the tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    # The tests start a private cluster; the package's own one is not wanted.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    { apt-get update -q && apt-get install -y -q --no-install-recommends postgresql; } >&2 </dev/null
    find_postgres && exit 0
fi
echo "The tests need PostgreSQL's binaries (initdb, postgres): install them (Debian, Ubuntu: apt-get install postgresql) or set PARLANCE_PG_BIN to their folder." >&2
exit 1
