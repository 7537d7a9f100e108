// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernel's body, written once and compiled for each level: a file defines the vector below and
// includes this.
//   TARGET          attribute of functions      WIDTH, LANES   floats of a vector, vectors of a
//   tile GROUP_MAX       centres held in registers   VEC, IVEC      vectors of floats and of
//   numbers LOAD(p) STORE(p, v) SET(s) ISET(u) ISTORE(p, v) ADD(a, b) SUB(a, b) MUL(a, b) ROOT(a)
//   AT_LEAST_0(a) SQUARE(sum, x) LESS_BY(sum, x, c)
//   KEEP(score, c, best, next, centre)          takes a score into the running minimum
#include <math.h>

#include "kmeans_kernel.h"

#define TILE (WIDTH * LANES)
#define INLINE static inline __attribute__((always_inline)) TARGET

// The running minimum of a tile.
struct minimum {
    VEC best[LANES];
    VEC next[LANES];
    IVEC centre[LANES];
};

#define LINE 16 // floats of a cache line

INLINE const float *row_of(const struct kmeans_rows *rows, uint32_t i)
{
    uint32_t at = i < rows->n ? i : rows->n - 1; // a tile's end repeats the last row
    return rows->x + (rows->take == NULL ? at : rows->take[at]) * rows->stride;
}

// Rows that were picked out are no stream that a machine foresees: ask for those of the next tile.
INLINE void fetch(const struct kmeans_rows *rows, uint32_t first, uint32_t d)
{
    uint32_t width = d < 4 * LINE ? d : 4 * LINE; // the rest of a long row is a stream
    for (uint32_t i = first; i < first + TILE && i < rows->n; i++) {
        const float *x = row_of(rows, i);
        for (uint32_t j = 0; j < width; j += LINE) {
            __builtin_prefetch(x + j);
        }
        __builtin_prefetch(x + width - 1);
    }
}

#if WIDTH >= 8

// Eight columns of eight rows, less the shift, onto their side.
INLINE void turn(const float *const *x, uint32_t j, const float *shift, float *to)
{
    __m256 s = _mm256_loadu_ps(shift + j);
    __m256 r[8];
    __m256 t[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        r[i] = _mm256_sub_ps(_mm256_loadu_ps(x[i] + j), s);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        _mm256_storeu_ps(to + (j + (uint64_t)i) * TILE,
                         _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
        _mm256_storeu_ps(to + (j + (uint64_t)i + 4) * TILE,
                         _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
}

#endif

// Packs the tile that begins with row `first`, column by column.
INLINE void pack(const struct kmeans_rows *rows, uint32_t first, const struct kmeans_centres *m,
                 float *tile)
{
    for (uint32_t i = 0; i < TILE; i += 8) {
        const float *x[8];
        for (uint32_t r = 0; r < 8; r++) {
            x[r] = row_of(rows, first + i + r);
        }
#if WIDTH >= 8
        for (uint32_t j = 0; j + 8 <= m->d; j += 8) {
            turn(x, j, m->shift, tile + i);
        }
        if (m->d >= 8) {
            turn(x, m->d - 8, m->shift, tile + i); // what is left, some columns once more
            continue;
        }
#endif
        for (uint32_t j = 0; j < m->d; j++) {
            for (uint32_t r = 0; r < 8; r++) {
                tile[(uint64_t)j * TILE + i + r] = x[r][j] - m->shift[j];
            }
        }
    }
}

// Scores of `size` centres from `first` on; `size` is known when this is compiled.
INLINE void group(const float *tile, const struct kmeans_centres *m, uint32_t first,
                  const uint32_t size, struct minimum *min)
{
    VEC score[GROUP_MAX][LANES];
    const float *t = m->t + (uint64_t)first * m->d;
#pragma GCC unroll 12
    for (uint32_t c = 0; c < size; c++) {
#pragma GCC unroll 2
        for (uint32_t v = 0; v < LANES; v++) {
            score[c][v] = SET(m->half[first + c]);
        }
    }
    for (uint32_t j = 0; j < m->d; j++) {
        VEC x[LANES];
#pragma GCC unroll 2
        for (uint32_t v = 0; v < LANES; v++) {
            x[v] = LOAD(tile + (uint64_t)j * TILE + v * WIDTH);
        }
#pragma GCC unroll 12
        for (uint32_t c = 0; c < size; c++) {
            VEC centre = SET(t[j * size + c]);
#pragma GCC unroll 2
            for (uint32_t v = 0; v < LANES; v++) {
                score[c][v] = LESS_BY(score[c][v], x[v], centre);
            }
        }
    }
#pragma GCC unroll 12
    for (uint32_t c = 0; c < size; c++) {
        IVEC number = ISET(first + c);
#pragma GCC unroll 2
        for (uint32_t v = 0; v < LANES; v++) {
            KEEP(score[c][v], number, min->best[v], min->next[v], min->centre[v]);
        }
    }
}

#define GROUP_CASE(size)                                                                           \
    case size:                                                                                     \
        group(tile, m, first, size, min);                                                          \
        break

INLINE void any_group(const float *tile, const struct kmeans_centres *m, uint32_t first,
                      struct minimum *min)
{
    switch (m->group) {
        GROUP_CASE(1);
        GROUP_CASE(2);
        GROUP_CASE(3);
        GROUP_CASE(4);
        GROUP_CASE(5);
        GROUP_CASE(6);
#if GROUP_MAX > 6
        GROUP_CASE(7);
        GROUP_CASE(8);
        GROUP_CASE(9);
        GROUP_CASE(10);
        GROUP_CASE(11);
        GROUP_CASE(12);
#endif
    default:
        break;
    }
}

// Of the scores 2 * s = distance^2 - |x|^2; doubts go against the row.
INLINE void tile_slack(const float *tile, const struct kmeans_centres *m, const struct minimum *min,
                       float *slack)
{
    VEC norm[LANES];
    for (uint32_t v = 0; v < LANES; v++) {
        norm[v] = SET(0);
    }
    for (uint32_t j = 0; j < m->d; j++) {
        for (uint32_t v = 0; v < LANES; v++) {
            norm[v] = SQUARE(norm[v], LOAD(tile + (uint64_t)j * TILE + v * WIDTH));
        }
    }
    for (uint32_t v = 0; v < LANES; v++) {
        VEC doubt = MUL(SET(m->doubt), ADD(norm[v], SET(m->largest)));
        VEC best = ADD(norm[v], ADD(min->best[v], min->best[v]));
        VEC next = ADD(norm[v], ADD(min->next[v], min->next[v]));
        VEC near = ROOT(ADD(AT_LEAST_0(best), doubt));
        STORE(slack + v * WIDTH, SUB(ROOT(AT_LEAST_0(SUB(next, doubt))), near));
    }
}

INLINE void tile_nearest(const float *tile, const struct kmeans_centres *m, uint32_t at,
                         struct kmeans_lead *out)
{
    struct minimum min;
    for (uint32_t v = 0; v < LANES; v++) {
        min.best[v] = SET(INFINITY);
        min.next[v] = SET(INFINITY);
        min.centre[v] = ISET(0);
    }
    for (uint32_t g = 0; g < m->n_groups; g++) {
        any_group(tile, m, g * m->group, &min);
    }
    for (uint32_t v = 0; v < LANES; v++) {
        ISTORE(out->centre + at + v * WIDTH, min.centre[v]);
    }
    if (out->has_slack) {
        tile_slack(tile, m, &min, out->slack + at);
    }
}

TARGET static void nearest(const struct kmeans_rows *rows, const struct kmeans_centres *centres,
                           float *tile, struct kmeans_lead *out)
{
    for (uint32_t i = 0; i < rows->n; i += TILE) {
        pack(rows, i, centres, tile);
        if (rows->take != NULL) {
            fetch(rows, i + TILE, centres->d);
        }
        tile_nearest(tile, centres, i, out);
    }
}
