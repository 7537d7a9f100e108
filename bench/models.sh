#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Portrait's models timed beside scikit-learn and XGBoost on fixed matrices; prints a Markdown table.
#   bench/models.sh [-i] [-n ROUNDS] [-w WORK] [-t THREADS] [-c LEVEL] [-b BUILD] [-d DIR] [-s] [-x] [-k]
#   -i  first install the peers (Debian packages; needs root or sudo)
#   -n  rounds (3), in which the engines take turns, so that a busy spell hits all of them
#   -w  one work: kmeans_k10 kmeans_k50 logreg tree forest gbdt (again for more; default: all)
#   -t  threads of every engine (2)       -c  highest processor level: baseline, avx2, avx512
#   -b  a finished build (default: one is made in build-bench/)
#   -d  folder of matrices and results (default: /tmp/portrait-bench/models)
#   -s  matrices of a hundredth of the rows: tries the script, measures nothing
#   -x  without the peers                 -k  keep earlier results and add rounds to them
# Models whose plugin is not built are left out. scikit-learn's forest, which only sets the quality to
# hold, runs once.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
. bench/peers/setup.sh
works= rounds=3 threads=2 level= build= dir=/tmp/portrait-bench/models divisor=1 peers=yes install= keep=
while getopts in:w:t:c:b:d:sxk o; do
    case $o in
    i) install=yes ;;
    n) rounds=$OPTARG ;;
    w) works="$works $OPTARG" ;;
    t) threads=$OPTARG ;;
    c) level=$OPTARG ;;
    b) build=$OPTARG ;;
    d) dir=$OPTARG ;;
    s) divisor=100 ;;
    x) peers= ;;
    k) keep=yes ;;
    *) sed -n '4,16s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
works=${works:-kmeans_k10 kmeans_k50 logreg tree forest gbdt}
[ -z "$install" ] || install_model_peers
[ -z "$peers" ] || need_model_peers
[ -n "$build" ] || { build=$root/build-bench; scripts/build.sh "$build" -DPORTRAIT_TESTS=OFF; }
export OMP_NUM_THREADS="$threads" OPENBLAS_NUM_THREADS="$threads"

matrices=$dir/1-$divisor results=$dir/results-1-$divisor.jsonl
mkdir -p "$matrices"
[ -s "$matrices/trees.y" ] || "$build/bin/genmat" "$matrices" 7 "$divisor"
[ -n "$keep" ] || : >"$results"
train=$((160000 / divisor))
ours() { # WORK MODEL MATRIX COLUMNS [OPTION...]
    [ -e "$build/plugins/$2.so" ] || { echo "$1: no plugin $2 in $build" >&2; return 0; }
    work=$1 model=$2 matrix=$matrices/$3 columns=$4
    shift 4
    "$build/bin/model_bench" --plugins "$build/plugins" --stage "$work" --threads "$threads" \
        ${level:+--cpu "$level"} --matrix "$matrix.f32" --columns "$columns" "$@" >>"$results"
    tail -n 4 "$results" | head -n 1
}
portrait() { # WORK
    case $1 in
    kmeans_k*) ours "$1" kmeans big 20 kmeans k="${1#kmeans_k}" start=spread rounds=25 tol=0 ;;
    logreg) ours "$1" logreg big 20 --labels "$matrices/big.y" --lambda 1 logreg lambda=1 ;;
    tree) tree_model "$1" dtree depth=8 min_leaf=20 ;;
    forest) tree_model "$1" forest trees=100 depth=12 min_leaf=5 ;;
    gbdt) tree_model "$1" gbdt trees=100 depth=6 learning_rate=0.1 ;;
    *) echo "models.sh: no work $1" >&2; exit 2 ;;
    esac
}
tree_model() { # WORK MODEL [KEY=VALUE...]
    work=$1 model=$2
    shift 2
    ours "$work" "$model" trees 30 --labels "$matrices/trees.y" --train "$train" "$model" "$@"
}
peer() { # WORK ENGINE
    $python bench/peers/models.py matrix "$1" "$2" "$matrices" "$results"
}
peers_of() { # WORK
    case $1 in
    forest) peer forest xgboost; [ "$round" -gt 1 ] || peer forest scikit-learn ;;
    gbdt) peer gbdt xgboost; peer gbdt scikit-learn ;;
    *) peer "$1" scikit-learn ;;
    esac
}

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    for w in $works; do
        [ -z "$peers" ] || peers_of "$w"
        portrait "$w"
    done
done
echo
$python bench/models_table.py "$results" | tee "$dir/models-1-$divisor.md"
