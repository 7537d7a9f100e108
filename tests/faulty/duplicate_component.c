// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: its sink has the name of one of abi-sink's.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("abi-file"), .kind = PT_KIND_SINK,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "duplicate-component")
