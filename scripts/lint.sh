#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Checks how the code reads: format, layers, owners of dependencies, sizes of files and functions,
# licence lines, calls and state that have no place, names, words that mark something unfinished.
# Exceptions stand in scripts/lint-exceptions.txt, with a reason. First a self-test: is a planted
# fault of each kind found?
#   scripts/lint.sh [FOLDER]   (another tree than this one)
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
scripts/packages.sh lint
python3 scripts/lint_selftest.py
exec python3 scripts/lint.py "$@"
