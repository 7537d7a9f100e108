// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: it calls a function that no library has; a lazy loader would not notice.
#include "faulty.h"

int portrait_function_of_nobody(void);

static pt_status begin(void *self, const pt_sink_job *job, pt_error *err)
{
    (void)self;
    (void)job;
    (void)err;
    return portrait_function_of_nobody();
}

static const pt_sink_vtable vtable = {.struct_size = sizeof vtable,
                                      .create = faulty_create,
                                      .destroy = faulty_destroy,
                                      .begin = begin,
                                      .render_file = faulty_render,
                                      .finish = faulty_finish};

static const pt_component component = {FAULTY_COMPONENT("undefined-symbol"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "undefined-symbol")
