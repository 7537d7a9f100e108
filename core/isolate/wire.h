// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The bytes of a message between host and child: fixed-width numbers of this machine, texts with
// their length. Both ends are of one build; the reader trusts nothing all the same.
#ifndef PORTRAIT_ISOLATE_WIRE_H
#define PORTRAIT_ISOLATE_WIRE_H

#include "error.h"
#include "text.h"

void wire_put_u8(struct str *out, uint8_t value);
void wire_put_u32(struct str *out, uint32_t value);
void wire_put_u64(struct str *out, uint64_t value);
void wire_put_i64(struct str *out, int64_t value);
void wire_put_bytes(struct str *out, pt_bytes value);
void wire_put_text(struct str *out, const char *text); // NULL stays NULL
// A status and, unless it is PT_OK, what `err` tells (NULL = nothing).
void wire_put_status(struct str *out, pt_status status, const struct pt_error *err);

// What is left to read. A get behind the end, or of something that is not there, sets `failed` and
// gives zero; so a run of gets is checked once.
struct wire {
    const uint8_t *p;
    size_t n;
    bool failed;
};

struct wire wire_of(struct text bytes);
uint8_t wire_u8(struct wire *in);
uint32_t wire_u32(struct wire *in);
uint64_t wire_u64(struct wire *in);
int64_t wire_i64(struct wire *in);
pt_bytes wire_bytes(struct wire *in);   // borrowed
const char *wire_text(struct wire *in); // borrowed, terminated, or NULL
// A text that has to be there: "" and `failed` when it is NULL.
const char *wire_name(struct wire *in);
// The status that was put; a failure's text goes to `err`. One that does not exist is
// PT_E_INTERNAL.
pt_status wire_status(struct wire *in, struct pt_error *err);

#endif
