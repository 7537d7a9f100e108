// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// UTF-8 on bytes: validity as RFC 3629 has it (no surrogates, no overlong forms, <= U+10FFFF).
#ifndef PT_UTF8_H
#define PT_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include <portrait/abi.h>

PT_EXTERN_C_BEGIN

#define PT_UTF8_GOOD 0
#define PT_UTF8_NUL 1 // holds a NUL byte (and is UTF-8 up to there)
#define PT_UTF8_BAD 2 // is not UTF-8

// What is wrong with the bytes, the earliest fault first.
int32_t pt_utf8_check(const uint8_t *p, uint64_t n);
// True when the bytes are UTF-8; NUL is allowed.
bool pt_utf8_is_valid(const uint8_t *p, uint64_t n);
// True when the bytes are UTF-8 without NUL, as pt_utf8_check says it. `cpu`: PT_CPU_*, the highest
// level that may be used (pt_host.cpu).
bool pt_utf8_is_clean(uint32_t cpu, const uint8_t *p, uint64_t n);
#if defined(__x86_64__)
bool pt_utf8_is_clean_avx2(const uint8_t *p, uint64_t n);
#endif
// Writes the code point as UTF-8 and returns the bytes used (1 to 4); 0 when it is not one.
uint32_t pt_utf8_put(uint32_t code, uint8_t out[4]);

PT_EXTERN_C_END

#endif
