// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: its note is shorter than the layout says.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("short-note"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("short-note"),
                                 .components = components};

extern const pt_note short_note;
PT_NOTE_PLAIN __attribute__((section(".note.portrait"), used, aligned(4)))
const pt_note short_note = {sizeof PT_NOTE_NAME,
                            8,
                            PT_NOTE_TYPE,
                            PT_NOTE_NAME,
                            {PT_ABI_MAJOR, PT_ABI_MINOR, 0, 0, "faulty.short-note"}};

PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    return &plugin;
}
