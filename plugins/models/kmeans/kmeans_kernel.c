// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernel for any processor, in the compiler's own vectors of four, and what all levels share.
#include "kmeans_kernel.h"

#include <math.h>
#include <string.h>

typedef float vec4 __attribute__((vector_size(16)));
typedef int32_t ivec4 __attribute__((vector_size(16)));

static inline vec4 load4(const float *p)
{
    vec4 v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void store4(float *p, vec4 v)
{
    memcpy(p, &v, sizeof v);
}

static inline vec4 select4(ivec4 mask, vec4 a, vec4 b)
{
    return (vec4)(((ivec4)a & mask) | ((ivec4)b & ~mask));
}

static inline vec4 root4(vec4 v)
{
    return (vec4){sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};
}

static inline void keep4(vec4 score, ivec4 number, vec4 *best, vec4 *next, ivec4 *centre)
{
    ivec4 is_less = score < *best;
    vec4 larger = select4(is_less, *best, score);
    *next = select4(larger < *next, larger, *next);
    *best = select4(is_less, score, *best);
    *centre = (number & is_less) | (*centre & ~is_less);
}

#define TARGET
#define WIDTH 4
#define LANES 2
#define GROUP_MAX 6
#define VEC vec4
#define IVEC ivec4
#define LOAD(p) load4(p)
#define STORE(p, v) store4(p, v)
#define SET(s) ((vec4){0} + (float)(s))
#define ISET(u) ((ivec4){0} + (int32_t)(u))
#define ISTORE(p, v) memcpy(p, &(v), sizeof(ivec4))
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define ROOT(a) root4(a)
#define AT_LEAST_0(a) select4((a) > 0, a, (vec4){0})
#define SQUARE(sum, x) ((sum) + (x) * (x))
#define LESS_BY(sum, x, c) ((sum) - (x) * (c))
#define KEEP(score, number, best, next, centre) keep4(score, number, &(best), &(next), &(centre))

#include "kmeans_tile.h"

const struct kmeans_kernel kmeans_kernel_portable = {GROUP_MAX, nearest};

const struct kmeans_kernel *kmeans_kernel_of(uint32_t cpu)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        return &kmeans_kernel_avx512;
    }
    if (cpu >= PT_CPU_AVX2) {
        return &kmeans_kernel_avx2;
    }
#endif
    (void)cpu;
    return &kmeans_kernel_portable;
}

bool kmeans_centres_make(const pt_host *host, uint32_t k, uint32_t d, struct kmeans_centres *out)
{
    uint32_t most = kmeans_kernel_of(host->cpu)->group_max;
    uint32_t n_groups = (k + most - 1) / most;
    uint32_t group = (k + n_groups - 1) / n_groups;
    uint64_t places = (uint64_t)n_groups * group;
    *out = (struct kmeans_centres){.k = k, .d = d, .group = group, .n_groups = n_groups};
    out->t = pt_mem_zero(host, places * d, sizeof *out->t);
    out->half = pt_mem_zero(host, places, sizeof *out->half);
    out->shift = pt_mem_zero(host, d, sizeof *out->shift);
    if (out->t == NULL || out->half == NULL || out->shift == NULL) {
        kmeans_centres_release(host, out);
        return false;
    }
    return true;
}

void kmeans_centres_release(const pt_host *host, struct kmeans_centres *centres)
{
    pt_mem_free(host, centres->t);
    pt_mem_free(host, centres->half);
    pt_mem_free(host, centres->shift);
    *centres = (struct kmeans_centres){0};
}

static void find_shift(const double *rows, struct kmeans_centres *out)
{
    for (uint32_t j = 0; j < out->d; j++) {
        double sum = 0;
        for (uint32_t c = 0; c < out->k; c++) {
            sum += rows[(uint64_t)c * out->d + j];
        }
        out->shift[j] = (float)(sum / out->k);
    }
}

bool kmeans_centres_set(const double *rows, struct kmeans_centres *out)
{
    bool fits = true;
    find_shift(rows, out);
    // A score's d + 1 roundings, the norm's d, those of the values themselves, and as much again.
    out->doubt = 4 * ((float)out->d + 16) * 0x1p-24F;
    out->largest = 0;
    for (uint32_t c = 0; c < out->n_groups * out->group; c++) {
        float *t = out->t + (uint64_t)(c / out->group * out->group) * out->d + c % out->group;
        double square = 0;
        for (uint32_t j = 0; j < out->d && c < out->k; j++) {
            float value = (float)(rows[(uint64_t)c * out->d + j] - (double)out->shift[j]);
            t[(uint64_t)j * out->group] = value;
            square += (double)value * (double)value;
        }
        out->half[c] = c < out->k ? (float)(square / 2) : INFINITY;
        out->largest = c < out->k ? fmaxf(out->largest, (float)square) : out->largest;
        fits = fits && (c >= out->k || isfinite((float)square));
    }
    return fits;
}

void kmeans_distances(const struct kmeans_rows *rows, const double *centres, uint32_t d,
                      const uint16_t *of, double *squared)
{
    for (uint32_t i = 0; i < rows->n; i++) {
        const float *x = rows->x + (rows->take == NULL ? i : rows->take[i]) * rows->stride;
        const double *centre = centres + (of == NULL ? 0 : (uint64_t)of[i] * d);
        double sums[4] = {0};
        uint32_t j = 0;
        for (; j + 4 <= d; j += 4) {
            for (uint32_t q = 0; q < 4; q++) {
                double gap = (double)x[j + q] - centre[j + q];
                sums[q] += gap * gap;
            }
        }
        for (; j < d; j++) {
            double gap = (double)x[j] - centre[j];
            sums[0] += gap * gap;
        }
        squared[i] = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }
}
