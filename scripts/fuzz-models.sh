#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the load() of every model plugin through the model file, under ASan and UBSan: good files
# are mutated and sealed again, so that their content is reached.
#   scripts/fuzz-models.sh [SECONDS [PLUGIN...]]     60 seconds each, all plugins
# FUZZ_BUILD names the build folder (build/fuzz), MODEL_FUZZ_SEED another beginning.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- kmeans logreg dtree forest gbdt
build=${FUZZ_BUILD:-build/fuzz}

cmake -G Ninja -B "$build" -S . -DCMAKE_BUILD_TYPE=Debug -DPORTRAIT_SANITIZE=ON >/dev/null
cmake --build "$build" --target test_model_fuzz
for plugin in "$@"; do
    MODEL_FUZZ_SECONDS=$seconds MODEL_FUZZ_PLUGIN=$plugin PORTRAIT_BUILD=$(realpath "$build") \
        "$(find "$build" -type f -name test_model_fuzz | head -n 1)"
done
