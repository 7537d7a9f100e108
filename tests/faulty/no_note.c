// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it carries no note.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("no-note"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("no-note"),
                                 .components = components};

PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    return &plugin;
}
