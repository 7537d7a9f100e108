// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: its id is that of abi-sink.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("duplicate-plugin"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .n_components = 1,
                                 .id = "portrait.abi-sink",
                                 .version = "1.0.0",
                                 .components = components};
FAULTY_ENTRY(&plugin, "portrait.abi-sink")
