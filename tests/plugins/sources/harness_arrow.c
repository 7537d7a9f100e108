// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Arrow batches as the harness judges and prints them: written from the format's own pages, with
// no code shared with the plugins' batch builder.
#include "harness_inner.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void text_bytes(struct text_buffer *t, const void *data, uint64_t n)
{
    if (t->capacity - t->n < n + 1) {
        t->capacity = (t->n + n + 1) * 2;
        t->p = harness_grow(t->p, t->capacity);
    }
    if (n > 0) {
        memcpy(t->p + t->n, data, n);
    }
    t->n += n;
    t->p[t->n] = '\0';
}

void text_add(struct text_buffer *t, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof small) {
        harness_die("text_add: too long");
    }
    text_bytes(t, small, (uint64_t)n);
}

static bool bit_at(const void *bits, int64_t i)
{
    return (((const uint8_t *)bits)[i / 8] >> (i % 8) & 1) != 0;
}

static bool is_null(const struct ArrowArray *a, int64_t i)
{
    return a->buffers[0] != NULL && !bit_at(a->buffers[0], a->offset + i);
}

static uint32_t utf8_length(const uint8_t *p, int64_t left)
{
    uint32_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (n == 0 || p[0] > 0xf4 || left < (int64_t)n) {
        return 0;
    }
    uint32_t code = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (uint32_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (p[i] & 0x3f);
    }
    bool is_short = (n == 3 && code < 0x800) || (n == 4 && code < 0x10000);
    return is_short || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : n;
}

static const char *text_fault(const struct ArrowArray *a)
{
    if (a->n_buffers != 3) {
        return "utf8 without three buffers";
    }
    if (a->length == 0) {
        return NULL;
    }
    const int32_t *offsets = a->buffers[1];
    const uint8_t *bytes = a->buffers[2];
    if (offsets == NULL || offsets[a->offset] < 0) {
        return "utf8 offsets missing or negative";
    }
    for (int64_t i = a->offset; i < a->offset + a->length; i++) {
        if (offsets[i + 1] < offsets[i]) {
            return "utf8 offsets go down";
        }
        for (int64_t at = offsets[i]; at < offsets[i + 1];) {
            uint32_t n = utf8_length(bytes + at, offsets[i + 1] - at);
            if (n == 0) {
                return "a value is not UTF-8";
            }
            at += n;
        }
    }
    return NULL;
}

static const char *nulls_fault(const struct ArrowArray *a)
{
    int64_t n = 0;
    for (int64_t i = 0; i < a->length; i++) {
        n += is_null(a, i) ? 1 : 0;
    }
    return a->null_count == -1 || a->null_count == n ? NULL : "wrong null_count";
}

static const char *codes_fault(const struct ArrowSchema *schema, const struct ArrowArray *a)
{
    if (a->dictionary == NULL || strcmp(schema->format, "i") != 0) {
        return "dictionary missing or codes are not int32";
    }
    const int32_t *codes = (const int32_t *)a->buffers[1] + a->offset;
    for (int64_t i = 0; i < a->length; i++) {
        if (!is_null(a, i) && (codes[i] < 0 || codes[i] >= a->dictionary->length)) {
            return "a code is outside its dictionary";
        }
    }
    return text_fault(a->dictionary);
}

static const char *column_fault(const struct ArrowSchema *schema, const struct ArrowArray *a,
                                int64_t rows)
{
    if (a->length != rows || a->release == NULL || a->n_children != 0) {
        return "a column has another length, or was released";
    }
    const char *fault = nulls_fault(a);
    if (fault != NULL) {
        return fault;
    }
    if (schema->dictionary != NULL) {
        return codes_fault(schema, a);
    }
    if (strcmp(schema->format, "u") == 0) {
        return text_fault(a);
    }
    return a->n_buffers == 2 && (rows == 0 || a->buffers[1] != NULL) ? NULL : "values missing";
}

const char *arrow_fault(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    if (strcmp(schema->format, "+s") != 0 || array->n_children != schema->n_children ||
        array->n_buffers != 1 || array->offset != 0) {
        return "the batch is not a struct of the schema's columns";
    }
    for (int64_t i = 0; i < array->n_children; i++) {
        const char *fault = column_fault(schema->children[i], array->children[i], array->length);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

static void time_text(int64_t us, struct text_buffer *out)
{
    int64_t seconds = us / 1000000 - (us % 1000000 < 0 ? 1 : 0);
    int64_t rest = us - seconds * 1000000;
    time_t when = (time_t)seconds;
    struct tm parts;
    char text[64];
    gmtime_r(&when, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    text_add(out, rest == 0 ? "%sZ" : "%s.%06" PRId64 "Z", text, rest);
}

// Text with tab, line feed, carriage return and backslash escaped.
static void escaped_text(const char *p, uint64_t n, struct text_buffer *out)
{
    static const char plain[] = "\t\n\r\\";
    static const char *const escaped[] = {"\\t", "\\n", "\\r", "\\\\"};
    uint64_t from = 0;
    for (uint64_t i = 0; i < n; i++) {
        const char *found = p[i] == '\0' ? NULL : strchr(plain, p[i]);
        if (found != NULL) {
            text_bytes(out, p + from, i - from);
            text_bytes(out, escaped[found - plain], 2);
            from = i + 1;
        }
    }
    text_bytes(out, p + from, n - from);
}

static void value_text(const struct ArrowSchema *schema, const struct ArrowArray *a, int64_t row,
                       struct text_buffer *out)
{
    int64_t i = row + a->offset;
    const char *f = schema->format;
    if (is_null(a, row)) {
        text_bytes(out, "\\N", 2);
    } else if (schema->dictionary != NULL) {
        value_text(schema->dictionary, a->dictionary, ((const int32_t *)a->buffers[1])[i], out);
    } else if (f[0] == 'u') {
        const int32_t *offsets = a->buffers[1];
        escaped_text((const char *)a->buffers[2] + offsets[i],
                     (uint64_t)(offsets[i + 1] - offsets[i]), out);
    } else if (f[0] == 'b') {
        text_add(out, "%s", bit_at(a->buffers[1], i) ? "true" : "false");
    } else if (strncmp(f, "tsu:", 4) == 0) {
        time_text(((const int64_t *)a->buffers[1])[i], out);
    } else if (strncmp(f, "tsm:", 4) == 0) {
        time_text(((const int64_t *)a->buffers[1])[i] * 1000, out);
    } else if (f[0] == 'l') {
        text_add(out, "%" PRId64, ((const int64_t *)a->buffers[1])[i]);
    } else if (f[0] == 'i') {
        text_add(out, "%" PRId32, ((const int32_t *)a->buffers[1])[i]);
    } else if (f[0] == 'g') {
        text_add(out, "%.17g", ((const double *)a->buffers[1])[i]);
    } else if (strcmp(f, "tdD") == 0) {
        struct text_buffer day = {0};
        time_text(((const int32_t *)a->buffers[1])[i] * INT64_C(86400000000), &day);
        text_bytes(out, day.p, 10);
        free(day.p);
    } else {
        harness_die("column %s: format %s is not known here", schema->name, f);
    }
}

void arrow_row(const struct ArrowSchema *schema, const struct ArrowArray *batch, int64_t row,
               struct text_buffer *out)
{
    for (int64_t i = 0; i < batch->n_children; i++) {
        if (i > 0) {
            text_bytes(out, "\t", 1);
        }
        value_text(schema->children[i], batch->children[i], row, out);
    }
}

void arrow_describe(const struct ArrowSchema *schema, struct text_buffer *out)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        const struct ArrowSchema *c = schema->children[i];
        text_bytes(out, ", ", i > 0 ? 2 : 0);
        text_bytes(out, c->name, strlen(c->name));
        text_add(out, " %s", c->dictionary != NULL ? "dict" : c->format);
    }
}
