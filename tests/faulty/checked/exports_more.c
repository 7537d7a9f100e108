// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a function of its own can be seen from outside.
#include "../faulty.h"

PT_EXPORT int exports_more_answer(void);

PT_EXPORT int exports_more_answer(void)
{
    return 42;
}

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("exports-more"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "exports-more")
