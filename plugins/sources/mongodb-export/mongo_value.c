// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_value.h"

#include <math.h>

#include "mongo_decimal.h"
#include "pt_number.h"
#include "pt_time.h"

#define MEMBERS_MAX 3u // of a wrapper

bool mongo_value_element(const struct mongo_raw *raw, const uint8_t **at, struct mongo_raw *out)
{
    struct mongo_scan s = {.end = raw->p + raw->n};
    const uint8_t *p = mongo_scan_space(&s, *at);
    p = *p == ',' ? mongo_scan_space(&s, p + 1) : p;
    if (p + 1 >= s.end) {
        return false;
    }
    *at = mongo_scan_value(&s, p, 0, out);
    return *at != NULL;
}

bool mongo_value_member(const struct mongo_raw *raw, const uint8_t **at, struct mongo_member *out)
{
    struct mongo_scan s = {.end = raw->p + raw->n};
    if (!mongo_value_element(raw, at, &out->key)) {
        return false;
    }
    const uint8_t *p = mongo_scan_space(&s, *at);
    *at = mongo_scan_value(&s, mongo_scan_space(&s, p + 1), 0, &out->value);
    return *at != NULL;
}

static bool text_is(const struct mongo_raw *raw, const char *text)
{
    return raw->token == MONGO_TEXT && strlen(text) == raw->n && memcmp(raw->p, text, raw->n) == 0;
}

static bool is_hex(const uint8_t *p, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint8_t low = p[i] | 0x20;
        if (!((p[i] >= '0' && p[i] <= '9') || (low >= 'a' && low <= 'f'))) {
            return false;
        }
    }
    return true;
}

// What the members of an object that may be a wrapper are.
struct shape {
    struct mongo_member member[MEMBERS_MAX];
    uint32_t n; // MEMBERS_MAX + 1 = more
};

static void shape_read(const struct mongo_raw *raw, struct shape *out)
{
    const uint8_t *at = raw->p + 1;
    struct mongo_member more;
    out->n = 0;
    while (out->n < MEMBERS_MAX && mongo_value_member(raw, &at, &out->member[out->n])) {
        out->n++;
    }
    if (out->n == MEMBERS_MAX && mongo_value_member(raw, &at, &more)) {
        out->n++;
    }
}

static const struct mongo_raw *shape_find(const struct shape *shape, const char *key)
{
    for (uint32_t i = 0; i < shape->n && i < MEMBERS_MAX; i++) {
        if (text_is(&shape->member[i].key, key)) {
            return &shape->member[i].value;
        }
    }
    return NULL;
}

// The two members of those keys and no other; `raw` must be an object.
static bool pair_read(const struct mongo_raw *raw, const char *first, const char *second,
                      struct mongo_raw out[2])
{
    struct shape shape;
    if (raw->token != MONGO_OBJECT) {
        return false;
    }
    shape_read(raw, &shape);
    const struct mongo_raw *a = shape_find(&shape, first);
    const struct mongo_raw *b = shape_find(&shape, second);
    if (shape.n != 2 || a == NULL || b == NULL) {
        return false;
    }
    out[0] = *a;
    out[1] = *b;
    return true;
}

static bool plain_text(const struct mongo_raw *raw)
{
    return raw->token == MONGO_TEXT && !raw->is_escaped;
}

// A whole number in a text, without a plus sign.
static bool integer_read(const struct mongo_raw *raw, int64_t *out)
{
    return plain_text(raw) && raw->n > 0 && raw->p[0] != '+' && pt_number_i64(raw->p, raw->n, out);
}

static bool read_int(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_INT;
    return integer_read(v, &out->integer) && out->integer >= INT32_MIN && out->integer <= INT32_MAX;
}

static bool read_long(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_LONG;
    return integer_read(v, &out->integer);
}

static bool read_double(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_DOUBLE;
    if (text_is(v, "NaN")) {
        out->real = NAN;
        return true;
    }
    if (text_is(v, "Infinity") || text_is(v, "-Infinity")) {
        out->real = v->p[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    return plain_text(v) && pt_number_f64(v->p, v->n, &out->real);
}

static bool read_decimal(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_decimal decimal;
    out->kind = MONGO_IS_DECIMAL;
    out->text = *v;
    return plain_text(v) && mongo_decimal_read(v->p, v->n, &decimal);
}

static bool read_oid(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_OID;
    out->text = *v;
    return plain_text(v) && v->n == 24 && is_hex(v->p, v->n);
}

// ISO text with a zone, $numberLong, or (v1) a plain whole number of milliseconds.
static bool read_date(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_value inner;
    out->kind = MONGO_IS_DATE;
    if (v->token == MONGO_TEXT) {
        int64_t us = 0;
        bool is_whole = v->n > 11 && v->p[10] == 'T' && plain_text(v);
        bool has_zone =
            is_whole && (v->p[v->n - 1] == 'Z' || memchr(v->p + 11, '+', v->n - 11) != NULL ||
                         memchr(v->p + 11, '-', v->n - 11) != NULL);
        if (!has_zone || !pt_time_iso(v->p, v->n, 0, &us)) {
            return false;
        }
        out->integer = us >= 0 ? us / 1000 : -((999 - us) / 1000);
        return true;
    }
    if (v->token == MONGO_NUMBER) {
        return pt_number_i64(v->p, v->n, &out->integer);
    }
    bool is_long = v->token == MONGO_OBJECT && mongo_value_read(v, &inner) == NULL &&
                   inner.kind == MONGO_IS_LONG;
    out->integer = is_long ? inner.integer : 0;
    return is_long;
}

static bool read_u32(const struct mongo_raw *v, int64_t *out)
{
    return v->token == MONGO_NUMBER && pt_number_i64(v->p, v->n, out) && *out >= 0 &&
           *out <= UINT32_MAX;
}

static bool read_timestamp(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_raw pair[2];
    int64_t increment = 0;
    out->kind = MONGO_IS_TIMESTAMP;
    bool is_good = pair_read(v, "t", "i", pair) && read_u32(&pair[0], &out->integer) &&
                   read_u32(&pair[1], &increment);
    out->increment = (uint64_t)increment;
    return is_good;
}

static bool is_base64(const struct mongo_raw *v)
{
    uint64_t n = v->n;
    if (!plain_text(v) || n % 4 != 0) {
        return false;
    }
    for (uint32_t i = 0; i < 2 && n > 0 && v->p[n - 1] == '='; i++) {
        n--;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint8_t c = v->p[i];
        uint8_t low = c | 0x20;
        if (!((c >= '0' && c <= '9') || (low >= 'a' && low <= 'z') || c == '+' || c == '/')) {
            return false;
        }
    }
    return true;
}

static bool binary_of(const struct mongo_raw *base64, const struct mongo_raw *subtype,
                      struct mongo_value *out)
{
    out->kind = MONGO_IS_BINARY;
    out->text = *base64;
    out->other = *subtype;
    return is_base64(base64) && plain_text(subtype) && subtype->n >= 1 && subtype->n <= 2 &&
           is_hex(subtype->p, subtype->n);
}

static bool read_binary(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_raw pair[2];
    return pair_read(v, "base64", "subType", pair) && binary_of(&pair[0], &pair[1], out);
}

static bool read_uuid(const struct mongo_raw *v, struct mongo_value *out)
{
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    out->kind = MONGO_IS_UUID;
    out->text = *v;
    if (!plain_text(v) || v->n != 36) {
        return false;
    }
    const uint8_t *p = v->p;
    for (uint32_t i = 0; i < 5; i++) {
        if (!is_hex(p, groups[i]) || (i < 4 && p[groups[i]] != '-')) {
            return false;
        }
        p += groups[i] + 1;
    }
    return true;
}

static bool regex_of(const struct mongo_raw *pattern, const struct mongo_raw *options,
                     struct mongo_value *out)
{
    out->kind = MONGO_IS_REGEX;
    out->text = *pattern;
    out->other = *options;
    return pattern->token == MONGO_TEXT && options->token == MONGO_TEXT &&
           !mongo_scan_has_nul(pattern->p, pattern->n) && !options->is_escaped;
}

static bool read_regex(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_raw pair[2];
    return pair_read(v, "pattern", "options", pair) && regex_of(&pair[0], &pair[1], out);
}

static bool read_code(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_CODE;
    out->text = *v;
    out->other = (struct mongo_raw){.token = MONGO_ABSENT};
    return v->token == MONGO_TEXT;
}

static bool read_symbol(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_SYMBOL;
    out->text = *v;
    return v->token == MONGO_TEXT;
}

static bool read_pointer(const struct mongo_raw *v, struct mongo_value *out)
{
    struct mongo_raw pair[2];
    struct mongo_value id;
    if (!pair_read(v, "$ref", "$id", pair) || pair[0].token != MONGO_TEXT ||
        mongo_scan_has_nul(pair[0].p, pair[0].n) || mongo_value_read(&pair[1], &id) != NULL ||
        id.kind != MONGO_IS_OID) {
        return false;
    }
    out->kind = MONGO_IS_POINTER;
    out->text = pair[0];
    out->other = id.text;
    return true;
}

static bool is_one(const struct mongo_raw *v)
{
    return v->token == MONGO_NUMBER && v->n == 1 && v->p[0] == '1';
}

static bool read_minkey(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_MINKEY;
    return is_one(v);
}

static bool read_maxkey(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_MAXKEY;
    return is_one(v);
}

static bool read_undefined(const struct mongo_raw *v, struct mongo_value *out)
{
    out->kind = MONGO_IS_UNDEFINED;
    return v->token == MONGO_TRUE;
}

static const struct wrapper {
    const char *key;
    const char *fault;
    bool (*read)(const struct mongo_raw *value, struct mongo_value *out);
} wrappers[] = {{"$oid", "bad $oid", read_oid},
                {"$date", "bad $date", read_date},
                {"$numberInt", "bad $numberInt", read_int},
                {"$numberLong", "bad $numberLong", read_long},
                {"$numberDouble", "bad $numberDouble", read_double},
                {"$numberDecimal", "bad $numberDecimal", read_decimal},
                {"$binary", "bad $binary", read_binary},
                {"$uuid", "bad $uuid", read_uuid},
                {"$timestamp", "bad $timestamp", read_timestamp},
                {"$regularExpression", "bad $regularExpression", read_regex},
                {"$code", "bad $code", read_code},
                {"$symbol", "bad $symbol", read_symbol},
                {"$dbPointer", "bad $dbPointer", read_pointer},
                {"$minKey", "bad $minKey", read_minkey},
                {"$maxKey", "bad $maxKey", read_maxkey},
                {"$undefined", "bad $undefined", read_undefined}};

static const struct wrapper *wrapper_find(const struct mongo_raw *key)
{
    if (key->n < 4 || key->p[0] != '$') {
        return NULL;
    }
    for (uint32_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        if (text_is(key, wrappers[i].key)) {
            return &wrappers[i];
        }
    }
    return NULL;
}

bool mongo_value_is_wrapper_key(const uint8_t *key, uint64_t n)
{
    struct mongo_raw raw = {.p = key, .n = n, .token = MONGO_TEXT};
    return wrapper_find(&raw) != NULL;
}

// Two members: code with scope, and v1's binary and regular expression. False = none of these;
// *fault is set when it should have been one.
static bool pair_wrapper(const struct shape *shape, struct mongo_value *out, const char **fault)
{
    const struct mongo_raw *code = shape_find(shape, "$code");
    const struct mongo_raw *scope = shape_find(shape, "$scope");
    const struct mongo_raw *binary = shape_find(shape, "$binary");
    const struct mongo_raw *type = shape_find(shape, "$type");
    const struct mongo_raw *regex = shape_find(shape, "$regex");
    const struct mongo_raw *options = shape_find(shape, "$options");
    if (code != NULL && scope != NULL) {
        bool is_good = read_code(code, out) && scope->token == MONGO_OBJECT;
        out->other = *scope;
        *fault = is_good ? NULL : "bad $code";
        return true;
    }
    if (binary != NULL && type != NULL) {
        *fault = binary_of(binary, type, out) ? NULL : "bad $binary";
        return true;
    }
    if (regex != NULL && options != NULL && regex->token == MONGO_TEXT) {
        *fault = regex_of(regex, options, out) ? NULL : "bad $regex";
        return true;
    }
    return false;
}

static const char *object_read(const struct mongo_raw *raw, struct mongo_value *out)
{
    struct mongo_member first;
    struct shape shape;
    const uint8_t *at = raw->p + 1;
    out->kind = MONGO_IS_OBJECT;
    out->text = *raw;
    if (!mongo_value_member(raw, &at, &first) || first.key.n < 4 || first.key.p[0] != '$') {
        return NULL;
    }
    shape_read(raw, &shape);
    const char *fault = NULL;
    if (shape.n == 2 && pair_wrapper(&shape, out, &fault)) {
        return fault;
    }
    for (uint32_t i = 0; i < shape.n && i < MEMBERS_MAX; i++) {
        const struct wrapper *wrapper = wrapper_find(&shape.member[i].key);
        if (wrapper != NULL) {
            bool is_good = shape.n == 1 && wrapper->read(&shape.member[i].value, out);
            return is_good ? NULL : wrapper->fault;
        }
    }
    return NULL;
}

static const char *number_read(const struct mongo_raw *raw, struct mongo_value *out)
{
    if (pt_number_i64(raw->p, raw->n, &out->integer)) {
        out->kind = MONGO_IS_WHOLE;
        return NULL;
    }
    out->kind = MONGO_IS_DOUBLE;
    return pt_number_f64(raw->p, raw->n, &out->real) ? NULL : "number out of range";
}

const char *mongo_value_read(const struct mongo_raw *raw, struct mongo_value *out)
{
    switch (raw->token) {
    case MONGO_ABSENT:
    case MONGO_NULL:
        out->kind = MONGO_IS_NULL;
        return NULL;
    case MONGO_TRUE:
    case MONGO_FALSE:
        out->kind = MONGO_IS_BOOL;
        out->integer = raw->token == MONGO_TRUE ? 1 : 0;
        return NULL;
    case MONGO_NUMBER:
        return number_read(raw, out);
    case MONGO_TEXT:
        out->kind = MONGO_IS_TEXT;
        out->text = *raw;
        return NULL;
    case MONGO_OBJECT:
        return object_read(raw, out);
    case MONGO_ARRAY:
        out->kind = MONGO_IS_ARRAY;
        out->text = *raw;
        return NULL;
    }
    return "not JSON";
}
