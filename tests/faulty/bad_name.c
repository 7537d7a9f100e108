// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a component whose name no pipeline could say.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("Bad Name"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "bad-name")
