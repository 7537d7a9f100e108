// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Checks follow the Arrow columnar format (https://arrow.apache.org/docs/format/Columnar.html). The
// C data interface does not tell how long a buffer is, so what can be checked is what the array
// says of itself.
#include "column_import.h"

#include <endian.h>
#include <string.h>

pt_status array_check(const struct ArrowArray *array, int64_t n_buffers, struct pt_error *err)
{
    if (array == NULL || array->release == NULL) {
        FAIL(err, PT_E_DATA, "the array is missing or released");
    }
    if (array->length < 0 || array->offset < 0 || array->length > ARRAY_ROWS_MAX ||
        array->offset > ARRAY_ROWS_MAX) {
        FAIL(err, PT_E_DATA, "length %lld and offset %lld cannot be", (long long)array->length,
             (long long)array->offset);
    }
    if (array->null_count < -1 || array->null_count > array->length) {
        FAIL(err, PT_E_DATA, "%lld nulls in %lld rows cannot be", (long long)array->null_count,
             (long long)array->length);
    }
    if (array->n_buffers != n_buffers || (n_buffers > 0 && array->buffers == NULL)) {
        FAIL(err, PT_E_DATA, "%lld buffers where the format has %lld", (long long)array->n_buffers,
             (long long)n_buffers);
    }
    if (array->null_count > 0 && array->buffers[0] == NULL) {
        FAIL(err, PT_E_DATA, "%lld nulls without a validity bitmap", (long long)array->null_count);
    }
    return PT_OK;
}

int64_t wire_buffers(enum arrow_wire wire)
{
    return wire == WIRE_TEXT32 || wire == WIRE_TEXT64 ? 3 : 2;
}

size_t code_size(enum arrow_wire wire)
{
    switch (wire) {
    case WIRE_I8:
    case WIRE_U8:
        return sizeof(int8_t);
    case WIRE_I16:
    case WIRE_U16:
        return sizeof(int16_t);
    default:
        return sizeof(int32_t);
    }
}

static inline unsigned bit_at(const uint8_t *bits, size_t i)
{
    return (bits[i >> 3] >> (i & 7)) & 1u;
}

// Ones among bits [begin, begin + n).
static size_t count_ones(const uint8_t *bits, size_t begin, size_t n)
{
    size_t ones = 0;
    size_t i = begin;
    size_t end = begin + n;
    for (; i < end && (i & 7) != 0; i++) {
        ones += bit_at(bits, i);
    }
    for (; end - i >= 64; i += 64) {
        uint64_t word = 0;
        memcpy(&word, bits + (i >> 3), sizeof word);
        ones += (size_t)__builtin_popcountll(word);
    }
    for (; i < end; i++) {
        ones += bit_at(bits, i);
    }
    return ones;
}

// Bit k of `byte` as byte k of the result, 0 or 1: multiply puts the byte everywhere, the mask
// leaves bit k in byte k, the addition moves any bit left to the top of its byte.
static inline uint64_t spread_byte(uint8_t byte)
{
    uint64_t one_each = (byte * UINT64_C(0x0101010101010101)) & UINT64_C(0x8040201008040201);
    return ((one_each + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7) & UINT64_C(0x0101010101010101);
}

static void spread_bits(const uint8_t *bits, size_t begin, size_t n, uint8_t *bytes)
{
    size_t i = 0;
    unsigned shift = begin & 7;
    for (; n - i >= 8; i += 8) {
        const uint8_t *at = bits + ((begin + i) >> 3);
        unsigned byte = shift == 0 ? at[0] : (unsigned)(at[0] >> shift | at[1] << (8 - shift));
        uint64_t eight = htole64(spread_byte((uint8_t)byte));
        memcpy(bytes + i, &eight, sizeof eight);
    }
    for (; i < n; i++) {
        bytes[i] = (uint8_t)bit_at(bits, begin + i);
    }
}

pt_status validity_import(const struct column_view *v, uint8_t **valid, struct pt_error *err)
{
    const struct ArrowArray *a = v->array;
    const uint8_t *bits = a->buffers[0];
    *valid = NULL;
    if (bits == NULL) {
        return PT_OK;
    }
    if (v->check && a->null_count >= 0) {
        size_t length = (size_t)a->length;
        size_t nulls = length - count_ones(bits, (size_t)a->offset, length);
        if (nulls != (size_t)a->null_count) {
            FAIL(err, PT_E_DATA, "says %lld nulls and has %zu", (long long)a->null_count, nulls);
        }
    }
    if (a->null_count == 0 || count_ones(bits, v->offset, v->n) == v->n) {
        return PT_OK;
    }
    uint8_t *bytes = arena_alloc(v->arena, v->n);
    if (bytes == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    spread_bits(bits, v->offset, v->n, bytes);
    *valid = bytes;
    return PT_OK;
}

pt_status buffer_view(const struct column_view *v, int64_t index, size_t size, const void **out,
                      struct pt_error *err)
{
    static const int64_t no_values[1];
    const uint8_t *p = v->array->buffers[index];
    *out = no_values;
    if (v->n == 0) {
        return PT_OK;
    }
    if (p == NULL) {
        FAIL(err, PT_E_DATA, "buffer %lld is missing", (long long)index);
    }
    p += v->offset * size;
    if ((uintptr_t)p % size == 0) {
        *out = p;
        return PT_OK;
    }
    void *copy = arena_alloc(v->arena, v->n * size);
    if (copy == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    memcpy(copy, p, v->n * size);
    *out = copy;
    return PT_OK;
}

static pt_status import_bool(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    const uint8_t *bits = v->array->buffers[1];
    if (bits == NULL && v->n > 0) {
        FAIL(err, PT_E_DATA, "buffer 1 is missing");
    }
    uint8_t *bytes = arena_alloc(v->arena, v->n);
    if (bytes == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    spread_bits(bits, v->offset, v->n, bytes);
    out->b = bytes;
    return PT_OK;
}

static void widen(const void *in, enum arrow_wire wire, size_t n, int64_t *out)
{
    const int8_t *i8 = in;
    const int16_t *i16 = in;
    const int32_t *i32 = in;
    if (wire == WIRE_I8) {
        for (size_t i = 0; i < n; i++) {
            out[i] = i8[i];
        }
    } else if (wire == WIRE_I16) {
        for (size_t i = 0; i < n; i++) {
            out[i] = i16[i];
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            out[i] = i32[i];
        }
    }
}

static pt_status import_narrow(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    size_t size = code_size(v->wire);
    const void *values = NULL;
    TRY(buffer_view(v, 1, size, &values, err));
    int64_t *wide = arena_alloc(v->arena, v->n * sizeof *wide);
    if (wide == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    widen(values, v->wire, v->n, wide);
    out->i = wide;
    return PT_OK;
}

static pt_status import_float(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    const void *values = NULL;
    TRY(buffer_view(v, 1, sizeof(float), &values, err));
    double *wide = arena_alloc(v->arena, v->n * sizeof *wide);
    if (wide == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    const float *narrow = values;
    for (size_t i = 0; i < v->n; i++) {
        wide[i] = narrow[i];
    }
    out->f = wide;
    return PT_OK;
}

static pt_status import_wide(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    const void *values = NULL;
    TRY(buffer_view(v, 1, 8, &values, err));
    if (v->wire == WIRE_F64) {
        out->f = values;
    } else {
        out->i = values;
    }
    return PT_OK;
}

// Two days short of the ends, so that no zone's offset can overflow.
static bool is_zoneable(int64_t us)
{
    return us > INT64_MIN + 2 * US_PER_DAY && us < INT64_MAX - 2 * US_PER_DAY;
}

// Microseconds UTC from milliseconds or local time. Rows that are not there become 0: what lies
// under a null may be anything, also a value that overflows.
static pt_status convert_times(const struct column_view *v, const uint8_t *valid, const int64_t *in,
                               int64_t *out, struct pt_error *err)
{
    const struct zone *zone = v->zone;
    int64_t unit = v->wire == WIRE_TIME_MS ? US_PER_MS : 1;
    for (size_t i = 0; i < v->n; i++) {
        out[i] = 0;
        if (valid != NULL && valid[i] == 0) {
            continue;
        }
        int64_t us = 0;
        if (__builtin_mul_overflow(in[i], unit, &us) || (zone != NULL && !is_zoneable(us))) {
            FAIL(err, PT_E_DATA, "row %zu: time %lld is out of range", i, (long long)in[i]);
        }
        out[i] = zone == NULL ? us : zone_from_local(zone, us);
    }
    return PT_OK;
}

static pt_status import_time(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    if (v->wire == WIRE_TIME_US && v->zone == NULL) {
        return import_wide(v, out, err);
    }
    const void *values = NULL;
    TRY(buffer_view(v, 1, sizeof(int64_t), &values, err));
    int64_t *us = arena_alloc(v->arena, v->n * sizeof *us);
    if (us == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    TRY(convert_times(v, out->valid, values, us, err));
    out->i = us;
    return PT_OK;
}

static pt_status import_texts(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    struct text *texts = NULL;
    TRY(text_import(v, out->valid, &texts, err));
    out->s = texts;
    return PT_OK;
}

static pt_status import_values(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    switch (v->wire) {
    case WIRE_BOOL:
        return import_bool(v, out, err);
    case WIRE_I8:
    case WIRE_I16:
    case WIRE_I32:
    case WIRE_DATE32:
        return import_narrow(v, out, err);
    case WIRE_F32:
        return import_float(v, out, err);
    case WIRE_I64:
    case WIRE_F64:
        return import_wide(v, out, err);
    case WIRE_TIME_MS:
    case WIRE_TIME_US:
        return import_time(v, out, err);
    case WIRE_TEXT32:
    case WIRE_TEXT64:
        return import_texts(v, out, err);
    case WIRE_U8:
    case WIRE_U16:
    case WIRE_U32:
        break;
    }
    FAIL(err, PT_E_INTERNAL, "an unknown wire format");
}

pt_status column_import(const struct column_view *v, const struct schema_field *field,
                        struct vec *out, struct pt_error *err)
{
    struct vec vec = {.type = field->type, .n = v->n};
    uint8_t *valid = NULL;
    if (field->is_dictionary) {
        TRY(dictionary_import(v, &vec, err));
        *out = vec;
        return PT_OK;
    }
    if (v->array->dictionary != NULL) {
        FAIL(err, PT_E_DATA, "a dictionary the schema does not have");
    }
    TRY(validity_import(v, &valid, err));
    vec.valid = valid;
    TRY(import_values(v, &vec, err));
    *out = vec;
    return PT_OK;
}
