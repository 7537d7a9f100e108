// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_canon.h"

#include <math.h>
#include <stdio.h>

#include "mongo_decimal.h"
#include "pt_format.h"
#include "pt_time.h"

static void add_text(struct mongo_text *t, const char *text)
{
    mongo_text_add(t, text, strlen(text));
}

static void add_i64(struct mongo_text *t, int64_t value)
{
    char text[PT_FORMAT_MAX];
    mongo_text_add(t, text, pt_format_i64(value, text));
}

void mongo_canon_double(struct mongo_text *t, double value)
{
    char text[PT_FORMAT_MAX];
    if (!isfinite(value)) {
        add_text(t, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    uint32_t n = pt_format_f64(value, text);
    bool is_whole = true;
    for (uint32_t i = 0; i < n; i++) {
        text[i] = text[i] == 'e' ? 'E' : text[i];
        is_whole = is_whole && ((text[i] >= '0' && text[i] <= '9') || text[i] == '-');
    }
    if (value == 0 && signbit(value) && text[0] != '-') {
        add_text(t, "-");
    }
    mongo_text_add(t, text, n);
    if (is_whole) {
        add_text(t, ".0");
    }
}

void mongo_canon_time(struct mongo_text *t, int64_t ms)
{
    char text[64];
    int64_t day_ms = PT_TIME_US_PER_DAY / 1000;
    int64_t days = ms / day_ms - (ms % day_ms < 0 ? 1 : 0);
    int64_t rest = ms - days * day_ms;
    int32_t year = 0;
    uint32_t month = 0;
    uint32_t day = 0;
    pt_time_civil(days, &year, &month, &day);
    int n = snprintf(text, sizeof text, "%04d-%02u-%02uT%02u:%02u:%02u", year, month, day,
                     (uint32_t)(rest / 3600000), (uint32_t)(rest / 60000 % 60),
                     (uint32_t)(rest / 1000 % 60));
    mongo_text_add(t, text, (uint64_t)n);
    if (rest % 1000 != 0) {
        n = snprintf(text, sizeof text, ".%03u", (uint32_t)(rest % 1000));
        mongo_text_add(t, text, (uint64_t)n);
    }
    add_text(t, "Z");
}

// A scanned JSON text with its escapes made anew.
static void add_quoted(struct mongo_text *t, const struct mongo_raw *raw)
{
    if (!raw->is_escaped) {
        add_text(t, "\"");
        mongo_text_add(t, raw->p, raw->n);
        add_text(t, "\"");
        return;
    }
    struct mongo_text plain = {.host = t->host};
    uint8_t *to = mongo_text_room(&plain, raw->n);
    if (to == NULL) {
        t->failed = true;
    } else {
        mongo_text_quote(t, to, mongo_text_decode(raw->p, raw->n, to));
    }
    mongo_text_release(&plain);
}

static void add_lower(struct mongo_text *t, const uint8_t *p, uint64_t n)
{
    uint8_t *to = mongo_text_room(t, n);
    for (uint64_t i = 0; to != NULL && i < n; i++) {
        to[i] = p[i] >= 'A' && p[i] <= 'F' ? p[i] | 0x20 : p[i];
    }
    t->n += to == NULL ? 0 : n;
}

static void add_oid(struct mongo_text *t, const struct mongo_raw *raw)
{
    add_text(t, "{\"$oid\":\"");
    add_lower(t, raw->p, raw->n);
    add_text(t, "\"}");
}

static void add_binary(struct mongo_text *t, const struct mongo_value *v)
{
    add_text(t, "{\"$binary\":{\"base64\":\"");
    mongo_text_add(t, v->text.p, v->text.n);
    add_text(t, v->other.n == 1 ? "\",\"subType\":\"0" : "\",\"subType\":\"");
    add_lower(t, v->other.p, v->other.n);
    add_text(t, "\"}}");
}

static uint32_t hex_digit(uint8_t c)
{
    return c <= '9' ? c - (uint32_t)'0' : (c | 0x20u) - 'a' + 10;
}

// A UUID is a binary of subtype 4.
static void add_uuid(struct mongo_text *t, const struct mongo_value *v)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t bytes[18] = {0};
    uint32_t n = 0;
    for (uint64_t i = 0; i + 1 < v->text.n;) {
        if (v->text.p[i] == '-') {
            i++;
            continue;
        }
        bytes[n++] = (uint8_t)(hex_digit(v->text.p[i]) << 4 | hex_digit(v->text.p[i + 1]));
        i += 2;
    }
    char base64[24];
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t three =
            (uint32_t)bytes[i * 3] << 16 | (uint32_t)bytes[i * 3 + 1] << 8 | bytes[i * 3 + 2];
        for (uint32_t k = 0; k < 4; k++) {
            base64[i * 4 + k] = letters[three >> (18 - 6 * k) & 63];
        }
    }
    base64[22] = '=';
    base64[23] = '=';
    add_text(t, "{\"$binary\":{\"base64\":\"");
    mongo_text_add(t, base64, sizeof base64);
    add_text(t, "\",\"subType\":\"04\"}}");
}

// Options in alphabetical order.
static void add_regex(struct mongo_text *t, const struct mongo_value *v)
{
    add_text(t, "{\"$regularExpression\":{\"pattern\":");
    add_quoted(t, &v->text);
    add_text(t, ",\"options\":\"");
    for (uint32_t c = ' '; c < 256; c++) {
        for (uint64_t i = 0; i < v->other.n; i++) {
            if (v->other.p[i] == c) {
                mongo_text_add(t, v->other.p + i, 1);
            }
        }
    }
    add_text(t, "\"}}");
}

static const char *add_code(struct mongo_text *t, const struct mongo_value *v)
{
    const char *fault = NULL;
    add_text(t, "{\"$code\":");
    add_quoted(t, &v->text);
    if (v->other.token == MONGO_OBJECT) {
        add_text(t, ",\"$scope\":");
        fault = mongo_canon_add(t, &v->other);
    }
    add_text(t, "}");
    return fault;
}

static void add_decimal(struct mongo_text *t, const struct mongo_value *v)
{
    struct mongo_decimal decimal;
    char text[MONGO_DECIMAL_TEXT];
    if (mongo_decimal_read(v->text.p, v->text.n, &decimal)) {
        mongo_text_add(t, text, mongo_decimal_text(&decimal, text));
    }
}

static const char *add_object(struct mongo_text *t, const struct mongo_raw *raw)
{
    struct mongo_member member;
    const uint8_t *at = raw->p + 1;
    bool is_first = true;
    add_text(t, "{");
    while (mongo_value_member(raw, &at, &member)) {
        if (mongo_value_is_wrapper_key(member.key.p, member.key.n)) {
            return "type wrapper among other keys";
        }
        add_text(t, is_first ? "" : ",");
        add_quoted(t, &member.key);
        add_text(t, ":");
        const char *fault = mongo_canon_add(t, &member.value);
        if (fault != NULL) {
            return fault;
        }
        is_first = false;
    }
    add_text(t, "}");
    return NULL;
}

static const char *add_array(struct mongo_text *t, const struct mongo_raw *raw)
{
    struct mongo_raw element;
    const uint8_t *at = raw->p + 1;
    bool is_first = true;
    add_text(t, "[");
    while (mongo_value_element(raw, &at, &element)) {
        add_text(t, is_first ? "" : ",");
        const char *fault = mongo_canon_add(t, &element);
        if (fault != NULL) {
            return fault;
        }
        is_first = false;
    }
    add_text(t, "]");
    return NULL;
}

// {"<key>":"<number>"}
static void add_number(struct mongo_text *t, const char *key, const struct mongo_value *v)
{
    add_text(t, "{\"");
    add_text(t, key);
    add_text(t, "\":\"");
    if (v->kind == MONGO_IS_DOUBLE) {
        mongo_canon_double(t, v->real);
    } else if (v->kind == MONGO_IS_DECIMAL) {
        add_decimal(t, v);
    } else {
        add_i64(t, v->integer);
    }
    add_text(t, "\"}");
}

static const char *add_rare(struct mongo_text *t, const struct mongo_value *v)
{
    switch (v->kind) {
    case MONGO_IS_TIMESTAMP:
        add_text(t, "{\"$timestamp\":{\"t\":");
        add_i64(t, v->integer);
        add_text(t, ",\"i\":");
        add_i64(t, (int64_t)v->increment);
        add_text(t, "}}");
        return NULL;
    case MONGO_IS_BINARY:
        add_binary(t, v);
        return NULL;
    case MONGO_IS_UUID:
        add_uuid(t, v);
        return NULL;
    case MONGO_IS_REGEX:
        add_regex(t, v);
        return NULL;
    case MONGO_IS_CODE:
        return add_code(t, v);
    case MONGO_IS_SYMBOL:
        add_text(t, "{\"$symbol\":");
        add_quoted(t, &v->text);
        add_text(t, "}");
        return NULL;
    case MONGO_IS_POINTER:
        add_text(t, "{\"$dbPointer\":{\"$ref\":");
        add_quoted(t, &v->text);
        add_text(t, ",\"$id\":");
        add_oid(t, &v->other);
        add_text(t, "}}");
        return NULL;
    case MONGO_IS_MINKEY:
        add_text(t, "{\"$minKey\":1}");
        return NULL;
    case MONGO_IS_MAXKEY:
        add_text(t, "{\"$maxKey\":1}");
        return NULL;
    default:
        add_text(t, "{\"$undefined\":true}");
        return NULL;
    }
}

const char *mongo_canon_add(struct mongo_text *t, const struct mongo_raw *raw)
{
    struct mongo_value v;
    const char *fault = mongo_value_read(raw, &v);
    if (fault != NULL) {
        return fault;
    }
    switch (v.kind) {
    case MONGO_IS_NULL:
        add_text(t, "null");
        return NULL;
    case MONGO_IS_BOOL:
        add_text(t, v.integer != 0 ? "true" : "false");
        return NULL;
    case MONGO_IS_TEXT:
        add_quoted(t, &v.text);
        return NULL;
    case MONGO_IS_INT:
        add_number(t, "$numberInt", &v);
        return NULL;
    case MONGO_IS_LONG:
        add_number(t, "$numberLong", &v);
        return NULL;
    case MONGO_IS_WHOLE:
        add_number(
            t, v.integer >= INT32_MIN && v.integer <= INT32_MAX ? "$numberInt" : "$numberLong", &v);
        return NULL;
    case MONGO_IS_DOUBLE:
        add_number(t, "$numberDouble", &v);
        return NULL;
    case MONGO_IS_DECIMAL:
        add_number(t, "$numberDecimal", &v);
        return NULL;
    case MONGO_IS_DATE:
        add_text(t, "{\"$date\":{\"$numberLong\":\"");
        add_i64(t, v.integer);
        add_text(t, "\"}}");
        return NULL;
    case MONGO_IS_OID:
        add_oid(t, &v.text);
        return NULL;
    case MONGO_IS_OBJECT:
        return add_object(t, raw);
    case MONGO_IS_ARRAY:
        return add_array(t, raw);
    default:
        return add_rare(t, &v);
    }
}
