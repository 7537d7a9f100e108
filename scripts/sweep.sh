#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Every place of the failure sweeps over whole runs, under ASan and UBSan: each allocation and each
# file call fails once and for good, and the process is killed before each file call.
#   scripts/sweep.sh [TEST]    one test only, such as test_run_sweep__kill
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
scripts/packages.sh test
CC=clang scripts/build.sh build-sanitize -DPORTRAIT_WERROR=ON -DPORTRAIT_SANITIZE=ON \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo
PORTRAIT_BUILD="$root/build-sanitize" build-sanitize/tests/test_run_sweep 0 "$@"
