// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it needs a newer host.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("new-minor"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};

static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR + 1,
                                 .min_host_minor = PT_ABI_MINOR + 1,
                                 .n_components = 1,
                                 FAULTY_IDENTITY("new-minor"),
                                 .components = components};
FAULTY_ENTRY(&plugin, "faulty.new-minor")
