// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a component of a kind that does not exist.
#include "faulty.h"

FAULTY_VTABLE(vtable);

static const pt_component component = {FAULTY_COMPONENT("unknown-kind"), .kind = 9,
                                       .vtable = &vtable};
FAULTY_PLUGIN_OF(&component, "unknown-kind")
