// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Losses on plain arrays: gradients and hessians of rows at their margins, their sums, and the
// whole-number statistics that histograms add up.
#ifndef GBDT_LOSS_H
#define GBDT_LOSS_H

#include <stdint.h>

// Sums over rows.
struct gbdt_sums {
    double gradient; // of absolute values
    double hessian;
    double loss;
    double weight;
};

struct gbdt_rows {
    const float *label;
    const float *weight; // NULL = all 1
    const float *margin;
    uint64_t n;
};

// A row's gradient and hessian, before and after they become whole numbers.
union gbdt_stat {
    struct {
        float gradient;
        float hessian;
    } real;

    int64_t packed;
};

// Kind is GBDT_LOGISTIC or GBDT_SQUARED; cpu (PT_CPU_*) never changes results.
struct gbdt_loss {
    int32_t kind;
    uint32_t cpu;
};

// Adds to *sums; writes stat[i].real.
void gbdt_gradients(const struct gbdt_loss *loss, const struct gbdt_rows *rows,
                    union gbdt_stat *stat, struct gbdt_sums *sums);
// Adds loss and weight only.
void gbdt_losses(const struct gbdt_loss *loss, const struct gbdt_rows *rows,
                 struct gbdt_sums *sums);
// stat[i].real becomes stat[i].packed: gradient times first_up and hessian times second_up, to the
// nearest whole number, the hessian at least 1.
void gbdt_pack(union gbdt_stat *stat, uint64_t n, double first_up, double second_up);

// One block of at most 1,024 rows with weights, by processor level; sums but for the weight.
typedef void gbdt_block_fn(int32_t kind, const struct gbdt_rows *rows, union gbdt_stat *stat,
                           struct gbdt_sums *sums);
#if defined(__x86_64__)
gbdt_block_fn gbdt_block_avx2;
gbdt_block_fn gbdt_block_avx512;
#endif

#endif
