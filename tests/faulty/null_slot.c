// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a file sink without render_file.
#include "faulty.h"

static const pt_sink_vtable vtable = {.struct_size = sizeof vtable,
                                      .create = faulty_create,
                                      .destroy = faulty_destroy,
                                      .begin = faulty_begin,
                                      .finish = faulty_finish};

static const pt_component component = {FAULTY_COMPONENT("null-slot"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "null-slot")
