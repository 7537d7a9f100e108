#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# From a shop's files to its campaign file: every stage of Portrait timed beside DuckDB, Polars, pandas
# (with scikit-learn and XGBoost for the models); prints a Markdown table.
#   bench/ingest.sh [-i] [-n ROUNDS] [-s T|S|M|L] [-e SEED] [-u] [-p PEERS] [-t THREADS] [-c LEVEL]
#                   [-m SIZE] [-b BUILD] [-d DIR] [-k] [-x]
#   -i  first install the peers: Debian packages (needs root or sudo), npm's in $PEERS
#   -n  rounds (3), in which the engines take turns, so that a busy spell hits all of them
#   -s  the shop: M (200k customers, 5M log lines, 2.5M events), S, L, or T, which tries the script only
#   -e  seed of the shop (1)              -u  long queries, no two alike, and 50,000 user agents
#   -p  peers ("duckdb polars pandas")    -x  none
#   -t  threads of every engine (2)       -c  highest processor level: baseline, avx2, avx512
#   -m  memory of Portrait's whole job, as `memory:` of its pipeline (default: the host's)
#   -b  a finished build (default: one is made in build-bench/)
#   -d  folder of shops and results, 2 GB for an M shop (default: /tmp/portrait-bench)
#   -k  keep earlier results of this shop and add rounds to them
# The feature tables of all engines must be equal (bench/peers/compare.py), or the script fails.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. bench/peers/setup.sh
rounds=3 size=M seed=1 unique= engines="duckdb polars pandas" threads=2 level= memory= build=
dir=/tmp/portrait-bench keep= install=
while getopts in:s:e:up:t:c:m:b:d:kx o; do
    case $o in
    i) install=yes ;;
    n) rounds=$OPTARG ;;
    s) size=$OPTARG ;;
    e) seed=$OPTARG ;;
    u) unique=--unique-queries ;;
    p) engines=$OPTARG ;;
    t) threads=$OPTARG ;;
    c) level=$OPTARG ;;
    m) memory=$OPTARG ;;
    b) build=$OPTARG ;;
    d) dir=$OPTARG ;;
    k) keep=yes ;;
    x) engines= ;;
    *) sed -n '4,18s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
case $size in
T) shop_size="--customers 1000 --lines 20000 --events 10000" ;;
S | M | L) shop_size="--size $size" ;;
*) echo "ingest.sh: the shop is T, S, M or L" >&2; exit 2 ;;
esac
[ -z "$install" ] || { install_peers; install_model_peers; }
[ -z "$engines" ] || { need_peers; need_model_peers; }
[ -n "$build" ] || { build=$root/build-bench; scripts/build.sh "$build" -DPORTRAIT_TESTS=OFF; }
build=$(CDPATH= cd -- "$build" && pwd)
export OMP_NUM_THREADS="$threads" POLARS_MAX_THREADS="$threads"

name=$size-$seed${unique:+-unique}
shop=$dir/$name out=$dir/out-$name results=$dir/results-$name.jsonl
mkdir -p "$shop" "$out/portrait"
shop=$(CDPATH= cd -- "$shop" && pwd) out=$(CDPATH= cd -- "$out" && pwd)
# shellcheck disable=SC2086 # words
[ -s "$shop/events.jsonl" ] || "$build/bin/gen" $shop_size --seed "$seed" $unique --out "$shop"
[ -n "$keep" ] || : >"$results"
log=$shop/access.log events=$shop/events.jsonl crm=$shop/crm.csv
bytes() { cat "$@" | wc -c; } # and into the page cache
log_bytes=$(bytes "$log") events_bytes=$(bytes "$events") crm_bytes=$(bytes "$crm")
all_bytes=$((log_bytes + events_bytes + crm_bytes))
log_rows=$(wc -l <"$log") events_rows=$(wc -l <"$events") crm_rows=$(grep -c '^C[0-9]*,' "$crm")
all_rows=$((log_rows + events_rows + crm_rows))

timed() { # STAGE BYTES ROWS COMMAND
    $python bench/peers/cmd.py "$results" portrait "$@"
}
read_one() { # STAGE BYTES ROWS PLUGIN FILE COLUMNS OPTIONS
    timed "$1" "$2" "$3" "$build/bin/portrait read $4 $5 $7 --columns $6 --format count --quiet \
        --threads $threads ${level:+--cpu $level}"
}
run_one() { # STAGE PIPELINE OUTPUT
    rm -rf "$out/runs"
    timed "$1" "$all_bytes" "$all_rows" "$build/bin/portrait run $2 --quiet --threads $threads \
        ${level:+--cpu $level} --var data=$shop --var out=$3 --runs $out/runs"
    $python bench/ingest_stages.py "$out/runs/latest/run.json" "$1" "$results"
}
job=$out/shop-job.yaml
{ [ -z "$memory" ] || echo "memory: $memory"; cat bench/pipelines/shop-job.yaml; } >"$job"
portrait() {
    read_one parse_weblog "$log_bytes" "$log_rows" weblog "$log" \
        ts,user,query_cid,uid,status,path,page,sku,query_utm_source,user_agent,bot \
        "--with 'format=combined \"uid=%{uid}\"' \
        --with 'pages={product: \"/product/{sku}\", cart: /cart/add, order: /checkout/complete, search: /search}' \
        --with 'query=[cid, utm_source]' \
        --with 'bots=[bot, spider, crawl, \"curl/\", python-requests]'"
    read_one parse_events "$events_bytes" "$events_rows" mongodb-export "$events" \
        ts,event,customer,device,sku,category,price,qty \
        "--with 'fields={ts: ts, event: event, customer: customer_id, device: device_id, sku: properties.sku, category: properties.category, price: properties.price, qty: properties.qty}' \
        --with 'types={ts: time, price: f64, qty: i64}'"
    read_one parse_crm "$crm_bytes" "$crm_rows" crm-csv "$crm" \
        customer_id,email,phone,birth_date,signup_date,lifetime_value \
        "--with 'columns={birth_date: date, signup_date: date, lifetime_value: f64, phone: string, customer_id: string, email: string}'"
    run_one features_whole pipelines/shop-features.yaml "$out/portrait/features.csv"
    if [ -e "$build/plugins/gbdt.so" ]; then
        run_one job "$job" "$out/portrait/campaign.csv"
    else
        echo "the whole job is left out: no plugin gbdt in $build" >&2
    fi
}
peer() { # ENGINE
    case $1 in
    duckdb) node bench/peers/duckdb_features.mjs "$shop" "$out/duckdb" "$results" "$threads" ;;
    polars) node bench/peers/polars_features.mjs "$shop" "$out/polars" "$results" ;;
    pandas) $python bench/peers/pandas_features.py "$shop" "$out/pandas" "$results" ;;
    *) echo "ingest.sh: no peer $1" >&2; exit 2 ;;
    esac
}
models() {
    $python bench/peers/models.py shop "$out/portrait/features.csv" "$crm" "$out/peers" "$results"
}

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    for e in $engines; do
        peer "$e"
    done
    portrait
    [ -z "$engines" ] || models
    for e in $engines; do
        echo "$e: $($python bench/peers/compare.py "$out/$e/features.csv" "$out/portrait/features.csv")"
    done
done
limits() {
    "$build/bin/limits" "$log" "$events" "$crm" >>"$results" 2>"$out/limits.log"
    c++ -O3 -march=native -std=c++17 -o "$out/simdjson_events" bench/peers/simdjson_events.cpp \
        -lsimdjson 2>"$out/simdjson.log" || { cat "$out/simdjson.log" >&2; return 0; }
    for _ in 1 2 3; do
        "$out/simdjson_events" "$events" >>"$results" 2>>"$out/simdjson.log"
    done
}
[ "$size" = T ] || limits
echo
$python bench/ingest_table.py "$results" "$name" $engines | tee "$dir/ingest-$name.md"
