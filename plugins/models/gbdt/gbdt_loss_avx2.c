// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "gbdt_loss.h"

#if defined(__x86_64__)

#include "gbdt_loss_kernel.h"

__attribute__((target("avx2,fma"))) void gbdt_block_avx2(int32_t kind, const struct gbdt_rows *rows,
                                                         union gbdt_stat *stat,
                                                         struct gbdt_sums *sums)
{
    block_gradients(kind, rows, stat, sums);
}

#endif
