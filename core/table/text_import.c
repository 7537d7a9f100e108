// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Strings of an Arrow batch as views: offsets ascending, bytes UTF-8; and dictionaries, whose codes
// stay codes. The whole run of bytes is checked at once; only when that fails, or a value begins
// inside a character, each value is looked at by itself (bytes under a null may be anything).
#include <string.h>

#include "column_import.h"

static int64_t offset_at(const void *offsets, enum arrow_wire wire, size_t i)
{
    return wire == WIRE_TEXT32 ? ((const int32_t *)offsets)[i] : ((const int64_t *)offsets)[i];
}

static pt_status check_offsets(const void *offsets, enum arrow_wire wire, size_t n,
                               struct pt_error *err)
{
    if (offset_at(offsets, wire, 0) < 0) {
        FAIL(err, PT_E_DATA, "the first string offset is negative");
    }
    for (size_t i = 0; i < n; i++) {
        if (offset_at(offsets, wire, i + 1) < offset_at(offsets, wire, i)) {
            FAIL(err, PT_E_DATA, "row %zu: string offsets descend", i);
        }
    }
    return PT_OK;
}

static bool is_inside_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_utf8_at_once(const struct text *texts, size_t n)
{
    const char *begin = texts[0].p;
    const char *end = texts[n - 1].p + texts[n - 1].n;
    if (!text_is_utf8(text_n(begin, (size_t)(end - begin)), NULL)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (texts[i].n > 0 && is_inside_character(texts[i].p[0])) {
            return false;
        }
    }
    return true;
}

static pt_status check_utf8(const struct text *texts, const uint8_t *valid, size_t n,
                            struct pt_error *err)
{
    if (n == 0 || is_utf8_at_once(texts, n)) {
        return PT_OK;
    }
    for (size_t i = 0; i < n; i++) {
        size_t bad_at = 0;
        if ((valid == NULL || valid[i] != 0) && !text_is_utf8(texts[i], &bad_at)) {
            FAIL(err, PT_E_DATA, "row %zu: byte %zu is not UTF-8", i, bad_at);
        }
    }
    return PT_OK;
}

static void fill_views(const void *offsets, enum arrow_wire wire, const char *data, size_t n,
                       struct text *out)
{
    if (wire == WIRE_TEXT32) {
        const int32_t *at = offsets;
        for (size_t i = 0; i < n; i++) {
            out[i] = text_n(data + at[i], (size_t)(at[i + 1] - at[i]));
        }
        return;
    }
    const int64_t *at = offsets;
    for (size_t i = 0; i < n; i++) {
        out[i] = text_n(data + at[i], (size_t)(at[i + 1] - at[i]));
    }
}

pt_status text_import(const struct column_view *v, const uint8_t *valid, struct text **out,
                      struct pt_error *err)
{
    // One more than there are rows: an all-null dictionary column still points at a value.
    struct text *texts = arena_alloc(v->arena, (v->n + 1) * sizeof *texts);
    if (texts == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    texts[v->n] = text_n("", 0);
    *out = texts;
    if (v->n == 0) {
        return PT_OK;
    }
    struct column_view bounds = *v;
    bounds.n = v->n + 1;
    const void *offsets = NULL;
    TRY(buffer_view(&bounds, 1, v->wire == WIRE_TEXT32 ? 4 : 8, &offsets, err));
    if (v->check) {
        TRY(check_offsets(offsets, v->wire, v->n, err));
    }
    const char *data = v->array->buffers[2];
    if (data == NULL) {
        if (offset_at(offsets, v->wire, 0) != offset_at(offsets, v->wire, v->n)) {
            FAIL(err, PT_E_DATA, "buffer 2 is missing");
        }
        for (size_t i = 0; i < v->n; i++) {
            texts[i] = text_n("", 0);
        }
        return PT_OK;
    }
    fill_views(offsets, v->wire, data, v->n, texts);
    return v->check ? check_utf8(texts, valid, v->n, err) : PT_OK;
}

static void widen_codes(const void *in, enum arrow_wire wire, size_t n, int32_t *out)
{
    const int8_t *i8 = in;
    const uint8_t *u8 = in;
    const int16_t *i16 = in;
    const uint16_t *u16 = in;
    if (wire == WIRE_I8) {
        for (size_t i = 0; i < n; i++) {
            out[i] = i8[i];
        }
    } else if (wire == WIRE_U8) {
        for (size_t i = 0; i < n; i++) {
            out[i] = u8[i];
        }
    } else if (wire == WIRE_I16) {
        for (size_t i = 0; i < n; i++) {
            out[i] = i16[i];
        }
    } else if (wire == WIRE_U16) {
        for (size_t i = 0; i < n; i++) {
            out[i] = u16[i];
        }
    } else if (n > 0) { // an unsigned one too large for int32 is below 0 here: no code
        memcpy(out, in, n * sizeof *out);
    }
}

// Codes of rows that are there must lie in [0, n_dict); the others become 0.
static pt_status check_codes(int32_t *codes, const uint8_t *valid, size_t n, size_t n_dict,
                             struct pt_error *err)
{
    for (size_t i = 0; i < n; i++) {
        if (valid != NULL && valid[i] == 0) {
            codes[i] = 0;
        } else if (codes[i] < 0 || (size_t)codes[i] >= n_dict) {
            FAIL(err, PT_E_DATA, "row %zu: code %d in a dictionary of %zu", i, codes[i], n_dict);
        }
    }
    return PT_OK;
}

// A row whose value is a null entry of the dictionary is not there.
static pt_status spread_null_entries(const struct column_view *v, const int32_t *codes,
                                     const uint8_t *entry_valid, uint8_t **valid,
                                     struct pt_error *err)
{
    if (*valid == NULL) {
        *valid = arena_alloc(v->arena, v->n);
        if (*valid == NULL) {
            FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
        }
        memset(*valid, 1, v->n);
    }
    for (size_t i = 0; i < v->n; i++) {
        (*valid)[i] &= entry_valid[codes[i]];
    }
    return PT_OK;
}

static pt_status import_entries(const struct column_view *v, uint8_t **entry_valid, struct vec *out,
                                struct pt_error *err)
{
    const struct ArrowArray *d = v->array->dictionary;
    TRY(array_check(d, wire_buffers(WIRE_TEXT32), err));
    if (d->n_children != 0 || d->dictionary != NULL || d->length > INT32_MAX) {
        FAIL(err, PT_E_DATA, "it is nested or too long");
    }
    struct column_view entries = {
        .array = d,
        .wire = WIRE_TEXT32,
        .offset = (size_t)d->offset,
        .n = (size_t)d->length,
        .check = v->check,
        .arena = v->arena,
    };
    TRY(validity_import(&entries, entry_valid, err));
    struct text *texts = NULL;
    TRY(text_import(&entries, *entry_valid, &texts, err));
    out->s = texts;
    out->n_dict = entries.n;
    return PT_OK;
}

static pt_status import_codes(const struct column_view *v, const uint8_t *valid, size_t n_dict,
                              int32_t **out, struct pt_error *err)
{
    const void *raw = NULL;
    TRY(buffer_view(v, 1, code_size(v->wire), &raw, err));
    int32_t *codes = arena_alloc(v->arena, v->n * sizeof *codes);
    if (codes == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu rows", v->n);
    }
    widen_codes(raw, v->wire, v->n, codes);
    *out = codes;
    return check_codes(codes, valid, v->n, n_dict, err);
}

pt_status dictionary_import(const struct column_view *v, struct vec *out, struct pt_error *err)
{
    if (v->array->dictionary == NULL) {
        FAIL(err, PT_E_DATA, "the dictionary is missing");
    }
    uint8_t *entry_valid = NULL;
    pt_status status = import_entries(v, &entry_valid, out, err);
    if (status != PT_OK) {
        error_prefix(err, "dictionary");
        return status;
    }
    uint8_t *valid = NULL;
    TRY(validity_import(v, &valid, err));
    int32_t *codes = NULL;
    TRY(import_codes(v, valid, out->n_dict, &codes, err));
    if (entry_valid != NULL) {
        TRY(spread_null_entries(v, codes, entry_valid, &valid, err));
    }
    out->codes = codes;
    out->valid = valid;
    return PT_OK;
}
