#!/bin/sh
# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# check_headers.sh INCLUDE_DIR COMPILER STANDARD: every ABI header compiles alone, included twice,
# without a warning.
set -eu
include=$1 compiler=$2 standard=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $standard in
c++*) language=c++ extra= ;;
*) language=c extra="-Wstrict-prototypes -Wpadded" ;;
esac
n=0
for header in "$include"/portrait/*.h; do
    name=$(basename "$header")
    printf '#include <portrait/%s>\n#include <portrait/%s>\nint abi_unused;\n' "$name" "$name" >"$work/one.c"
    # shellcheck disable=SC2086
    "$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Wpedantic -Wundef -Werror $extra \
        -I "$include" -c "$work/one.c" -o "$work/one.o"
    n=$((n + 1))
done
# The macros, too, must be usable in both languages.
cat >"$work/use.c" <<'USE'
#include <portrait/plugin.h>
PT_EXTERN_C_BEGIN
int abi_uses(const pt_host *host);
int abi_uses(const pt_host *host)
{
    return PT_HAS(host, log) && PT_HAS(host->input, open);
}
PT_EXTERN_C_END
USE
"$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Wpedantic -Werror -I "$include" \
    -c "$work/use.c" -o "$work/use.o"
[ "$n" -ge 9 ] || { echo "only $n headers found in $include" >&2; exit 1; }
