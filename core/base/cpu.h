// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Feature levels of the processor (PT_CPU_* of the ABI), asked once a process; kernels beyond the
// baseline are chosen by them at run time.
#ifndef PORTRAIT_BASE_CPU_H
#define PORTRAIT_BASE_CPU_H

#include <stdbool.h>

#include <portrait/abi.h>

#include "text.h"

// The highest level that this processor and system offer. [any]
uint32_t cpu_detect(void);
// "baseline", "avx2", "avx512".
const char *cpu_name(uint32_t level);
// The level behind a name; false for another text.
bool cpu_named(struct text name, uint32_t *level);

#endif
