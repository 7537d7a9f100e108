// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <inttypes.h>
#include <math.h>

#include "utf8.h"

struct json_writer json_writer_of(struct str *out, bool pretty)
{
    return (struct json_writer){.out = out, .pretty = pretty};
}

static void new_line(struct json_writer *w)
{
    if (!w->pretty) {
        return;
    }
    str_add_char(w->out, '\n');
    for (uint32_t i = 0; i < w->depth; i++) {
        str_add(w->out, "  ");
    }
}

// What stands between the last thing written and the next item.
static void begin_item(struct json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth == 0) {
        return;
    }
    if (w->has_item[w->depth - 1]) {
        str_add_char(w->out, ',');
    }
    w->has_item[w->depth - 1] = true;
    new_line(w);
}

static void open_level(struct json_writer *w, char bracket)
{
    begin_item(w);
    if (w->depth == sizeof w->has_item / sizeof w->has_item[0]) {
        w->out->failed = true;
        return;
    }
    str_add_char(w->out, bracket);
    w->has_item[w->depth++] = false;
}

static void close_level(struct json_writer *w, char bracket)
{
    if (w->depth == 0 || w->after_key) {
        w->out->failed = true;
        return;
    }
    if (w->has_item[--w->depth]) {
        new_line(w);
    }
    str_add_char(w->out, bracket);
}

void json_begin_object(struct json_writer *w)
{
    open_level(w, '{');
}

void json_end_object(struct json_writer *w)
{
    close_level(w, '}');
}

void json_begin_array(struct json_writer *w)
{
    open_level(w, '[');
}

void json_end_array(struct json_writer *w)
{
    close_level(w, ']');
}

static void put_escaped(struct str *out, uint32_t code)
{
    static const char short_escapes[] = "\"\\\b\f\n\r\t";
    static const char short_names[] = "\"\\bfnrt";
    const char *found = code == 0 || code > 0x7F ? NULL : strchr(short_escapes, (int)code);
    if (found != NULL) {
        str_add_char(out, '\\');
        str_add_char(out, short_names[found - short_escapes]);
    } else if (code > 0xFFFF) {
        str_addf(out, "\\u%04x\\u%04x", 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + (code & 0x3FF));
    } else {
        str_addf(out, "\\u%04x", code);
    }
}

static void put_quoted(struct str *out, struct text value)
{
    size_t plain = 0; // start of what is copied as it stands
    size_t i = 0;
    str_add_char(out, '"');
    while (i < value.n) {
        struct utf8_char c = utf8_next(text_n(value.p + i, value.n - i));
        bool stands = c.is_valid && c.code != '"' && c.code != '\\' && !utf8_is_unsafe(c.code);
        if (!stands) {
            str_add_n(out, value.p + plain, i - plain);
            plain = i + c.size;
        }
        if (!c.is_valid) {
            str_add(out, "\xEF\xBF\xBD");
        } else if (!stands) {
            put_escaped(out, c.code);
        }
        i += c.size;
    }
    if (plain < value.n) {
        str_add_n(out, value.p + plain, value.n - plain);
    }
    str_add_char(out, '"');
}

void json_key(struct json_writer *w, const char *key)
{
    begin_item(w);
    put_quoted(w->out, text_of(key));
    str_add(w->out, w->pretty ? ": " : ":");
    w->after_key = true;
}

void json_put_text(struct json_writer *w, struct text value)
{
    begin_item(w);
    put_quoted(w->out, value);
}

void json_put_str(struct json_writer *w, const char *value)
{
    if (value == NULL) {
        json_put_null(w);
        return;
    }
    json_put_text(w, text_of(value));
}

void json_put_i64(struct json_writer *w, int64_t value)
{
    begin_item(w);
    str_addf(w->out, "%" PRId64, value);
}

void json_put_u64(struct json_writer *w, uint64_t value)
{
    begin_item(w);
    str_addf(w->out, "%" PRIu64, value);
}

void json_put_f64(struct json_writer *w, double value)
{
    begin_item(w);
    if (isfinite(value)) {
        str_add_f64(w->out, value);
    } else {
        str_add(w->out, "null");
    }
}

void json_put_bool(struct json_writer *w, bool value)
{
    begin_item(w);
    str_add(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w)
{
    begin_item(w);
    str_add(w->out, "null");
}

void json_put_raw(struct json_writer *w, const char *json)
{
    begin_item(w);
    str_add(w->out, json);
}

void json_put_value(struct json_writer *w, const struct json *value)
{
    double number = 0;
    int64_t whole = 0;
    bool truth = false;
    if (json_is_object(value)) {
        json_begin_object(w);
        for (size_t i = 0; i < json_count(value); i++) {
            const char *key = NULL;
            const struct json *member = json_member(value, i, &key);
            json_key(w, key);
            json_put_value(w, member);
        }
        json_end_object(w);
    } else if (json_is_array(value)) {
        json_begin_array(w);
        for (size_t i = 0; i < json_count(value); i++) {
            json_put_value(w, json_at(value, i));
        }
        json_end_array(w);
    } else if (json_text(value) != NULL) {
        json_put_str(w, json_text(value));
    } else if (json_i64(value, &whole)) {
        json_put_i64(w, whole);
    } else if (json_f64(value, &number)) {
        json_put_f64(w, number);
    } else if (json_bool(value, &truth)) {
        json_put_bool(w, truth);
    } else {
        json_put_null(w);
    }
}
