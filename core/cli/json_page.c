// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "json_page.h"

#include "utf8.h"

#define COLUMNS 16 // of a table; objects with more are written one below the other

static void print_object(const struct json *object, int indent, FILE *out);

static bool is_plain(const struct json *value)
{
    return !json_is_object(value) && !json_is_array(value);
}

static bool is_plain_list(const struct json *value)
{
    for (size_t i = 0; json_is_array(value) && i < json_count(value); i++) {
        if (!is_plain(json_at(value, i))) {
            return false;
        }
    }
    return json_is_array(value);
}

static void add_cut(const char *text, struct str *out)
{
    struct text t = text_of(text);
    size_t n = 0;
    while (n < t.n) {
        struct utf8_char c = utf8_next(text_n(t.p + n, t.n - n));
        if (n + c.size > JSON_PAGE_BYTES) {
            break;
        }
        bool is_control = c.size == 1 && ((unsigned char)t.p[n] < 0x20 || t.p[n] == 0x7f);
        str_add_n(out, is_control ? " " : t.p + n, c.size);
        n += c.size;
    }
    str_add(out, n < t.n ? "..." : "");
}

static void add_plain(const struct json *value, struct str *out)
{
    double number = 0;
    bool is_true = false;
    const char *text = json_text(value);
    if (text != NULL) {
        add_cut(text, out);
    } else if (json_bool(value, &is_true)) {
        str_add(out, is_true ? "yes" : "no");
    } else if (json_f64(value, &number)) {
        bool is_count = number == (double)(int64_t)number && number < 1e15 && number > -1e15;
        str_addf(out, is_count ? "%.0f" : "%.6g", number);
    } else {
        str_add(out, "-");
    }
}

// A cell: a plain value or a list of them.
static void add_cell(const struct json *value, struct str *out)
{
    if (is_plain(value)) {
        add_plain(value, out);
        return;
    }
    size_t n = json_count(value);
    for (size_t i = 0; i < n && i < JSON_PAGE_ITEMS; i++) {
        str_add(out, i == 0 ? "" : ", ");
        add_plain(json_at(value, i), out);
    }
    if (n > JSON_PAGE_ITEMS) {
        str_addf(out, ", ... %zu more", n - JSON_PAGE_ITEMS);
    }
}

// Names of the members of all objects, in order of meeting them; COLUMNS + 1 when there are more,
// 0 when some value is neither plain nor a list of plain values.
static size_t find_columns(const struct json *list, const char *keys[COLUMNS])
{
    size_t n = 0;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *object = json_at(list, i);
        for (size_t k = 0; k < json_count(object); k++) {
            const char *key = NULL;
            const struct json *value = json_member(object, k, &key);
            size_t at = 0;
            if (!is_plain(value) && !is_plain_list(value)) {
                return 0;
            }
            while (at < n && strcmp(keys[at], key) != 0) {
                at++;
            }
            if (at == COLUMNS) {
                return COLUMNS + 1;
            }
            n = at == n ? n + 1 : n;
            keys[at] = key;
        }
    }
    return n;
}

static bool is_table(const struct json *list)
{
    const char *keys[COLUMNS];
    for (size_t i = 0; i < json_count(list); i++) {
        if (!json_is_object(json_at(list, i))) {
            return false;
        }
    }
    size_t n = json_is_array(list) ? find_columns(list, keys) : 0;
    return n > 0 && n <= COLUMNS;
}

// Characters a text takes on the screen.
static int width_of(const struct str *cell)
{
    int width = 0;
    for (size_t i = 0; i < cell->n; i++) {
        width += ((unsigned char)cell->p[i] & 0xC0) != 0x80;
    }
    return width;
}

static int column_width(const struct json *list, const char *key, size_t rows)
{
    int width = (int)strlen(key);
    struct str cell = {0};
    for (size_t i = 0; i < rows; i++) {
        const struct json *value = json_get(json_at(list, i), key);
        str_reset(&cell);
        if (value != NULL) {
            add_cell(value, &cell);
        }
        int wanted = width_of(&cell);
        width = wanted > width ? wanted : width;
    }
    str_release(&cell);
    return width;
}

static void print_cell(const char *text, int have, int width, FILE *out)
{
    fprintf(out, "  %s%*s", text, width - have, "");
}

static void print_row(const struct json *object, const char *const *keys, const int *widths,
                      size_t n, FILE *out)
{
    struct str cell = {0};
    for (size_t k = 0; k < n; k++) {
        const struct json *value = json_get(object, keys[k]);
        str_reset(&cell);
        if (value != NULL) {
            add_cell(value, &cell);
        }
        int width = width_of(&cell);
        print_cell(cell.n == 0 ? "" : cell.p, width, k + 1 == n ? width : widths[k], out);
    }
    fprintf(out, "\n");
    str_release(&cell);
}

static void print_table(const struct json *list, int indent, FILE *out)
{
    size_t rows = json_count(list) < JSON_PAGE_ROWS ? json_count(list) : JSON_PAGE_ROWS;
    const char *keys[COLUMNS];
    int widths[COLUMNS];
    size_t n = find_columns(list, keys);
    fprintf(out, "%*s", indent, "");
    for (size_t k = 0; k < n; k++) {
        int width = (int)strlen(keys[k]);
        widths[k] = column_width(list, keys[k], rows);
        print_cell(keys[k], width, k + 1 < n ? widths[k] : width, out);
    }
    fprintf(out, "\n");
    for (size_t i = 0; i < rows; i++) {
        fprintf(out, "%*s", indent, "");
        print_row(json_at(list, i), keys, widths, n, out);
    }
    if (json_count(list) > rows) {
        fprintf(out, "%*s  ... %zu more (--json shows all)\n", indent, "", json_count(list) - rows);
    }
}

static void print_list(const struct json *list, int indent, FILE *out)
{
    size_t n = json_count(list);
    for (size_t i = 0; i < n && i < JSON_PAGE_ROWS; i++) {
        struct str cell = {0};
        if (json_is_object(json_at(list, i))) {
            fprintf(out, "%*s-\n", indent, "");
            print_object(json_at(list, i), indent + 2, out);
        } else {
            add_cell(json_at(list, i), &cell);
            fprintf(out, "%*s- %s\n", indent, "", cell.n == 0 ? "" : cell.p);
        }
        str_release(&cell);
    }
    if (n > JSON_PAGE_ROWS) {
        fprintf(out, "%*s... %zu more (--json shows all)\n", indent, "", n - JSON_PAGE_ROWS);
    }
}

static void print_member(const char *key, const struct json *value, int indent, FILE *out)
{
    if (is_plain(value) || is_plain_list(value)) {
        struct str cell = {0};
        add_cell(value, &cell);
        fprintf(out, "%*s%-*s %s\n", indent, "", 16 - indent, key, cell.n == 0 ? "" : cell.p);
        str_release(&cell);
        return;
    }
    fprintf(out, "%*s%s:\n", indent, "", key);
    if (json_is_object(value)) {
        print_object(value, indent + 2, out);
    } else if (is_table(value)) {
        print_table(value, indent, out);
    } else {
        print_list(value, indent + 2, out);
    }
}

// Nesting is at most 64 deep: JSON is read that way.
static void print_object(const struct json *object, int indent, FILE *out)
{
    for (size_t i = 0; i < json_count(object); i++) {
        const char *key = NULL;
        const struct json *value = json_member(object, i, &key);
        print_member(key, value, indent, out);
    }
}

void json_page_print(const struct json *object, FILE *out)
{
    print_object(object, 0, out);
}
