// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: an enum that offers nothing.
#include "faulty.h"

struct config {
    int64_t first;
    int64_t second;
};

static const pt_option first = {.struct_size = sizeof first, .type = PT_OPT_ENUM, .name = "first"};
static const pt_option *const options[] = {&first};

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("enum-without-choices"),
                                       .kind = PT_KIND_SINK,
                                       .config_size = sizeof(struct config),
                                       .options = options,
                                       .n_options = sizeof options / sizeof options[0],
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "enum-without-choices")
