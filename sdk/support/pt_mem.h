// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Memory and messages of a plugin through its host: sizes multiplied with overflow check, error
// texts made with printf rules. Everything here is thread-safe as far as the host's slots are.
#ifndef PT_MEM_H
#define PT_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <portrait/host.h>

PT_EXTERN_C_BEGIN

// n * size bytes, uninitialised, never zero long; NULL when out of memory or on overflow.
void *pt_mem_array(const pt_host *host, uint64_t n, uint64_t size);
// As pt_mem_array, filled with zero bytes.
void *pt_mem_zero(const pt_host *host, uint64_t n, uint64_t size);
// Grows or shrinks to n * size bytes; `memory` (may be NULL) stays valid when NULL comes back.
void *pt_mem_resize(const pt_host *host, void *memory, uint64_t n, uint64_t size);
// A NUL-terminated copy of `size` bytes.
char *pt_mem_text(const pt_host *host, const void *data, uint64_t size);
// Makes room for `need` elements of `size` bytes: *capacity at least doubles. *array is a pointer
// to the array pointer. False when out of memory; nothing changed then.
bool pt_mem_reserve(const pt_host *host, void *array, uint64_t *capacity, uint64_t need,
                    uint64_t size);
// NULL is fine.
void pt_mem_free(const pt_host *host, void *memory);

// Stores code and text (option = option path or NULL) and returns code. Texts are cut at 1 KiB.
pt_status pt_fail(const pt_host *host, pt_error *err, pt_status code, const char *option,
                  const char *format, ...) PT_PRINTF(5, 6);

PT_EXTERN_C_END

#endif
