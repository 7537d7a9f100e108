// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows in step down a tree, for every processor: the loads of independent rows overlap.
#include <string.h>

#include "ensemble_scorer.h"

// One row's step. A name a row keeps the places in registers.
#define STEP(place, k)                                                                             \
    do {                                                                                           \
        uint64_t node = nodes[place];                                                              \
        uint32_t code = codes[(node & 0xffff) * SCORER_ROWS + (k)];                                \
        (place) = (uint32_t)(node >> 32) + (code > ((uint32_t)node >> 16));                        \
    } while (0)

#define STEP_SMALL(place, k)                                                                       \
    do {                                                                                           \
        uint32_t node = nodes[place];                                                              \
        uint32_t code = codes[(node & 0xff) * SCORER_ROWS + (k)];                                  \
        (place) = (node >> 16) + (code > (node >> 8 & 0xff));                                      \
    } while (0)

#define WALK_EIGHT(STEP, depth, leaves)                                                            \
    do {                                                                                           \
        uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;                           \
        for (uint32_t level = 0; level < (depth); level++) {                                       \
            STEP(a, 0);                                                                            \
            STEP(b, 1);                                                                            \
            STEP(c, 2);                                                                            \
            STEP(d, 3);                                                                            \
            STEP(e, 4);                                                                            \
            STEP(f, 5);                                                                            \
            STEP(g, 6);                                                                            \
            STEP(h, 7);                                                                            \
        }                                                                                          \
        const uint32_t all[8] = {a, b, c, d, e, f, g, h};                                          \
        memcpy((leaves), all, sizeof all);                                                         \
    } while (0)

void scorer_walk_small(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                       uint32_t *leaves)
{
    const uint32_t *nodes = s->small + s->first[tree];
    WALK_EIGHT(STEP_SMALL, s->depth[tree], leaves);
    codes += 8;
    WALK_EIGHT(STEP_SMALL, s->depth[tree], leaves + 8);
}

void scorer_walk_plain(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                       uint32_t *leaves)
{
    const uint64_t *nodes = s->nodes + s->first[tree];
    WALK_EIGHT(STEP, s->depth[tree], leaves);
    codes += 8;
    WALK_EIGHT(STEP, s->depth[tree], leaves + 8);
}

void scorer_walk_sets(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                      uint32_t *leaves)
{
    const uint64_t *nodes = s->nodes + s->first[tree];
    const uint32_t *set_of = s->set_of + s->first[tree];
    for (uint32_t k = 0; k < SCORER_STEP; k++) {
        leaves[k] = 0;
    }
    for (uint32_t d = 0; d < s->depth[tree]; d++) {
        for (uint32_t k = 0; k < SCORER_STEP; k++) {
            uint64_t node = nodes[leaves[k]];
            uint32_t is_set = (uint32_t)(node >> 15) & 1;
            uint32_t code = codes[(node & 0x7fff) * SCORER_ROWS + k];
            uint32_t word = s->sets[set_of[leaves[k]] + (is_set != 0 ? code / 32 : 0)];
            uint32_t is_out = (~word >> (code % 32)) & 1;
            uint32_t is_above = code > ((uint32_t)node >> 16);
            leaves[k] = (uint32_t)(node >> 32) + (is_set != 0 ? is_out : is_above);
        }
    }
}
