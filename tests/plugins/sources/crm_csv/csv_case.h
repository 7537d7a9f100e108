// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One file read with some options, and what must come of it, as text.
#ifndef CSV_CASE_H
#define CSV_CASE_H

#include "csv_data.h"

struct csv_case {
    const char *text;
    // "name=value" texts; LIST: "name+item", MAP: "name:key=value". At most six.
    const char *options[6];
    const char *schema;  // NULL = not looked at
    const char *rows;    // rows joined by '|', cells by ','; NULL cells are \N
    const char *rejects; // "line:column:reason" joined by '|'; "" = none
};

static inline void csv_set(struct harness *h, const char *option)
{
    char name[64];
    size_t n = strcspn(option, "=+:");
    snprintf(name, sizeof name, "%.*s", (int)n, option);
    if (option[n] == '=') {
        harness_set(h, name, option + n + 1);
    } else if (option[n] == '+') {
        harness_add(h, name, option + n + 1);
    } else {
        char key[64];
        const char *value = strchr(option + n, '=');
        snprintf(key, sizeof key, "%.*s", (int)(value - option) - (int)n - 1, option + n + 1);
        harness_put(h, name, key, value + 1);
    }
}

static inline void csv_join(char *out, size_t capacity, const char *text)
{
    size_t n = strlen(out);
    snprintf(out + n, capacity - n, "%s%s", n == 0 ? "" : "|", text);
    for (char *p = out + n; *p != '\0'; p++) {
        *p = *p == '\t' ? ',' : *p;
    }
}

static inline void csv_check(const struct csv_case *c)
{
    char rows[8192] = "";
    char rejects[8192] = "";
    char line[1024];
    struct harness_table t;
    struct harness *h = csv_harness(c->text);
    for (size_t i = 0; i < 6 && c->options[i] != NULL; i++) {
        csv_set(h, c->options[i]);
    }
    csv_read(h, &t);
    for (uint64_t i = 0; i < t.n_rows; i++) {
        csv_join(rows, sizeof rows, t.rows[i]);
    }
    for (uint64_t i = 0; i < t.n_rejects; i++) {
        const struct harness_reject *r = &t.rejects[i];
        snprintf(line, sizeof line, "%llu:%s:%s", (unsigned long long)r->line,
                 r->column_name == NULL ? "" : r->column_name, r->reason);
        csv_join(rejects, sizeof rejects, line);
    }
    if (c->schema != NULL) {
        assert_string_equal(t.schema, c->schema);
    }
    assert_string_equal(rows, c->rows);
    assert_string_equal(rejects, c->rejects);
    csv_done(h, &t);
}

#define CSV_CHECK_ALL(cases)                                                                       \
    do {                                                                                           \
        for (size_t at = 0; at < sizeof(cases) / sizeof((cases)[0]); at++) {                       \
            csv_check(&(cases)[at]);                                                               \
        }                                                                                          \
    } while (0)

#endif
