// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: loading it ends the process.
#include <stdlib.h>

#include "faulty.h"

__attribute__((constructor)) static void leave(void)
{
    exit(0);
}

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("exit-constructor"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "exit-constructor")
