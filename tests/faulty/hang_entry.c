// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it never tells what it is.
#include <unistd.h>

#include "faulty.h"

PT_PLUGIN_NOTE("faulty.hang-entry", 0)
PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    for (;;) {
        pause();
    }
}
