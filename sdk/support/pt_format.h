// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values as text, the same in every locale. Each returns the number of bytes written; nothing is
// terminated.
#ifndef PT_FORMAT_H
#define PT_FORMAT_H

#include <stdint.h>

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

#define PT_FORMAT_MAX 40 // bytes that any of these writes at most

uint32_t pt_format_i64(int64_t value, char out[PT_FORMAT_MAX]);
// A text that reads back as the same double; whole numbers below 2^53 without a point. Writes
// nothing for infinities and NaN.
uint32_t pt_format_f64(double value, char out[PT_FORMAT_MAX]);
// Rounded to at most `decimals` (0..15) places, zeros at the end cut; beyond 1e15 as pt_format_f64.
uint32_t pt_format_f64_rounded(double value, int32_t decimals, char out[PT_FORMAT_MAX]);
uint32_t pt_format_date(int64_t days, char out[PT_FORMAT_MAX]); // 2025-06-01
// 2025-06-01T00:00:00Z, with a fraction of 3 or 6 digits when there is one.
uint32_t pt_format_time(int64_t us, char out[PT_FORMAT_MAX]);

PT_EXTERN_C_END

#endif
