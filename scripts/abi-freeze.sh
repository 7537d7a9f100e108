#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Builds the test plugins of the ABI against today's headers into tests/abi/frozen/MAJOR.MINOR, for
# x86-64: binaries that every later host of this major must load. Once a minor is released its
# folder is never written again.
#   scripts/abi-freeze.sh
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
part() { sed -n "s/^#define PT_ABI_$1 //p" sdk/include/portrait/abi.h; }
version=$(part MAJOR).$(part MINOR)
if grep -A1000 "^## $version\$" sdk/ABI-HISTORY.md | sed '1d;/^## /,$d' | grep -q '^frozen: '; then
    echo "abi-freeze.sh: ABI $version is frozen" >&2
    exit 1
fi
folder=tests/abi/frozen/$version
mkdir -p "$folder"
for kind in source model sink; do
    gcc -std=c11 -O2 -fPIC -fvisibility=hidden -shared -s -Isdk/include -Itests/abi \
        -Wl,--version-script=cmake/plugin.map -Wl,--gc-sections -Wl,--no-undefined \
        -Wl,--build-id=none -o "$folder/abi-$kind.so" "tests/abi/abi_$kind.c"
    chmod 644 "$folder/abi-$kind.so"
done
(cd "$folder" && sha256sum abi-*.so >SHA256SUMS)
