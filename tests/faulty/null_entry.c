// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Fault: the entry returns nothing.
#include "faulty.h"

FAULTY_ENTRY(NULL, "faulty.null-entry")
