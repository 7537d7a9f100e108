#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# check_together.sh SDK_DIR COMPILER STANDARD: one file may include every header of sdk/include and
# sdk/support, in either order, without a warning.
set -eu
sdk=$1 compiler=$2 standard=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $standard in
c++*) language=c++ ;;
*) language=c ;;
esac
(cd "$sdk/include" && ls portrait/*.h) | sed 's/.*/#include <&>/' >"$work/public"
(cd "$sdk/support" && ls -- *.h) | sed 's/.*/#include "&"/' >"$work/support"
[ -s "$work/public" ] && [ -s "$work/support" ]
cat "$work/public" "$work/support" >"$work/forward.c"
sort -r "$work/support" >"$work/backward.c"
sort -r "$work/public" >>"$work/backward.c"
for file in forward backward; do
    echo 'int together_unused;' >>"$work/$file.c"
    "$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Wundef -Wno-unused-function -Werror \
        -D_GNU_SOURCE -I "$sdk/include" -I "$sdk/support" -c "$work/$file.c" -o "$work/$file.o"
done
