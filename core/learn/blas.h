// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The linear algebra models get: OpenBLAS behind the ABI's table, pinned to one thread (the host
// splits work over blocks itself, so that results do not depend on the number of threads).
#ifndef PORTRAIT_LEARN_BLAS_H
#define PORTRAIT_LEARN_BLAS_H

#include <portrait/run.h>

// Constant; the first call pins the library.
const pt_blas *blas_table(void);

#endif
