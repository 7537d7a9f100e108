// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Landlock: which files this process may open, for good.
#ifndef PORTRAIT_ISOLATE_CONFINE_FILES_H
#define PORTRAIT_ISOLATE_CONFINE_FILES_H

#include "error.h"

// Only reading, only the system's libraries and `paths`. Without Landlock in the kernel nothing is
// confined, and PT_E_DENIED refuses any `paths`.
pt_status confine_files(const char *const *paths, uint32_t n, struct pt_error *err);
// Landlock's ABI of this kernel, 0 = none.
int confine_files_abi(void);

#endif
