// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Shallow trees without a walk: every node of a complete tree is compared for 32 rows at once, and
// the masks of a level choose among those of the next, so that a row's leaf number falls out as
// bits. No load depends on another, which is what makes a walk slow (as measured, a third of its
// time for trees of depth 6).
#include "ensemble_scorer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void fill_tree(const struct ensemble_scorer *s, uint64_t tree, struct scorer_masks *out)
{
    uint32_t n_inner = (1u << s->depth[tree]) - 1;
    const uint64_t *nodes = s->nodes + s->first[tree];
    uint32_t place[2 * SCORER_MASK_LEAVES] = {0};
    for (uint32_t i = 0; i < n_inner; i++) {
        uint64_t node = nodes[place[i]];
        uint32_t next = (uint32_t)(node >> 32);
        bool is_leaf = next == place[i];
        out->plane[i] = (uint16_t)node;
        out->bin[i] = (uint16_t)(node >> 16);
        place[2 * i + 1] = next;
        place[2 * i + 2] = is_leaf ? next : next + 1;
    }
    for (uint32_t i = 0; i <= n_inner; i++) {
        out->values[i] = s->values[s->first[tree] + place[n_inner + i]];
    }
}

bool scorer_masks_make(const pt_host *host, struct ensemble_scorer *s)
{
    if (s->set_of != NULL || (1u << s->deepest) > SCORER_MASK_LEAVES) {
        return true;
    }
    s->masks = pt_mem_zero(host, s->n_trees, sizeof *s->masks);
    for (uint64_t t = 0; s->masks != NULL && t < s->n_trees; t++) {
        fill_tree(s, t, &s->masks[t]);
    }
    return s->masks != NULL;
}

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE inline __attribute__((always_inline))

// Of the 2^level masks of a level the one each row stands at: right[l] tells the way at level l.
TARGET INLINE static uint32_t choose(uint32_t *masks, uint32_t level, const uint32_t *right)
{
#pragma GCC unroll 8
    for (uint32_t l = level; l > 0; l--) {
#pragma GCC unroll 32
        for (uint32_t i = 0; i < 1u << (l - 1); i++) {
            uint32_t differ = (masks[2 * i] ^ masks[2 * i + 1]) & right[l - 1];
            masks[i] = masks[2 * i] ^ differ;
        }
    }
    return masks[0];
}

TARGET INLINE static __m256i leaves_of(const struct scorer_masks *m, uint32_t depth,
                                       const uint16_t *codes)
{
    uint32_t right[SCORER_MASK_DEPTH];
    uint32_t masks[SCORER_MASK_LEAVES];
    __m256i leaf = _mm256_setzero_si256();
#pragma GCC unroll 8
    for (uint32_t level = 0; level < depth; level++) {
        uint32_t first = (1u << level) - 1;
#pragma GCC unroll 32
        for (uint32_t i = 0; i < 1u << level; i++) {
            const uint16_t *at = codes + (uint64_t)m->plane[first + i] * SCORER_ROWS;
            __m512i bin = _mm512_set1_epi16((short)m->bin[first + i]);
            masks[i] = _mm512_cmpgt_epu16_mask(_mm512_loadu_si512(at), bin);
        }
        right[level] = choose(masks, level, right);
        leaf = _mm256_add_epi8(leaf, leaf);
        leaf = _mm256_sub_epi8(leaf, _mm256_movm_epi8(right[level]));
    }
    return leaf;
}

// With the depth a constant all loops over nodes unroll, and masks stay in registers.
TARGET INLINE static void add_tree(const struct scorer_masks *m, uint32_t depth,
                                   const uint16_t *codes, double *sums, uint64_t n)
{
    for (uint64_t k = 0; k < n; k += SCORER_MASK_ROWS) {
        uint8_t leaves[SCORER_MASK_ROWS];
        uint64_t rows = n - k < SCORER_MASK_ROWS ? n - k : SCORER_MASK_ROWS;
        _mm256_storeu_si256((__m256i *)(void *)leaves, leaves_of(m, depth, codes + k));
        for (uint64_t i = 0; i < rows; i++) {
            sums[k + i] += m->values[leaves[i]];
        }
    }
}

TARGET void scorer_masks_avx512(const struct scorer_masks *m, uint32_t depth, const uint16_t *codes,
                                double *sums, uint64_t n)
{
    switch (depth) {
    case 0:
        add_tree(m, 0, codes, sums, n);
        break;
    case 1:
        add_tree(m, 1, codes, sums, n);
        break;
    case 2:
        add_tree(m, 2, codes, sums, n);
        break;
    case 3:
        add_tree(m, 3, codes, sums, n);
        break;
    case 4:
        add_tree(m, 4, codes, sums, n);
        break;
    case 5:
        add_tree(m, 5, codes, sums, n);
        break;
    default:
        add_tree(m, SCORER_MASK_DEPTH, codes, sums, n);
        break;
    }
}

#endif
