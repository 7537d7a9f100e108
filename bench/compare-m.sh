#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# The feature table of the M shop, timed side by side with DuckDB. Run by hand on an idle machine.
#   bench/compare-m.sh [-n ROUNDS] [-b BUILD] [-d SHOP] [-t THREADS]
# The engines take turns, so that a busy spell hits both. Of DuckDB the seconds of its stages count,
# of Portrait the whole command from start to exit. SHOP is generated where it is not there yet
# (default /tmp/portrait-M, 2 GB). The peers are installed by bench/oracle.sh -i.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. bench/peers/setup.sh
rounds=3 build= shop=/tmp/portrait-M threads=$(nproc)
while getopts n:b:d:t: o; do
    case $o in
    n) rounds=$OPTARG ;;
    b) build=$OPTARG ;;
    d) shop=$OPTARG ;;
    t) threads=$OPTARG ;;
    *) sed -n '4,8s/^# //p' "$0" >&2; exit 2 ;;
    esac
done
need_peers
[ -n "$build" ] || { build=$root/build-bench; scripts/build.sh "$build" -DPORTRAIT_TESTS=OFF; }
[ -s "$shop/events.jsonl" ] || { mkdir -p "$shop"; "$build/bin/gen" --size M --out "$shop"; }
work=$(mktemp -d "${TMPDIR:-/tmp}/portrait-compare.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/portrait"

bytes=$(cat "$shop/access.log" "$shop/events.jsonl" "$shop/crm.csv" | wc -c) # and into the page cache
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    node bench/peers/duckdb_features.mjs "$shop" "$work/duckdb" "$work/results.jsonl" "$threads"
    rm -rf "$work/runs"
    $python bench/peers/cmd.py "$work/results.jsonl" portrait features_whole "$bytes" 0 \
        "$build/bin/portrait run pipelines/shop-features.yaml --quiet --threads $threads \
        --var data=$shop --var out=$work/portrait/features.csv --runs $work/runs"
    $python bench/peers/compare.py "$work/duckdb/features.csv" "$work/portrait/features.csv"
done
$python bench/peers/medians.py "$work/results.jsonl"
