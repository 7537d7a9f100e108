// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it crashes when it is asked what it is.
#include <signal.h>

#include "faulty.h"

PT_PLUGIN_NOTE("faulty.crash-entry", 0)
PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    raise(SIGSEGV);
    return NULL;
}
