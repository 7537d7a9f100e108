// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_bson.h"

#include <string.h>

#include "mongo_canon.h"
#include "mongo_decimal.h"
#include "pt_format.h"
#include "pt_utf8.h"

static const char fault_early[] = "ends too early";
static const char fault_length[] = "bad BSON length";
static const char fault_text[] = "bad BSON text";
static const char fault_utf8[] = "not UTF-8";

enum bson_type {
    BSON_DOUBLE = 0x01,
    BSON_TEXT,
    BSON_DOCUMENT,
    BSON_ARRAY,
    BSON_BINARY,
    BSON_UNDEFINED,
    BSON_OID,
    BSON_BOOL,
    BSON_DATE,
    BSON_NULL,
    BSON_REGEX,
    BSON_POINTER,
    BSON_CODE,
    BSON_SYMBOL,
    BSON_SCOPED,
    BSON_INT,
    BSON_TIMESTAMP,
    BSON_LONG,
    BSON_DECIMAL,
    BSON_MAXKEY = 0x7f,
    BSON_MINKEY = 0xff,
};

// Where a walk stands and what it found wrong.
struct walk {
    struct mongo_text *out; // NULL = only look
    const char *fault;
    const uint8_t *at;
};

static bool walk_fail(struct walk *w, const uint8_t *at, const char *fault)
{
    if (w->fault == NULL) {
        w->fault = fault;
        w->at = at;
    }
    return false;
}

// Bytes of a text with its NUL, at p without its length; 0 = bad.
static uint64_t name_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    const uint8_t *nul = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
    if (nul == NULL) {
        walk_fail(w, p, fault_early);
        return 0;
    }
    if (!pt_utf8_is_valid(p, (uint64_t)(nul - p))) {
        walk_fail(w, p, fault_utf8);
        return 0;
    }
    return (uint64_t)(nul - p) + 1;
}

// Bytes of a text with its length before it; 0 = bad.
static uint64_t text_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t left = (uint64_t)(end - p);
    uint32_t n = left < 5 ? 0 : mongo_bson_u32(p);
    if (n == 0 || n > left - 4) {
        walk_fail(w, p, left < 5 ? fault_early : fault_length);
        return 0;
    }
    if (p[4 + n - 1] != 0) {
        walk_fail(w, p, fault_text);
        return 0;
    }
    if (!pt_utf8_is_valid(p + 4, n - 1)) {
        walk_fail(w, p, fault_utf8);
        return 0;
    }
    return (uint64_t)n + 4;
}

static uint64_t document_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t left = (uint64_t)(end - p);
    uint32_t n = left < MONGO_BSON_MIN ? 0 : mongo_bson_u32(p);
    if (n < MONGO_BSON_MIN || n > left) {
        walk_fail(w, p, left < MONGO_BSON_MIN ? fault_early : fault_length);
        return 0;
    }
    return n;
}

static uint64_t binary_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t left = (uint64_t)(end - p);
    uint32_t n = left < 5 ? UINT32_MAX : mongo_bson_u32(p);
    bool is_old = left >= 5 && p[4] == 2; // with a second length inside
    if (left < 5 || n > left - 5 || (is_old && (n < 4 || mongo_bson_u32(p + 5) != n - 4))) {
        walk_fail(w, p, left < 5 ? fault_early : fault_length);
        return 0;
    }
    return (uint64_t)n + 5;
}

static uint64_t regex_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t pattern = name_size(w, p, end);
    uint64_t options = pattern == 0 ? 0 : name_size(w, p + pattern, end);
    return options == 0 ? 0 : pattern + options;
}

static uint64_t pointer_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t name = text_size(w, p, end);
    if (name > 0 && (uint64_t)(end - p) - name < 12) {
        walk_fail(w, p, fault_early);
        return 0;
    }
    return name == 0 ? 0 : name + 12;
}

// Code with its scope: the length of both, a text, a document.
static uint64_t scoped_size(struct walk *w, const uint8_t *p, const uint8_t *end)
{
    uint64_t all = document_size(w, p, end);
    uint64_t code = all == 0 ? 0 : text_size(w, p + 4, p + all);
    uint64_t scope = code == 0 ? 0 : document_size(w, p + 4 + code, p + all);
    if (scope > 0 && 4 + code + scope != all) {
        walk_fail(w, p, fault_length);
        return 0;
    }
    return scope == 0 ? 0 : all;
}

static uint64_t fixed_size(struct walk *w, const uint8_t *p, const uint8_t *end, uint64_t n)
{
    if ((uint64_t)(end - p) < n) {
        walk_fail(w, p, fault_early);
        return UINT64_MAX;
    }
    return n;
}

// Bytes of the value at p; false = bad.
static bool value_size(struct walk *w, uint8_t type, const uint8_t *p, const uint8_t *end,
                       uint64_t *n)
{
    switch (type) {
    case BSON_DOUBLE:
    case BSON_DATE:
    case BSON_TIMESTAMP:
    case BSON_LONG:
        *n = fixed_size(w, p, end, 8);
        break;
    case BSON_INT:
        *n = fixed_size(w, p, end, 4);
        break;
    case BSON_OID:
        *n = fixed_size(w, p, end, 12);
        break;
    case BSON_DECIMAL:
        *n = fixed_size(w, p, end, 16);
        break;
    case BSON_BOOL:
        *n = fixed_size(w, p, end, 1);
        if (*n == 1 && *p > 1) {
            walk_fail(w, p, "bad BSON boolean");
        }
        break;
    case BSON_UNDEFINED:
    case BSON_NULL:
    case BSON_MINKEY:
    case BSON_MAXKEY:
        *n = 0;
        break;
    case BSON_TEXT:
    case BSON_CODE:
    case BSON_SYMBOL:
        *n = text_size(w, p, end);
        break;
    case BSON_DOCUMENT:
    case BSON_ARRAY:
        *n = document_size(w, p, end);
        break;
    case BSON_BINARY:
        *n = binary_size(w, p, end);
        break;
    case BSON_REGEX:
        *n = regex_size(w, p, end);
        break;
    case BSON_POINTER:
        *n = pointer_size(w, p, end);
        break;
    case BSON_SCOPED:
        *n = scoped_size(w, p, end);
        break;
    default:
        walk_fail(w, p, "unknown BSON type");
        break;
    }
    return w->fault == NULL;
}

// The element at *p, which moves behind it; false at the end byte and after a fault.
static bool element_next(struct walk *w, const uint8_t **p, const uint8_t *end,
                         struct mongo_bson_element *out)
{
    const uint8_t *at = *p;
    if (at >= end) {
        return walk_fail(w, at, fault_early);
    }
    if (*at == 0) {
        return at + 1 == end ? false : walk_fail(w, at, fault_length);
    }
    out->type = *at;
    out->key = at + 1;
    uint64_t n_key = name_size(w, at + 1, end);
    if (n_key == 0) {
        return false;
    }
    out->n_key = n_key - 1;
    out->value = out->key + n_key;
    if (!value_size(w, out->type, out->value, end, &out->n)) {
        return false;
    }
    *p = out->value + out->n;
    return true;
}

static void add(struct mongo_text *t, const char *text)
{
    mongo_text_add(t, text, strlen(text));
}

static void add_i64(struct mongo_text *t, int64_t value)
{
    char text[PT_FORMAT_MAX];
    mongo_text_add(t, text, pt_format_i64(value, text));
}

static void add_hex(struct mongo_text *t, const uint8_t *p, uint64_t n)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *to = mongo_text_room(t, n * 2);
    for (uint64_t i = 0; to != NULL && i < n; i++) {
        to[i * 2] = (uint8_t)digits[p[i] >> 4];
        to[i * 2 + 1] = (uint8_t)digits[p[i] & 15];
    }
    t->n += to == NULL ? 0 : n * 2;
}

static void add_base64(struct mongo_text *t, const uint8_t *p, uint64_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t size = (n + 2) / 3 * 4;
    uint8_t *to = mongo_text_room(t, size);
    if (to == NULL) {
        return;
    }
    for (uint64_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8 |
                         (uint32_t)(i + 2 < n ? p[i + 2] : 0);
        *to++ = (uint8_t)digits[three >> 18];
        *to++ = (uint8_t)digits[three >> 12 & 63];
        *to++ = (uint8_t)(i + 1 < n ? digits[three >> 6 & 63] : '=');
        *to++ = (uint8_t)(i + 2 < n ? digits[three & 63] : '=');
    }
    t->n += size;
}

// A text with its length before it.
static void add_text(struct mongo_text *t, const uint8_t *p)
{
    mongo_text_quote(t, p + 4, mongo_bson_u32(p) - 1);
}

static void add_binary(struct mongo_text *t, const uint8_t *p)
{
    uint64_t skip = p[4] == 2 ? 4 : 0;
    add(t, "{\"$binary\":{\"base64\":\"");
    add_base64(t, p + 5 + skip, mongo_bson_u32(p) - skip);
    add(t, "\",\"subType\":\"");
    add_hex(t, p + 4, 1);
    add(t, "\"}}");
}

static void add_decimal(struct mongo_text *t, const uint8_t *p)
{
    struct mongo_decimal decimal;
    char text[MONGO_DECIMAL_TEXT];
    mongo_decimal_bits(mongo_bson_u64(p + 8), mongo_bson_u64(p), &decimal);
    add(t, "{\"$numberDecimal\":\"");
    mongo_text_add(t, text, mongo_decimal_text(&decimal, text));
    add(t, "\"}");
}

static void add_whole(struct mongo_text *t, const char *before, int64_t value, const char *behind)
{
    add(t, before);
    add_i64(t, value);
    add(t, behind);
}

static void add_double(struct mongo_text *t, const uint8_t *p)
{
    double value;
    uint64_t bits = mongo_bson_u64(p);
    memcpy(&value, &bits, sizeof value);
    add(t, "{\"$numberDouble\":\"");
    mongo_canon_double(t, value);
    add(t, "\"}");
}

static void add_timestamp(struct mongo_text *t, const uint8_t *p)
{
    add_whole(t, "{\"$timestamp\":{\"t\":", mongo_bson_u32(p + 4), ",\"i\":");
    add_whole(t, "", mongo_bson_u32(p), "}}");
}

static void add_regex(struct mongo_text *t, const uint8_t *p)
{
    uint64_t n = strlen((const char *)p);
    add(t, "{\"$regularExpression\":{\"pattern\":");
    mongo_text_quote(t, p, n);
    add(t, ",\"options\":");
    mongo_text_quote(t, p + n + 1, strlen((const char *)p + n + 1));
    add(t, "}}");
}

static void add_pointer(struct mongo_text *t, const uint8_t *p)
{
    add(t, "{\"$dbPointer\":{\"$ref\":");
    add_text(t, p);
    add(t, ",\"$id\":{\"$oid\":\"");
    add_hex(t, p + 4 + mongo_bson_u32(p), 12);
    add(t, "\"}}}");
}

static void add_rare(struct mongo_text *t, const struct mongo_bson_element *e)
{
    switch (e->type) {
    case BSON_UNDEFINED:
        add(t, "{\"$undefined\":true}");
        break;
    case BSON_REGEX:
        add_regex(t, e->value);
        break;
    case BSON_POINTER:
        add_pointer(t, e->value);
        break;
    case BSON_CODE:
    case BSON_SYMBOL:
        add(t, e->type == BSON_CODE ? "{\"$code\":" : "{\"$symbol\":");
        add_text(t, e->value);
        add(t, "}");
        break;
    case BSON_TIMESTAMP:
        add_timestamp(t, e->value);
        break;
    case BSON_DECIMAL:
        add_decimal(t, e->value);
        break;
    default:
        add(t, e->type == BSON_MINKEY ? "{\"$minKey\":1}" : "{\"$maxKey\":1}");
        break;
    }
}

// A value that has no documents inside.
static void add_scalar(struct mongo_text *t, const struct mongo_bson_element *e)
{
    switch (e->type) {
    case BSON_TEXT:
        add_text(t, e->value);
        break;
    case BSON_DOUBLE:
        add_double(t, e->value);
        break;
    case BSON_INT:
        add_whole(t, "{\"$numberInt\":\"", (int32_t)mongo_bson_u32(e->value), "\"}");
        break;
    case BSON_LONG:
        add_whole(t, "{\"$numberLong\":\"", (int64_t)mongo_bson_u64(e->value), "\"}");
        break;
    case BSON_DATE:
        add_whole(t, "{\"$date\":{\"$numberLong\":\"", (int64_t)mongo_bson_u64(e->value), "\"}}");
        break;
    case BSON_OID:
        add(t, "{\"$oid\":\"");
        add_hex(t, e->value, e->n);
        add(t, "\"}");
        break;
    case BSON_BOOL:
        add(t, *e->value != 0 ? "true" : "false");
        break;
    case BSON_NULL:
        add(t, "null");
        break;
    case BSON_BINARY:
        add_binary(t, e->value);
        break;
    default:
        add_rare(t, e);
        break;
    }
}

static bool document_add(struct walk *w, const uint8_t *p, bool is_array, uint32_t depth);

static bool scoped_add(struct walk *w, const uint8_t *p, uint32_t depth)
{
    add(w->out, "{\"$code\":");
    add_text(w->out, p + 4);
    add(w->out, ",\"$scope\":");
    bool is_good = document_add(w, p + 8 + mongo_bson_u32(p + 4), false, depth + 1);
    add(w->out, "}");
    return is_good;
}

// p is at the length of a document that lies whole in the bytes.
static bool document_add(struct walk *w, const uint8_t *p, bool is_array, uint32_t depth)
{
    const uint8_t *end = p + mongo_bson_u32(p);
    struct mongo_bson_element e;
    bool is_first = true;
    if (depth > MONGO_DEPTH_MAX) {
        return walk_fail(w, p, "nested deeper than 64");
    }
    add(w->out, is_array ? "[" : "{");
    p += 4;
    while (element_next(w, &p, end, &e)) {
        add(w->out, is_first ? "" : ",");
        is_first = false;
        if (!is_array) {
            mongo_text_quote(w->out, e.key, e.n_key);
            add(w->out, ":");
        }
        bool is_document = e.type == BSON_DOCUMENT || e.type == BSON_ARRAY;
        bool is_good = is_document ? document_add(w, e.value, e.type == BSON_ARRAY, depth + 1)
                       : e.type == BSON_SCOPED ? scoped_add(w, e.value, depth + 1)
                                               : true;
        if (!is_good) {
            return false;
        }
        if (!is_document && e.type != BSON_SCOPED) {
            add_scalar(w->out, &e);
        }
    }
    add(w->out, is_array ? "]" : "}");
    return w->fault == NULL;
}

const char *mongo_bson_json(struct mongo_text *t, const uint8_t *p, uint64_t n, const uint8_t **at)
{
    struct walk w = {.out = t};
    if (document_size(&w, p, p + n) != n) {
        walk_fail(&w, p, fault_length);
    } else {
        document_add(&w, p, false, 1);
    }
    *at = w.at;
    return w.fault;
}

bool mongo_bson_find(const uint8_t *p, uint64_t n, const char *key, struct mongo_bson_element *out)
{
    struct walk w = {0};
    if (document_size(&w, p, p + n) != n) {
        return false;
    }
    const uint8_t *end = p + n;
    p += 4;
    while (element_next(&w, &p, end, out)) {
        if (strcmp((const char *)out->key, key) == 0) {
            return true;
        }
    }
    return false;
}
