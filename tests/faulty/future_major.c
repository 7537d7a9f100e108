// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: built for the next major, whose symbol is another one.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("future-major"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = 2,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("future-major"),
                                 .components = components};

PT_PLUGIN_NOTE("faulty.future-major", 0)

PT_EXPORT const pt_plugin *portrait_plugin_v2(void);

PT_EXPORT const pt_plugin *portrait_plugin_v2(void)
{
    return &plugin;
}
