// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The strict half of reading JSON (RFC 8259): refuses what cJSON would let pass.
#ifndef PORTRAIT_BASE_JSON_CHECK_H
#define PORTRAIT_BASE_JSON_CHECK_H

#include "error.h"
#include "text.h"

#define JSON_DEPTH 64        // arrays and objects inside each other
#define JSON_NUMBER_BYTES 63 // what cJSON can hold of one number

// PT_OK when `in` is exactly one JSON value with blanks around it; else PT_E_DATA or PT_E_LIMIT
// with line and column (characters).
pt_status json_check(struct text in, struct pt_error *err);

#endif
