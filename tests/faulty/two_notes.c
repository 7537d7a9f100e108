// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it carries two notes, and who reads the first takes it for another plugin.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("two-notes"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("two-notes"),
                                 .components = components};
FAULTY_ENTRY(&plugin, "faulty.two-notes")

extern const pt_note second_note;
PT_NOTE_PLAIN __attribute__((section(".note.portrait"), used, aligned(4)))
const pt_note second_note = {sizeof PT_NOTE_NAME,
                             sizeof(pt_note_desc),
                             PT_NOTE_TYPE,
                             PT_NOTE_NAME,
                             {PT_ABI_MAJOR, PT_ABI_MINOR, 0, 0, "faulty.another"}};
