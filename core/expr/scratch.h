// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Scratch of one thread: results that live until the reset, and temporaries that the next run of
// rows overwrites. Blocks are kept, so that a warm scratch allocates nothing.
#ifndef PORTRAIT_EXPR_SCRATCH_H
#define PORTRAIT_EXPR_SCRATCH_H

#include <stddef.h>

#include "expr.h"

// 16-byte aligned, uninitialised; NULL when memory is out.
void *scratch_keep(struct expr_scratch *s, size_t n, size_t size); // until expr_scratch_reset
void *scratch_temp(struct expr_scratch *s, size_t n, size_t size); // until scratch_rewind
void scratch_rewind(struct expr_scratch *s);

#endif
