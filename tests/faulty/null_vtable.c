// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: a component without a vtable.
#include "faulty.h"

static const pt_component component = {FAULTY_COMPONENT("null-vtable"), .kind = PT_KIND_SINK};
FAULTY_PLUGIN_OF(&component, "null-vtable")
