#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# Installs, builds and runs the main job on the small shop in pipelines/data: who is who, features,
# personas, purchase intent, the campaign file. Takes no options.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
scripts/packages.sh build
scripts/build.sh build -DPORTRAIT_TESTS=OFF >build.log 2>&1 || { tail -40 build.log >&2; exit 1; }
rm -f build.log build.configure.log
out=${TMPDIR:-/tmp}/portrait-demo
rm -rf "$out"
mkdir -p "$out"
code=0
build/bin/portrait run pipelines/shop-campaign.yaml --var out="$out" --runs "$out/runs" --no-deliver || code=$?
[ "$code" -eq 4 ] || exit "$code" # 4: everything is done but the deliveries
echo
echo "The first lines of the campaign file, $out/campaign.csv:"
head -5 "$out/campaign.csv"
echo
echo "Deliveries are frozen, not sent, in $out/runs/latest/deliveries."
echo "The models, the rejected rows and the record of the run: $out/runs/latest"
