// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "flat.h"

#include <math.h>

bool flat_put_u8(struct str *out, uint8_t value)
{
    return str_add_n(out, (const char *)&value, 1);
}

static bool put_bytes(struct str *out, uint64_t value, size_t n)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    return str_add_n(out, (const char *)bytes, n);
}

bool flat_put_u32(struct str *out, uint32_t value)
{
    return put_bytes(out, value, 4);
}

bool flat_put_u64(struct str *out, uint64_t value)
{
    return put_bytes(out, value, 8);
}

bool flat_put_f64(struct str *out, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return put_bytes(out, bits, 8);
}

bool flat_put_text(struct str *out, struct text value)
{
    return value.n <= UINT32_MAX && flat_put_u32(out, (uint32_t)value.n) &&
           str_add_n(out, value.p, value.n);
}

static uint64_t take(struct flat_reader *r, size_t n)
{
    if (r->failed || r->left.n < n) {
        r->failed = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value |= (uint64_t)(uint8_t)r->left.p[i] << (8 * i);
    }
    r->left.p += n;
    r->left.n -= n;
    return value;
}

uint8_t flat_u8(struct flat_reader *r, uint8_t most)
{
    uint8_t value = (uint8_t)take(r, 1);
    if (value > most) {
        r->failed = true;
        return 0;
    }
    return value;
}

uint32_t flat_u32(struct flat_reader *r)
{
    return (uint32_t)take(r, 4);
}

uint64_t flat_u64(struct flat_reader *r)
{
    return take(r, 8);
}

double flat_f64(struct flat_reader *r)
{
    uint64_t bits = take(r, 8);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) {
        r->failed = true;
        return 0;
    }
    return value;
}

struct text flat_text(struct flat_reader *r)
{
    uint32_t n = flat_u32(r);
    if (r->failed || r->left.n < n) {
        r->failed = true;
        return (struct text){0};
    }
    struct text value = {r->left.p, n};
    r->left.p += n;
    r->left.n -= n;
    return value;
}

uint32_t flat_count(struct flat_reader *r, size_t least)
{
    uint32_t n = flat_u32(r);
    if (r->failed || n > r->left.n / least) {
        r->failed = true;
        return 0;
    }
    return n;
}
