// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows in step down a tree, for every processor: the loads of independent rows overlap.
#include "ensemble_scorer.h"

void scorer_walk_portable(const struct ensemble_scorer *s, uint64_t tree, const uint16_t *codes,
                          uint32_t *leaves)
{
    const uint64_t *nodes = s->nodes + s->first[tree];
    for (uint32_t half = 0; half < SCORER_STEP; half += SCORER_STEP / 2) {
        const uint16_t *rows = codes + half;
        uint32_t at[SCORER_STEP / 2] = {0};
        for (uint32_t d = 0; d < s->depth[tree]; d++) {
            for (uint32_t k = 0; k < SCORER_STEP / 2; k++) {
                uint64_t node = nodes[at[k]];
                uint32_t code = rows[(node & 0xffff) * SCORER_ROWS + k];
                at[k] = (uint32_t)(node >> 32) + (code > ((uint32_t)node >> 16));
            }
        }
        for (uint32_t k = 0; k < SCORER_STEP / 2; k++) {
            leaves[half + k] = at[k];
        }
    }
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
