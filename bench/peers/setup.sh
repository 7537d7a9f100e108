# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# What the scripts that run the peers share; read by `.`, from the root of the repository.

python=/usr/bin/python3 # Debian's, which sees the packaged pandas
PEERS=${PEERS:-/tmp/portrait-peers}
export PEERS PYTHONDONTWRITEBYTECODE=1

install_peers() {
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q
    $as_root apt-get install -y -q --no-install-recommends python3-pandas
    # Debian's nodejs may conflict with an npm from elsewhere: only where there is none
    command -v npm >/dev/null ||
        $as_root apt-get install -y -q --no-install-recommends nodejs npm
    mkdir -p "$PEERS"
    (cd "$PEERS" && npm install --no-package-lock @duckdb/node-api@1.5.6-r.1)
}

need_peers() {
    $python -c 'import pandas' 2>/dev/null && [ -d "$PEERS/node_modules/@duckdb/node-api" ] || {
        echo "the peers are not installed (pandas, and DuckDB in $PEERS): bench/oracle.sh -i" >&2
        exit 1
    }
}
