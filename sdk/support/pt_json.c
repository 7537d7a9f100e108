// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pt_format.h"
#include "pt_utf8.h"

static void add(struct pt_json *j, const char *text, uint64_t n)
{
    if (j->failed || !pt_mem_reserve(j->host, &j->text, &j->capacity, j->n + n, 1)) {
        j->failed = true;
        return;
    }
    memcpy(j->text + j->n, text, n);
    j->n += n;
}

static void begin_value(struct pt_json *j)
{
    if (j->needs_comma) {
        add(j, ",", 1);
    }
    j->needs_comma = true;
}

void pt_json_open(struct pt_json *j, char bracket)
{
    begin_value(j);
    add(j, &bracket, 1);
    j->needs_comma = false;
}

void pt_json_close(struct pt_json *j, char bracket)
{
    add(j, &bracket, 1);
    j->needs_comma = true;
}

static void add_escaped(struct pt_json *j, unsigned char c, bool is_text)
{
    char escape[8];
    if (c == '"' || c == '\\') {
        escape[0] = '\\';
        escape[1] = (char)c;
        add(j, escape, 2);
    } else if (c < 0x20) {
        int n = snprintf(escape, sizeof escape, "\\u%04x", c);
        add(j, escape, (uint64_t)n);
    } else {
        escape[0] = (char)(c >= 0x80 && !is_text ? '?' : c);
        add(j, escape, 1);
    }
}

static void add_quoted(struct pt_json *j, const char *value)
{
    uint64_t n = strlen(value);
    bool is_text = pt_utf8_is_valid((const uint8_t *)value, n);
    add(j, "\"", 1);
    for (uint64_t i = 0; i < n; i++) {
        add_escaped(j, (unsigned char)value[i], is_text);
    }
    add(j, "\"", 1);
}

void pt_json_key(struct pt_json *j, const char *key)
{
    begin_value(j);
    add_quoted(j, key);
    add(j, ":", 1);
    j->needs_comma = false;
}

void pt_json_text(struct pt_json *j, const char *value)
{
    begin_value(j);
    if (value == NULL) {
        add(j, "null", 4);
    } else {
        add_quoted(j, value);
    }
}

void pt_json_f64(struct pt_json *j, double value)
{
    char text[PT_FORMAT_MAX];
    begin_value(j);
    if (isfinite(value)) {
        add(j, text, pt_format_f64(value, text));
    } else {
        add(j, "null", 4);
    }
}

void pt_json_real(struct pt_json *j, double value)
{
    pt_json_f64(j, value);
    // pt_format_f64 writes whole numbers below 2^53 without a point.
    if (isfinite(value) && value == floor(value) && fabs(value) < 0x1p53) {
        add(j, ".0", 2);
    }
}

void pt_json_u64(struct pt_json *j, uint64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    begin_value(j);
    add(j, text, (uint64_t)n);
}

void pt_json_bool(struct pt_json *j, bool value)
{
    begin_value(j);
    add(j, value ? "true" : "false", value ? 4 : 5);
}

pt_status pt_json_write(struct pt_json *j, pt_writer *writer, pt_error *err)
{
    pt_status status = PT_OK;
    if (j->failed) {
        status = pt_fail(j->host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the model");
    } else {
        status = j->host->writer->write(writer, j->text, j->n, err);
    }
    pt_json_release(j);
    return status;
}

void pt_json_release(struct pt_json *j)
{
    pt_mem_free(j->host, j->text);
    *j = (struct pt_json){.host = j->host};
}
