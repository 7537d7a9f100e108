// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the vtable ends before its last slots.
#include "faulty.h"

static const pt_sink_vtable vtable = {
    .struct_size = offsetof(pt_sink_vtable, finish), FAULTY_SLOTS, .finish = faulty_finish};

static const pt_component component = {FAULTY_COMPONENT("short-vtable"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "short-vtable")
