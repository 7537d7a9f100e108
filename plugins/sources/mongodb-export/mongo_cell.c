// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_cell.h"

#include <math.h>

#include "mongo_canon.h"
#include "mongo_decimal.h"
#include "pt_format.h"
#include "pt_number.h"
#include "pt_time.h"

// The text of a scanned JSON string, decoded into `scratch` when it has escapes.
static pt_bytes text_bytes(const struct mongo_raw *raw, struct mongo_text *scratch)
{
    if (!raw->is_escaped) {
        return (pt_bytes){raw->p, raw->n};
    }
    scratch->n = 0;
    uint8_t *to = mongo_text_room(scratch, raw->n);
    return (pt_bytes){to, to == NULL ? 0 : mongo_text_decode(raw->p, raw->n, to)};
}

static void put_scratch(struct pt_column *column, const struct mongo_text *scratch)
{
    if (scratch->failed) {
        column->status = column->status == PT_OK ? PT_E_NO_MEMORY : column->status;
        return;
    }
    pt_column_text(column, scratch->p, scratch->n);
}

static void decimal_text(const struct mongo_value *v, struct mongo_text *scratch)
{
    struct mongo_decimal decimal;
    char text[MONGO_DECIMAL_TEXT];
    if (mongo_decimal_read(v->text.p, v->text.n, &decimal)) {
        mongo_text_add(scratch, text, mongo_decimal_text(&decimal, text));
    }
}

static const char *put_json(struct pt_column *column, const struct mongo_raw *raw,
                            struct mongo_text *scratch)
{
    scratch->n = 0;
    const char *fault = mongo_canon_add(scratch, raw);
    if (fault == NULL) {
        put_scratch(column, scratch);
    }
    return fault;
}

static const char *put_string(struct pt_column *column, const struct mongo_value *v,
                              const struct mongo_raw *raw, struct mongo_text *scratch)
{
    char text[PT_FORMAT_MAX];
    pt_bytes bytes;
    scratch->n = 0;
    switch (v->kind) {
    case MONGO_IS_TEXT:
        bytes = text_bytes(&v->text, scratch);
        break;
    case MONGO_IS_OID:
        bytes = (pt_bytes){v->text.p, v->text.n};
        break;
    case MONGO_IS_BOOL:
        bytes = (pt_bytes){(const uint8_t *)(v->integer != 0 ? "true" : "false"),
                           v->integer != 0 ? 4 : 5};
        break;
    case MONGO_IS_INT:
    case MONGO_IS_LONG:
    case MONGO_IS_WHOLE:
        bytes = (pt_bytes){(const uint8_t *)text, pt_format_i64(v->integer, text)};
        break;
    case MONGO_IS_DOUBLE:
        mongo_canon_double(scratch, v->real);
        bytes = (pt_bytes){scratch->p, scratch->n};
        break;
    case MONGO_IS_DECIMAL:
        decimal_text(v, scratch);
        bytes = (pt_bytes){scratch->p, scratch->n};
        break;
    case MONGO_IS_DATE:
        mongo_canon_time(scratch, v->integer);
        bytes = (pt_bytes){scratch->p, scratch->n};
        break;
    default:
        return put_json(column, raw, scratch);
    }
    if (scratch->failed) {
        put_scratch(column, scratch);
    } else {
        pt_column_text(column, bytes.data, bytes.size);
    }
    return NULL;
}

// True when the double is a whole number an int64 holds.
static bool double_i64(double real, int64_t *out)
{
    if (!(real >= -0x1p63 && real < 0x1p63) || real != floor(real)) {
        return false;
    }
    *out = (int64_t)real;
    return true;
}

static bool decimal_i64(const struct mongo_value *v, int64_t *out)
{
    struct mongo_decimal d;
    char text[MONGO_DECIMAL_DIGITS + 24];
    uint64_t n = 0;
    if (!mongo_decimal_read(v->text.p, v->text.n, &d) || d.class != MONGO_DECIMAL_FINITE) {
        return false;
    }
    while (d.exponent < 0 && d.n_digits > 1 && d.digits[d.n_digits - 1] == 0) {
        d.n_digits--;
        d.exponent++;
    }
    if (d.n_digits == 1 && d.digits[0] == 0) {
        *out = 0;
        return true;
    }
    if (d.exponent < 0 || d.exponent > 19) {
        return false;
    }
    text[n++] = d.is_negative ? '-' : '0';
    for (int32_t i = 0; i < d.n_digits + d.exponent; i++) {
        text[n++] = i < d.n_digits ? (char)('0' + d.digits[i]) : '0';
    }
    return pt_number_i64((const uint8_t *)text, n, out);
}

static bool to_i64(const struct mongo_value *v, struct mongo_text *scratch, int64_t *out)
{
    pt_bytes text;
    switch (v->kind) {
    case MONGO_IS_INT:
    case MONGO_IS_LONG:
    case MONGO_IS_WHOLE:
        *out = v->integer;
        return true;
    case MONGO_IS_DOUBLE:
        return double_i64(v->real, out);
    case MONGO_IS_DECIMAL:
        return decimal_i64(v, out);
    case MONGO_IS_TEXT:
        text = text_bytes(&v->text, scratch);
        return pt_number_i64(text.data, text.size, out);
    default:
        return false;
    }
}

static bool decimal_f64(const struct mongo_value *v, double *out)
{
    struct mongo_decimal d;
    char text[MONGO_DECIMAL_TEXT];
    if (!mongo_decimal_read(v->text.p, v->text.n, &d)) {
        return false;
    }
    if (d.class != MONGO_DECIMAL_FINITE) {
        *out = d.class == MONGO_DECIMAL_NAN ? NAN : d.is_negative ? -INFINITY : INFINITY;
        return true;
    }
    return pt_number_f64((const uint8_t *)text, mongo_decimal_text(&d, text), out);
}

static bool to_f64(const struct mongo_value *v, struct mongo_text *scratch, double *out)
{
    pt_bytes text;
    switch (v->kind) {
    case MONGO_IS_INT:
    case MONGO_IS_LONG:
    case MONGO_IS_WHOLE:
        *out = (double)v->integer;
        return true;
    case MONGO_IS_DOUBLE:
        *out = v->real;
        return true;
    case MONGO_IS_DECIMAL:
        return decimal_f64(v, out);
    case MONGO_IS_TEXT:
        text = text_bytes(&v->text, scratch);
        return pt_number_f64(text.data, text.size, out);
    default:
        return false;
    }
}

static bool to_us(const struct mongo_value *v, struct mongo_text *scratch, int64_t *out)
{
    pt_bytes text;
    switch (v->kind) {
    case MONGO_IS_DATE:
        return !__builtin_mul_overflow(v->integer, INT64_C(1000), out);
    case MONGO_IS_TIMESTAMP:
        *out = v->integer * PT_TIME_US_PER_S;
        return true;
    case MONGO_IS_TEXT:
        text = text_bytes(&v->text, scratch);
        return pt_time_iso(text.data, text.size, 0, out);
    default:
        return false;
    }
}

static const char *put_f64(struct pt_column *column, const struct mongo_value *v,
                           struct mongo_text *scratch)
{
    double real = 0;
    if (!to_f64(v, scratch, &real)) {
        return "not a number";
    }
    pt_column_f64(column, real);
    return NULL;
}

static const char *put_whole(struct pt_column *column, const struct mongo_value *v,
                             struct mongo_text *scratch)
{
    int64_t integer = 0;
    if (!to_i64(v, scratch, &integer)) {
        return "not a whole number";
    }
    if (column->cell == PT_CELL_I64) {
        pt_column_i64(column, integer);
        return NULL;
    }
    if (integer < INT32_MIN || integer > INT32_MAX) {
        return "beyond 32 bits";
    }
    pt_column_i32(column, (int32_t)integer);
    return NULL;
}

static const char *put_time(struct pt_column *column, const struct mongo_value *v,
                            struct mongo_text *scratch)
{
    int64_t us = 0;
    if (!to_us(v, scratch, &us)) {
        return column->cell == PT_CELL_TS_US ? "not a time" : "not a date";
    }
    if (column->cell == PT_CELL_TS_US) {
        pt_column_i64(column, us);
        return NULL;
    }
    int64_t days = us / PT_TIME_US_PER_DAY - (us % PT_TIME_US_PER_DAY < 0 ? 1 : 0);
    pt_column_i32(column, (int32_t)days);
    return NULL;
}

const char *mongo_cell_put(struct pt_column *column, enum mongo_type type,
                           const struct mongo_raw *raw, struct mongo_text *scratch,
                           bool *is_mismatch)
{
    struct mongo_value v;
    *is_mismatch = false;
    if (raw->token <= MONGO_NULL) {
        pt_column_null(column);
        return NULL;
    }
    if (raw->token == MONGO_TEXT && !raw->is_escaped && type == MONGO_STRING) {
        pt_column_text(column, raw->p, raw->n);
        return NULL;
    }
    if (type == MONGO_JSON) {
        return put_json(column, raw, scratch);
    }
    const char *fault = mongo_value_read(raw, &v);
    if (fault != NULL) {
        return fault;
    }
    if (v.kind == MONGO_IS_UNDEFINED) {
        pt_column_null(column);
        return NULL;
    }
    if (type == MONGO_STRING) {
        return put_string(column, &v, raw, scratch);
    }
    *is_mismatch = true;
    switch (type) {
    case MONGO_F64:
        return put_f64(column, &v, scratch);
    case MONGO_BOOL:
        if (v.kind != MONGO_IS_BOOL) {
            return "not true or false";
        }
        pt_column_bool(column, v.integer != 0);
        return NULL;
    case MONGO_TIME:
    case MONGO_DATE:
        return put_time(column, &v, scratch);
    default:
        return put_whole(column, &v, scratch);
    }
}
