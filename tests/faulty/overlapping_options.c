// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: two options share bytes of the config struct.
#include "faulty.h"

struct config {
    int64_t first;
    int64_t second;
};

static const pt_option first = {.struct_size = sizeof first, .type = PT_OPT_I64, .name = "first"};
static const pt_option second = {
    .struct_size = sizeof second, .type = PT_OPT_BOOL, .name = "second", .offset = 7};
static const pt_option *const options[] = {&first, &second};

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("overlapping-options"),
                                       .kind = PT_KIND_SINK,
                                       .config_size = sizeof(struct config),
                                       .options = options,
                                       .n_options = sizeof options / sizeof options[0],
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "overlapping-options")
