// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a summary that is not UTF-8.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("bad-text"), .kind = PT_KIND_SINK,
                                       .summary = "caf\xe9", .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "bad-text")
