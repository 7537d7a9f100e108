// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it aborts when it is asked what it is.
#include <stdlib.h>

#include "faulty.h"

PT_PLUGIN_NOTE("faulty.abort-entry", 0)
PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    abort();
}
