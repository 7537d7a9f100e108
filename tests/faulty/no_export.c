// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the entry is not exported.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("no-export"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("no-export"),
                                 .components = components};

PT_PLUGIN_NOTE("faulty.no-export", 0)

PT_EXPORT const pt_plugin *another_entry(void);

PT_EXPORT const pt_plugin *another_entry(void)
{
    return &plugin;
}
