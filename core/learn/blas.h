// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The linear algebra models get: OpenBLAS behind the ABI's table, pinned to one thread (the host
// splits work over blocks itself, so that results do not depend on the number of threads).
#ifndef PORTRAIT_LEARN_BLAS_H
#define PORTRAIT_LEARN_BLAS_H

#include <portrait/run.h>

#include "error.h"

// The first call loads the library and pins it; *out is constant. PT_E_UNSUPPORTED when it cannot
// be loaded.
pt_status blas_table(const pt_blas **out, struct pt_error *err);

#endif
