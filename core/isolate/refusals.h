// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Refused system calls of this process: each fails with EPERM and is noted where the host sees it.
#ifndef PORTRAIT_ISOLATE_REFUSALS_H
#define PORTRAIT_ISOLATE_REFUSALS_H

#include "error.h"
#include "messages.h"

// From now on a call that the filter traps is noted in the window, the first REFUSALS_MAX of them.
pt_status refusals_watch(struct window *window, struct pt_error *err);

#endif
