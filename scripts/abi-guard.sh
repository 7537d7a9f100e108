#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Fails when the headers of the plugin ABI are not what was promised: a field that moved, a changed
# slot or constant, a change without an entry in sdk/ABI-HISTORY.md. Compares with the layouts in
# tests/abi/baseline and, by abidiff, with what a debugger knows of the types.
#   scripts/abi-guard.sh           check
#   scripts/abi-guard.sh --write   bring layout, baseline and assertions up to date, once the
#                                  history has its entry
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
exec python3 scripts/abi_guard.py "$@"
