#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages Portrait is built, tested and formatted with. As root, or by sudo.
#   scripts/packages.sh build|test|lint
set -eu

build="gcc cmake ninja-build pkg-config libltdl-dev libyaml-dev libcjson-dev libopenblas-dev
  libopenblas0-pthread libcurl4-openssl-dev libssl-dev libseccomp-dev zlib1g-dev libzstd-dev libsqlite3-dev tzdata
  ca-certificates"
test="$build make g++ clang libclang-rt-14-dev libcmocka-dev patch libbson-dev python3 zstd gzip
  mandoc libxml2-utils abigail-tools minisign"
# Newer ones than Debian's may be there already.
command -v rustc >/dev/null || test="$test rustc"
command -v npm >/dev/null || test="$test npm"
lint="$test git clang-format-19"

case "${1:-}" in
build) want=$build ;;
test) want=$test ;;
lint) want=$lint ;;
*) echo "usage: scripts/packages.sh build|test|lint" >&2; exit 2 ;;
esac

missing=
for package in $want; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "packages.sh: as root, install:$missing" >&2; exit 1; }
    as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
# shellcheck disable=SC2086
$as_root apt-get install -y -q --no-install-recommends $missing
