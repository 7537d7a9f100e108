// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "logreg_kernel.h"

const struct logreg_kernel *logreg_kernel_of(uint32_t cpu)
{
#if defined(__x86_64__)
    if (cpu >= PT_CPU_AVX512) {
        return &logreg_kernel_avx512;
    }
    if (cpu >= PT_CPU_AVX2) {
        return &logreg_kernel_avx2;
    }
#endif
    (void)cpu;
    return &logreg_kernel_portable;
}
