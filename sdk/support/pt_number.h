// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Numbers written in bytes, strictly: no blanks, no locale, nothing after the number.
#ifndef PT_NUMBER_H
#define PT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

// [+-]digits within int64; leading zeros are fine.
bool pt_number_i64(const uint8_t *p, uint64_t n, int64_t *out);
// [+-]digits[.digits][e[+-]digits]; a digit before or after the point may be missing, not both.
// The double nearest to the text; false when it is not finite or the text is over 1,000 bytes.
bool pt_number_f64(const uint8_t *p, uint64_t n, double *out);

PT_EXTERN_C_END

#endif
