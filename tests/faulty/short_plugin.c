// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the descriptor says it is shorter than any there ever was.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("short-plugin"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = 16,
                                 .abi_major = PT_ABI_MAJOR,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("short-plugin"),
                                 .components = components};
FAULTY_ENTRY(&plugin, "faulty.short-plugin")
