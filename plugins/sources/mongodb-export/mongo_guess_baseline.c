// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Eight bytes at a time, on any processor.
#include "mongo_guess.h"

#define GUESS_TARGET

static inline bool guess_literal_is(const uint8_t *p, const struct mongo_guess_node *node)
{
    return memcmp(p, node->literal, node->n) == 0;
}

static inline const uint8_t *guess_stop(const uint8_t *p)
{
    uint64_t stops = mongo_scan_stops(mongo_scan_load(p));
    while (stops == 0) {
        p += 8;
        stops = mongo_scan_stops(mongo_scan_load(p));
    }
    return p + ((uint32_t)__builtin_ctzll(stops) >> 3);
}

static inline uint32_t guess_digits(const uint8_t *p)
{
    uint32_t digits = 0;
    for (uint32_t i = 0; i < 32 && (p[i] == '.' || (uint8_t)(p[i] - '0') <= 9); i++) {
        digits |= (p[i] == '.' ? UINT32_C(0) : UINT32_C(1)) << i;
    }
    return digits;
}

#include "mongo_guess_kernel.h"

const uint8_t *mongo_guess_walk_baseline(struct mongo_guess *g, const uint8_t *p,
                                         const uint8_t *end)
{
    return guess_walk(g, p, end);
}
