#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# The whole benchmark: installs the peers, builds, runs bench/models.sh, and bench/ingest.sh on the M
# shop as it is and with queries no two alike. About half an hour on two cores.
#   bench/run.sh [-w] [-n ROUNDS] [-t THREADS] [-d DIR]
#   -w  write the tables into docs/benchmarks.md
#   -n  rounds (3)   -t  threads of every engine (2)   -d  scratch folder (/tmp/portrait-bench)
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
rounds=3 threads=2 dir=/tmp/portrait-bench write=
while getopts wn:t:d: o; do
    case $o in
    w) write=yes ;;
    n) rounds=$OPTARG ;;
    t) threads=$OPTARG ;;
    d) dir=$OPTARG ;;
    *) sed -n '4,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
build=$root/build-bench
scripts/build.sh "$build" -DPORTRAIT_TESTS=OFF
bench/models.sh -i -n "$rounds" -t "$threads" -b "$build" -d "$dir/models"
bench/ingest.sh -i -n "$rounds" -t "$threads" -b "$build" -d "$dir"
bench/ingest.sh -u -e 2 -p duckdb -n "$rounds" -t "$threads" -b "$build" -d "$dir"
[ -z "$write" ] || python3 bench/publish.py docs/benchmarks.md models "$dir/models/models-1-1.md" \
    shop "$dir/ingest-M-1.md" unique "$dir/ingest-M-2-unique.md"
