#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Are pandas, DuckDB and `portrait run pipelines/shop-features.yaml` one table? Run by hand.
#   bench/oracle.sh [-i] [-s S|M] [-n SEEDS] [-b BUILD] [-d DIR]
# For seeds 1 to SEEDS (5) a shop of the size (S) is generated in DIR (default /tmp/portrait-oracle);
# each pair of tables is compared by bench/peers/compare.py. Exits 1 when any two differ.
# -i first installs the peers: Debian's pandas, and DuckDB's npm package in $PEERS (default
# /tmp/portrait-peers). BUILD is a finished build; without it one is made in build-bench/.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. bench/peers/setup.sh
size=S seeds=5 build= dir=/tmp/portrait-oracle install=
while getopts is:n:b:d: o; do
    case $o in
    i) install=yes ;;
    s) size=$OPTARG ;;
    n) seeds=$OPTARG ;;
    b) build=$OPTARG ;;
    d) dir=$OPTARG ;;
    *) sed -n '4,10s/^# //p' "$0" >&2; exit 2 ;;
    esac
done
[ -z "$install" ] || install_peers
need_peers
[ -n "$build" ] || { build=$root/build-bench; scripts/build.sh "$build" -DPORTRAIT_TESTS=OFF; }

same() { # NAME A NAME B
    if said=$($python bench/peers/compare.py "$2/features.csv" "$4/features.csv" 2>&1); then
        echo "seed $seed: $1 and $3: equal ($said)"
    else
        differing=$((differing + 1))
        echo "seed $seed: $1 and $3: NOT EQUAL"
        echo "$said"
    fi
}

differing=0
seed=0
while [ "$seed" -lt "$seeds" ]; do
    seed=$((seed + 1))
    shop=$dir/$size-$seed
    rm -rf "$shop"
    mkdir -p "$shop/data" "$shop/portrait"
    "$build/bin/gen" --size "$size" --seed "$seed" --out "$shop/data" >/dev/null
    $python bench/peers/pandas_features.py "$shop/data" "$shop/pandas" "$shop/results.jsonl" >"$shop/log"
    node bench/peers/duckdb_features.mjs "$shop/data" "$shop/duckdb" "$shop/results.jsonl" >>"$shop/log"
    "$build/bin/portrait" run pipelines/shop-features.yaml --quiet --var data="$shop/data" \
        --var out="$shop/portrait/features.csv" --runs "$shop/runs"
    same pandas "$shop/pandas" duckdb "$shop/duckdb"
    same pandas "$shop/pandas" portrait "$shop/portrait"
    same duckdb "$shop/duckdb" portrait "$shop/portrait"
    rm -rf "$shop"
done
echo "$seeds seeds of size $size, $differing pairs differ"
[ "$differing" -eq 0 ]
