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

// Packs rows [first, first + TILE) of a chunk; rows past its end are zeros.
INLINE void pack(const struct kmeans_rows *rows, uint32_t first, const struct kmeans_centres *m,
                 float *tile)
{
    uint32_t n = rows->n - first < TILE ? rows->n - first : TILE;
    for (uint32_t j = 0; j < m->d; j++) {
        const float *x = rows->x + j * rows->stride;
        float *to = tile + (uint64_t)j * TILE;
        if (rows->take == NULL && n == TILE) {
            VEC shift = SET(m->shift[j]);
            for (uint32_t v = 0; v < LANES; v++) {
                STORE(to + v * WIDTH, SUB(LOAD(x + first + v * WIDTH), shift));
            }
            continue;
        }
        for (uint32_t i = 0; i < n; i++) {
            to[i] = x[rows->take == NULL ? first + i : rows->take[first + i]] - m->shift[j];
        }
        for (uint32_t i = n; i < TILE; i++) {
            to[i] = 0;
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
        tile_nearest(tile, centres, i, out);
    }
}
