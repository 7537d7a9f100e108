# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# What the scripts that run the peers share; read by `.`, from the root of the repository.

python=/usr/bin/python3 # Debian's, which sees the packaged pandas
PEERS=${PEERS:-/tmp/portrait-peers}
export PEERS PYTHONDONTWRITEBYTECODE=1

debian() { # PACKAGE...
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q
    $as_root apt-get install -y -q --no-install-recommends "$@"
}

install_model_peers() {
    debian python3-sklearn python3-xgboost python3-pandas python3-numpy
}

need_model_peers() {
    $python -c 'import sklearn, xgboost, pandas' 2>/dev/null || {
        echo "the peers are not installed (scikit-learn, XGBoost, pandas): bench/models.sh -i" >&2
        exit 1
    }
}

install_peers() {
    debian python3-pandas g++ libsimdjson-dev
    # Debian's nodejs may conflict with an npm from elsewhere: only where there is none
    command -v npm >/dev/null || debian nodejs npm
    mkdir -p "$PEERS"
    (cd "$PEERS" && npm install --no-package-lock @duckdb/node-api@1.5.6-r.1 \
        nodejs-polars@0.26.1 nodejs-polars-linux-x64-gnu@0.26.1)
}

need_peers() {
    $python -c 'import pandas' 2>/dev/null && [ -d "$PEERS/node_modules/@duckdb/node-api" ] &&
        [ -d "$PEERS/node_modules/nodejs-polars" ] || {
        echo "the peers are not installed (pandas; DuckDB and Polars in $PEERS): bench/ingest.sh -i" >&2
        exit 1
    }
}
