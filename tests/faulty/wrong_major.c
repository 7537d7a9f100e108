// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the descriptor is of another major than its symbol says.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("wrong-major"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR + 1,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("wrong-major"),
                                 .components = components};
FAULTY_ENTRY(&plugin, "faulty.wrong-major")
