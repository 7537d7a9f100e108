// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The format alone, on plain bytes: no host is needed.
#include <stdio.h>
#include <string.h>

#include "tab_file.h"

int main(void)
{
    static const char field[] = "a\tb\nc\\d\r";
    static const char wanted[] = "a\\tb\\nc\\\\d\\r";
    char out[TAB_FILE_MOST(sizeof field)];
    uint64_t n = tab_file_escape((const uint8_t *)field, sizeof field - 1, out);
    if (n != sizeof wanted - 1 || memcmp(out, wanted, n) != 0) {
        fprintf(stderr, "wrong: %.*s\n", (int)n, out);
        return 1;
    }
    return 0;
}
