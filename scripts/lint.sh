#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Checks how the code reads: format, layers, sizes of files and functions, licence lines, words
# that mark something unfinished. Exceptions stand in scripts/lint-exceptions.txt, with a reason.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
exec python3 scripts/lint.py "$@"
