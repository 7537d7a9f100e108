#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Mutates batches in shared memory as a hostile child could, under ASan and UBSan: every one is
# refused or read, none reads a byte outside.
#   scripts/fuzz-batches.sh [N]      100000 batches
# FUZZ_BUILD names the build folder (build/fuzz).
set -eu
cd "$(dirname "$0")/.."

build=${FUZZ_BUILD:-build/fuzz}
cmake -G Ninja -B "$build" -S . -DCMAKE_BUILD_TYPE=Debug -DPORTRAIT_SANITIZE=ON >/dev/null
cmake --build "$build" --target test_shared_batch
BATCH_MUTATIONS=${1:-100000} "$build/tests/test_shared_batch"
