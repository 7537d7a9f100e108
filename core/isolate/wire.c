// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include <stdio.h>

static void put(struct str *out, const void *value, size_t n)
{
    str_add_n(out, value, n);
}

void wire_put_u8(struct str *out, uint8_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_u32(struct str *out, uint32_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_u64(struct str *out, uint64_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_i64(struct str *out, int64_t value)
{
    put(out, &value, sizeof value);
}

void wire_put_bytes(struct str *out, pt_bytes value)
{
    wire_put_u64(out, value.size);
    if (value.size > 0) {
        put(out, value.data, value.size);
    }
}

void wire_put_text(struct str *out, const char *text)
{
    wire_put_u8(out, text != NULL);
    if (text != NULL) {
        size_t n = strlen(text) + 1;
        wire_put_bytes(out, (pt_bytes){(const uint8_t *)text, n});
    }
}

void wire_put_status(struct str *out, pt_status status, const struct pt_error *err)
{
    static const struct pt_error nothing;
    const struct pt_error *e = err == NULL ? &nothing : err;
    wire_put_u32(out, (uint32_t)status);
    if (status == PT_OK) {
        return;
    }
    wire_put_u8(out, e->retryable);
    wire_put_u32(out, e->line);
    wire_put_u32(out, e->column);
    wire_put_u32(out, e->length);
    wire_put_text(out, e->option);
    wire_put_text(out, e->hint);
    wire_put_text(out, e->message);
}

struct wire wire_of(struct text bytes)
{
    return (struct wire){.p = (const uint8_t *)bytes.p, .n = bytes.n};
}

static const uint8_t *take(struct wire *in, uint64_t n)
{
    if (in->failed || n > in->n) {
        in->failed = true;
        return NULL;
    }
    const uint8_t *p = in->p;
    in->p = n == 0 ? p : p + n;
    in->n -= n;
    return p;
}

static void take_value(struct wire *in, void *value, size_t n)
{
    const uint8_t *p = take(in, n);
    if (p != NULL) {
        memcpy(value, p, n);
    }
}

uint8_t wire_u8(struct wire *in)
{
    uint8_t value = 0;
    take_value(in, &value, sizeof value);
    return value;
}

uint32_t wire_u32(struct wire *in)
{
    uint32_t value = 0;
    take_value(in, &value, sizeof value);
    return value;
}

uint64_t wire_u64(struct wire *in)
{
    uint64_t value = 0;
    take_value(in, &value, sizeof value);
    return value;
}

int64_t wire_i64(struct wire *in)
{
    int64_t value = 0;
    take_value(in, &value, sizeof value);
    return value;
}

pt_bytes wire_bytes(struct wire *in)
{
    uint64_t n = wire_u64(in);
    const uint8_t *p = take(in, n);
    return p == NULL ? (pt_bytes){0} : (pt_bytes){p, n};
}

const char *wire_text(struct wire *in)
{
    if (wire_u8(in) == 0) {
        return NULL;
    }
    pt_bytes bytes = wire_bytes(in);
    if (bytes.size == 0 || memchr(bytes.data, '\0', bytes.size) != bytes.data + bytes.size - 1) {
        in->failed = true;
        return NULL;
    }
    return (const char *)bytes.data;
}

const char *wire_name(struct wire *in)
{
    const char *text = wire_text(in);
    in->failed = in->failed || text == NULL;
    return text == NULL ? "" : text;
}

pt_status wire_status(struct wire *in, struct pt_error *err)
{
    pt_status status = (pt_status)wire_u32(in);
    if (in->failed) {
        FAIL(err, PT_E_INTERNAL, "an answer without an end");
    }
    if (status == PT_OK) {
        return PT_OK;
    }
    bool retryable = wire_u8(in) != 0;
    uint32_t line = wire_u32(in);
    uint32_t column = wire_u32(in);
    uint32_t length = wire_u32(in);
    const char *option = wire_name(in);
    const char *hint = wire_name(in);
    const char *message = wire_name(in);
    bool is_known = status >= PT_E_INVALID && status <= PT_E_INTERNAL;
    pt_status known = is_known && !in->failed ? status : PT_E_INTERNAL;
    if (err == NULL) {
        return known;
    }
    error_set(err, known, "%s", message);
    err->retryable = retryable;
    err->line = line;
    err->column = column;
    err->length = length;
    snprintf(err->option, sizeof err->option, "%s", option);
    snprintf(err->hint, sizeof err->hint, "%s", hint);
    return known;
}
