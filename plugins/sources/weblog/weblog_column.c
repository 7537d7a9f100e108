// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_column.h"

#include <stdio.h>
#include <string.h>

struct standard {
    const char *name;
    enum weblog_source source;
    enum pt_cell cell;
    enum weblog_role role; // the column is there when the format has it; SKIP = always
    enum weblog_role from; // index of FROM_ROLE and FROM_COUNT
};

static const struct standard standards[] = {
    {"ts", WEBLOG_FROM_TS, PT_CELL_TS_US, WEBLOG_SKIP, WEBLOG_TIME},
    {"ip", WEBLOG_FROM_ROLE, PT_CELL_UTF8, WEBLOG_SKIP, WEBLOG_IP},
    {"ident", WEBLOG_FROM_ROLE, PT_CELL_DICT, WEBLOG_IDENT, WEBLOG_IDENT},
    {"user", WEBLOG_FROM_ROLE, PT_CELL_UTF8, WEBLOG_SKIP, WEBLOG_USER},
    {"request", WEBLOG_FROM_ROLE, PT_CELL_UTF8, WEBLOG_REQUEST, WEBLOG_REQUEST},
    {"method", WEBLOG_FROM_METHOD, PT_CELL_DICT, WEBLOG_SKIP, WEBLOG_METHOD},
    {"path", WEBLOG_FROM_PATH, PT_CELL_DICT, WEBLOG_SKIP, WEBLOG_PATH},
    {"query", WEBLOG_FROM_QUERY, PT_CELL_UTF8, WEBLOG_SKIP, WEBLOG_QUERY},
    {"protocol", WEBLOG_FROM_PROTOCOL, PT_CELL_DICT, WEBLOG_SKIP, WEBLOG_PROTOCOL},
    {"status", WEBLOG_FROM_STATUS, PT_CELL_I32, WEBLOG_SKIP, WEBLOG_STATUS},
    {"bytes", WEBLOG_FROM_COUNT, PT_CELL_I64, WEBLOG_SKIP, WEBLOG_BYTES},
    {"referer", WEBLOG_FROM_ROLE, PT_CELL_DICT, WEBLOG_SKIP, WEBLOG_REFERER},
    {"user_agent", WEBLOG_FROM_ROLE, PT_CELL_DICT, WEBLOG_SKIP, WEBLOG_USER_AGENT},
    {"bot", WEBLOG_FROM_BOT, PT_CELL_BOOL, WEBLOG_SKIP, WEBLOG_USER_AGENT},
    {"vhost", WEBLOG_FROM_VHOST, PT_CELL_DICT, WEBLOG_VHOST, WEBLOG_VHOST},
    {"port", WEBLOG_FROM_COUNT, PT_CELL_I64, WEBLOG_PORT, WEBLOG_PORT},
    {"duration_ms", WEBLOG_FROM_DURATION, PT_CELL_F64, WEBLOG_DURATION, WEBLOG_DURATION},
    {"bytes_in", WEBLOG_FROM_COUNT, PT_CELL_I64, WEBLOG_BYTES_IN, WEBLOG_BYTES_IN},
    {"bytes_out", WEBLOG_FROM_COUNT, PT_CELL_I64, WEBLOG_BYTES_OUT, WEBLOG_BYTES_OUT}};

static bool column_add(struct weblog_columns *out, const struct weblog_column *column, size_t n,
                       struct weblog_fault *fault)
{
    if (!weblog_name_is_good(column->name, n)) {
        snprintf(fault->text, sizeof fault->text, "`%s` cannot be a column's name", column->name);
        return false;
    }
    if (weblog_columns_find(out, column->name) >= 0) {
        snprintf(fault->text, sizeof fault->text, "two columns would be named `%s`", column->name);
        return false;
    }
    if (out->n == WEBLOG_COLUMNS_MAX) {
        snprintf(fault->text, sizeof fault->text, "more than %u columns", WEBLOG_COLUMNS_MAX);
        return false;
    }
    out->column[out->n++] = *column;
    return true;
}

static bool named_add(struct weblog_columns *out, const char *before, const char *name, size_t n,
                      struct weblog_column column, struct weblog_fault *fault)
{
    int length = snprintf(column.name, sizeof column.name, "%s%.*s", before, (int)n, name);
    return column_add(out, &column, (size_t)length, fault);
}

static bool standards_add(const struct weblog_format *f, struct weblog_columns *out,
                          struct weblog_fault *fault)
{
    for (size_t i = 0; i < sizeof standards / sizeof standards[0]; i++) {
        const struct standard *s = &standards[i];
        struct weblog_column column = {.source = s->source, .cell = s->cell, .index = s->from};
        if ((s->role == WEBLOG_SKIP || f->by_role[s->role] >= 0) &&
            !named_add(out, "", s->name, strlen(s->name), column, fault)) {
            return false;
        }
    }
    return true;
}

static bool pages_add(const struct weblog_pages *pages, struct weblog_columns *out,
                      struct weblog_fault *fault)
{
    struct weblog_column page = {.source = WEBLOG_FROM_PAGE, .cell = PT_CELL_DICT};
    if (pages->n > 0 && !named_add(out, "", "page", 4, page, fault)) {
        return false;
    }
    for (uint32_t i = 0; i < pages->n_captures; i++) {
        struct weblog_column column = {
            .source = WEBLOG_FROM_CAPTURE, .cell = PT_CELL_DICT, .index = i};
        const char *name = pages->captures[i];
        if (!named_add(out, "", name, strlen(name), column, fault)) {
            return false;
        }
    }
    return true;
}

// query_cid; other bytes than letters and digits in the parameter's name become _.
static bool queries_add(const struct weblog_extras *extras, struct weblog_columns *out,
                        struct weblog_fault *fault)
{
    for (uint32_t i = 0; i < extras->n_queries; i++) {
        char name[WEBLOG_NAME_MAX + 1];
        size_t n = strlen(extras->queries[i]);
        if (n == 0 || n >= sizeof name) {
            snprintf(fault->text, sizeof fault->text, "`%.60s` cannot be a query parameter",
                     extras->queries[i]);
            return false;
        }
        for (size_t k = 0; k <= n; k++) {
            char c = extras->queries[i][k];
            name[k] = k < n && !weblog_name_is_good((char[]){'a', c}, 2) ? '_' : c;
        }
        struct weblog_column column = {
            .source = WEBLOG_FROM_PARAMETER, .cell = PT_CELL_DICT, .index = i};
        if (!named_add(out, "query_", name, n, column, fault)) {
            return false;
        }
    }
    return true;
}

bool weblog_columns_build(const struct weblog_format *f, const struct weblog_extras *extras,
                          struct weblog_columns *out, struct weblog_fault *fault)
{
    out->n = 0;
    if (!standards_add(f, out, fault) || !pages_add(extras->pages, out, fault) ||
        !queries_add(extras, out, fault)) {
        return false;
    }
    for (uint32_t i = 0; i < f->n_fields; i++) {
        if (f->fields[i].role != WEBLOG_TEXT) {
            continue;
        }
        size_t n = 0;
        const char *name = weblog_format_text(f, f->fields[i].name, &n);
        struct weblog_column column = {
            .source = WEBLOG_FROM_TEXT, .cell = PT_CELL_UTF8, .index = i};
        if (!named_add(out, "", name, n, column, fault)) {
            return false;
        }
    }
    return true;
}

int32_t weblog_columns_find(const struct weblog_columns *columns, const char *name)
{
    for (uint32_t i = 0; i < columns->n; i++) {
        if (strcmp(columns->column[i].name, name) == 0) {
            return (int32_t)i;
        }
    }
    return -1;
}
