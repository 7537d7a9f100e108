#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Builds into a folder: scripts/build.sh FOLDER [cmake options...]
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
folder=$1
shift
cmake -G Ninja -S "$root" -B "$folder" "$@" >"$folder.configure.log" 2>&1 ||
    { cat "$folder.configure.log" >&2; exit 1; }
cmake --build "$folder"
