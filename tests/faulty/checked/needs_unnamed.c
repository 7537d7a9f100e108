// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it calls zlib and does not name it as a library it needs; the host happens to have it.
#include "../faulty.h"

const char *zlibVersion(void);

static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    (void)self;
    (void)job;
    (void)err;
    return zlibVersion() == NULL ? PT_E_INTERNAL : PT_OK;
}

static const pt_sink_vtable vtable = {.struct_size = sizeof vtable,
                                      .create = faulty_create,
                                      .destroy = faulty_destroy,
                                      .begin = begin,
                                      .render_file = faulty_render,
                                      .finish = faulty_finish};

static const pt_component component = {FAULTY_COMPONENT("needs-unnamed"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "needs-unnamed")
