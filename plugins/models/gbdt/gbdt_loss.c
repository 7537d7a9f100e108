// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "gbdt_loss.h"

#include "gbdt_loss_kernel.h"
#include "hist.h"

static void block_baseline(int32_t loss, const struct gbdt_rows *rows, union gbdt_stat *stat,
                           struct gbdt_sums *sums)
{
    block_gradients(loss, rows, stat, sums);
}

static gbdt_block_fn *block_fn_for(uint32_t cpu)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        return gbdt_block_avx512;
    }
    if (cpu >= PT_CPU_AVX2) {
        return gbdt_block_avx2;
    }
#endif
    (void)cpu;
    return block_baseline;
}

void gbdt_gradients(const struct gbdt_loss *loss, const struct gbdt_rows *rows,
                    union gbdt_stat *stat, struct gbdt_sums *sums)
{
    gbdt_block_fn *fn = block_fn_for(loss->cpu);
    float ones[GBDT_BLOCK];
    for (uint32_t i = 0; i < GBDT_BLOCK; i++) {
        ones[i] = 1.0f;
    }
    for (uint64_t begin = 0; begin < rows->n; begin += GBDT_BLOCK) {
        uint64_t n = rows->n - begin < GBDT_BLOCK ? rows->n - begin : GBDT_BLOCK;
        struct gbdt_rows block = {rows->label + begin,
                                  rows->weight == NULL ? ones : rows->weight + begin,
                                  rows->margin + begin, n};
        fn(loss->kind, &block, stat + begin, sums);
        for (uint64_t i = 0; i < n; i++) {
            sums->weight += (double)block.weight[i];
        }
    }
}

void gbdt_losses(const struct gbdt_loss *loss, const struct gbdt_rows *rows, struct gbdt_sums *sums)
{
    union gbdt_stat unused[GBDT_BLOCK];
    for (uint64_t begin = 0; begin < rows->n; begin += GBDT_BLOCK) {
        struct gbdt_rows part = *rows;
        part.label += begin;
        part.weight = rows->weight == NULL ? NULL : rows->weight + begin;
        part.margin += begin;
        part.n = rows->n - begin < GBDT_BLOCK ? rows->n - begin : GBDT_BLOCK;
        gbdt_gradients(loss, &part, unused, sums);
    }
}

void gbdt_pack(union gbdt_stat *stat, uint64_t n, double first_up, double second_up)
{
    for (uint64_t i = 0; i < n; i++) {
        double first = (double)stat[i].real.gradient * first_up;
        double second = (double)stat[i].real.hessian * second_up;
        int32_t g = (int32_t)(first + (first < 0 ? -0.5 : 0.5));
        uint32_t h = (uint32_t)(int64_t)(second + 0.5);
        stat[i].packed = hist_pack(g, h == 0 ? 1 : h);
    }
}
