// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Text of JSON strings: escapes undone and made, into a buffer that grows.
#ifndef MONGO_TEXT_H
#define MONGO_TEXT_H

#include "pt_mem.h"

struct mongo_text {
    const pt_host *host;
    uint8_t *p;
    uint64_t n;
    uint64_t capacity;
    bool failed; // out of memory
};

// Undoes the escapes of n checked bytes between quotes; `out` needs n bytes. Returns how many it
// has; a surrogate pair becomes one code point, \u0000 a NUL byte.
uint64_t mongo_text_decode(const uint8_t *p, uint64_t n, uint8_t *out);
// Room for `size` bytes behind n; NULL when out of memory.
uint8_t *mongo_text_room(struct mongo_text *t, uint64_t size);
void mongo_text_add(struct mongo_text *t, const void *data, uint64_t size);
// Adds the bytes as a JSON string with its quotes: only what must be escaped is.
void mongo_text_quote(struct mongo_text *t, const uint8_t *p, uint64_t n);
void mongo_text_release(struct mongo_text *t);

#endif
