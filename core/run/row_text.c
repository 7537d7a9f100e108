// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "row_text.h"

#include <inttypes.h>

#include "json.h"

static bool add_field(struct text value, struct str *out)
{
    bool is_plain = true;
    for (size_t i = 0; i < value.n && is_plain; i++) {
        char c = value.p[i];
        is_plain = c != '"' && c != ',' && c != '\n' && c != '\r';
    }
    // An empty text is "", NULL is nothing: the two stay apart.
    if (is_plain && value.n > 0) {
        return str_add_n(out, value.p, value.n);
    }
    str_add_char(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"') {
            str_add_char(out, '"');
        }
        str_add_char(out, value.p[i]);
    }
    return str_add_char(out, '"');
}

bool row_text_header(const struct row_text *t, struct str *out)
{
    for (size_t i = 0; i < t->n; i++) {
        if (i > 0) {
            str_add_char(out, ',');
        }
        add_field(text_of(t->fields[t->order[i]].name), out);
    }
    return str_add_char(out, '\n');
}

static void add_value(const struct vec *v, size_t row, struct str *out)
{
    size_t at = v->is_const ? 0 : row;
    char text[32];
    switch (v->type) {
    case VEC_BOOL:
        str_add(out, v->b[at] ? "true" : "false");
        break;
    case VEC_I64:
        str_addf(out, "%" PRId64, v->i[at]);
        break;
    case VEC_F64:
        str_add_f64(out, v->f[at]);
        break;
    case VEC_DATE:
        date_format(v->i[at], text);
        str_add(out, text);
        break;
    case VEC_TIME:
        time_format(v->i[at], text);
        str_add(out, text);
        break;
    case VEC_STR:
        add_field(vec_text(v, row), out);
        break;
    }
}

bool row_text_csv(const struct row_text *t, size_t row, struct str *out)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct vec *v = &t->columns[t->order[i]];
        if (i > 0) {
            str_add_char(out, ',');
        }
        if (vec_is_valid(v, row)) {
            add_value(v, row, out);
        }
    }
    return str_add_char(out, '\n');
}

static void put_value(const struct vec *v, size_t row, struct json_writer *w)
{
    size_t at = v->is_const ? 0 : row;
    char text[32];
    switch (v->type) {
    case VEC_BOOL:
        json_put_bool(w, v->b[at] != 0);
        break;
    case VEC_I64:
        json_put_i64(w, v->i[at]);
        break;
    case VEC_F64:
        json_put_f64(w, v->f[at]);
        break;
    case VEC_DATE:
        date_format(v->i[at], text);
        json_put_str(w, text);
        break;
    case VEC_TIME:
        time_format(v->i[at], text);
        json_put_str(w, text);
        break;
    case VEC_STR:
        json_put_text(w, vec_text(v, row));
        break;
    }
}

bool row_text_json(const struct row_text *t, size_t row, struct str *out)
{
    struct json_writer w = json_writer_of(out, false);
    json_begin_object(&w);
    for (size_t i = 0; i < t->n; i++) {
        const struct vec *v = &t->columns[t->order[i]];
        json_key(&w, t->fields[t->order[i]].name);
        if (vec_is_valid(v, row)) {
            put_value(v, row, &w);
        } else {
            json_put_null(&w);
        }
    }
    json_end_object(&w);
    return str_add_char(out, '\n');
}
