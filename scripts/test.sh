#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Installs, builds and passes every test: gcc Release, then clang with AddressSanitizer and
# UndefinedBehaviorSanitizer. With PORTRAIT_DATA=FOLDER also the tests on the large data sets.
#   scripts/test.sh [release|sanitize]...   (both when none is named)
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
scripts/packages.sh test
jobs=$(nproc)
suites=${*:-release sanitize}
for suite in $suites; do
    case $suite in
    release) CC=gcc scripts/build.sh build-test -DPORTRAIT_WERROR=ON ;;
    sanitize)
        CC=clang scripts/build.sh build-sanitize -DPORTRAIT_WERROR=ON -DPORTRAIT_SANITIZE=ON \
            -DCMAKE_BUILD_TYPE=RelWithDebInfo
        ;;
    *) echo "usage: scripts/test.sh [release|sanitize]..." >&2; exit 2 ;;
    esac
    folder=build-test
    [ "$suite" = release ] || folder=build-sanitize
    ctest --test-dir "$folder" --output-on-failure -j "$jobs" --no-tests=error
done
