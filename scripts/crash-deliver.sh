#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Kills senders until enough have died, and checks that every planned delivery was processed once.
#   scripts/crash-deliver.sh [KILLS] [SEED]   (1000 kills unless told)
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
scripts/packages.sh test
CC=gcc scripts/build.sh build-test -DPORTRAIT_WERROR=ON
PORTRAIT_BUILD="$root/build-test" PORTRAIT_SOURCE="$root" \
    build-test/tests/crash_deliver "${1:-1000}" "${2:-20250601}"
