// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Numbers that look random and changes of bytes that break log lines, the same in every run.
#ifndef WEBLOG_NOISE_H
#define WEBLOG_NOISE_H

#include <stdint.h>
#include <string.h>

static uint64_t noise_seed;

static uint32_t noise_below(uint32_t n)
{
    noise_seed = noise_seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((noise_seed >> 33) * n) >> 31);
}

// Bytes changed, dropped, doubled; gives the new length.
static uint64_t noise_mutate(char *p, uint64_t n, uint64_t capacity)
{
    static const char tokens[] = "\"\\ \n\r\t[]{}-?&=%+#:,.0;|\x80\xff";
    uint32_t changes = noise_below(4);
    for (uint32_t i = 0; i < changes && n > 2; i++) {
        uint64_t at = noise_below((uint32_t)n);
        uint64_t size = noise_below(9) + 1;
        size = size > n - at ? n - at : size;
        switch (noise_below(5)) {
        case 0:
            p[at] = (char)noise_below(256);
            break;
        case 1:
        case 2:
            p[at] = tokens[noise_below(sizeof tokens)];
            break;
        case 3:
            memmove(p + at, p + at + size, n - at - size);
            n -= size;
            break;
        default:
            if (n + size <= capacity) {
                memmove(p + at + size, p + at, n - at);
                n += size;
            }
            break;
        }
    }
    return n;
}

#endif
