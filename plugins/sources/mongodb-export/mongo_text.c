// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_text.h"

#include <string.h>

#include "pt_utf8.h"

static uint32_t hex_value(const uint8_t *p)
{
    uint32_t v = 0;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t digit = p[i] <= '9' ? p[i] - (uint32_t)'0' : (p[i] | 0x20u) - 'a' + 10;
        v = v << 4 | digit;
    }
    return v;
}

// p is at 'u'; *used = bytes of the escape from there.
static uint32_t unit_decode(const uint8_t *p, uint8_t *out, uint64_t *used)
{
    uint32_t code = hex_value(p + 1);
    *used = 5;
    if (code >= 0xd800 && code <= 0xdbff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex_value(p + 7) - 0xdc00);
        *used = 11;
    }
    uint8_t bytes[4];
    uint32_t n = pt_utf8_put(code, bytes);
    memcpy(out, bytes, n);
    return n;
}

uint64_t mongo_text_decode(const uint8_t *p, uint64_t n, uint8_t *out)
{
    static const char from[] = "bfnrt";
    static const char to[] = "\b\f\n\r\t";
    const uint8_t *end = p + n;
    uint64_t size = 0;
    while (p < end) {
        if (*p != '\\') {
            out[size++] = *p++;
            continue;
        }
        p++;
        if (*p == 'u') {
            uint64_t used = 0;
            size += unit_decode(p, out + size, &used);
            p += used;
            continue;
        }
        const char *letter = strchr(from, *p);
        out[size++] = letter == NULL ? *p : (uint8_t)to[letter - from];
        p++;
    }
    return size;
}

uint8_t *mongo_text_room(struct mongo_text *t, uint64_t size)
{
    if (t->failed || (t->capacity - t->n < size &&
                      !pt_mem_reserve(t->host, &t->p, &t->capacity, t->n + size, 1))) {
        t->failed = true;
        return NULL;
    }
    return t->p + t->n;
}

void mongo_text_add(struct mongo_text *t, const void *data, uint64_t size)
{
    uint8_t *to = mongo_text_room(t, size);
    if (to != NULL && size > 0) {
        memcpy(to, data, size);
        t->n += size;
    }
}

static void byte_escape(struct mongo_text *t, uint8_t byte)
{
    static const char hex[] = "0123456789abcdef";
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *known = byte == '\0' ? NULL : strchr(from, byte);
    if (known != NULL) {
        char pair[2] = {'\\', to[known - from]};
        mongo_text_add(t, pair, 2);
        return;
    }
    char unit[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    mongo_text_add(t, unit, 6);
}

void mongo_text_quote(struct mongo_text *t, const uint8_t *p, uint64_t n)
{
    uint64_t plain = 0; // first byte not yet added
    mongo_text_add(t, "\"", 1);
    for (uint64_t i = 0; i < n; i++) {
        if (p[i] < ' ' || p[i] == '"' || p[i] == '\\') {
            mongo_text_add(t, p + plain, i - plain);
            byte_escape(t, p[i]);
            plain = i + 1;
        }
    }
    mongo_text_add(t, p + plain, n - plain);
    mongo_text_add(t, "\"", 1);
}

void mongo_text_release(struct mongo_text *t)
{
    if (t->host != NULL) {
        pt_mem_free(t->host, t->p);
    }
    *t = (struct mongo_text){0};
}
