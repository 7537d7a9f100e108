// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: its note is of another major: it is refused before it is loaded.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("other-major-note"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("other-major-note"),
                                 .components = components};

extern const pt_note major_note;
PT_NOTE_PLAIN __attribute__((section(".note.portrait"), used, aligned(4)))
const pt_note major_note = {sizeof PT_NOTE_NAME,
                            sizeof(pt_note_desc),
                            PT_NOTE_TYPE,
                            PT_NOTE_NAME,
                            {PT_ABI_MAJOR + 7, 0, 0, 0, "faulty.other-major-note"}};

// Ends the process that loads it: no code of a refused file may run.
__attribute__((constructor)) static void run_at_load(void)
{
    __builtin_trap();
}

PT_EXPORT const pt_plugin *portrait_plugin_v1(void);

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    return &plugin;
}
