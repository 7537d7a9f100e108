// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it fills whatever pipe it finds with nonsense.
#include <string.h>
#include <unistd.h>

#include "faulty.h"

PT_PLUGIN_NOTE("faulty.noisy-entry", 0)
PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    char nonsense[4096];
    memset(nonsense, 'x', sizeof nonsense);
    for (int fd = 3; fd < 64; fd++) {
        for (int i = 0; i < 2048 && write(fd, nonsense, sizeof nonsense) > 0; i++) {
        }
    }
    return NULL;
}
