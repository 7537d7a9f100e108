// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the list of components holds a NULL.
#include "faulty.h"

FAULTY_PLUGIN_OF(NULL, "null-component")
