// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The columns a format and the options give, in a fixed order: ts, ip, user, method, path, query,
// protocol, status, bytes, referer, user_agent, bot are always there; the others when there is
// something to put into them.
#ifndef WEBLOG_COLUMN_H
#define WEBLOG_COLUMN_H

#include "pt_batch.h"
#include "weblog_page.h"

#define WEBLOG_COLUMNS_MAX 256u
#define WEBLOG_QUERIES_MAX 64u

// Where a column's values come from.
enum weblog_source {
    WEBLOG_FROM_TS = 1,
    WEBLOG_FROM_ROLE, // the field's text
    WEBLOG_FROM_STATUS,
    WEBLOG_FROM_COUNT, // the field's whole number
    WEBLOG_FROM_DURATION,
    WEBLOG_FROM_METHOD,
    WEBLOG_FROM_PATH,
    WEBLOG_FROM_QUERY,
    WEBLOG_FROM_PROTOCOL,
    WEBLOG_FROM_VHOST,
    WEBLOG_FROM_BOT,
    WEBLOG_FROM_PAGE,
    WEBLOG_FROM_CAPTURE,   // of a page
    WEBLOG_FROM_PARAMETER, // of the query
    WEBLOG_FROM_TEXT,      // a field kept under its own name
};

struct weblog_column {
    char name[WEBLOG_NAME_MAX + 1];
    enum weblog_source source;
    enum pt_cell cell;
    uint32_t index; // field, role, capture or parameter
};

// What the options add to the format's own columns.
struct weblog_extras {
    const struct weblog_pages *pages;
    const char *const *queries; // names of query parameters
    uint32_t n_queries;
};

struct weblog_columns {
    uint32_t n;
    struct weblog_column column[WEBLOG_COLUMNS_MAX];
};

// False: two columns have one name, a name cannot be one, or there are too many.
bool weblog_columns_build(const struct weblog_format *f, const struct weblog_extras *extras,
                          struct weblog_columns *out, struct weblog_fault *fault);
// -1 = there is none of that name.
int32_t weblog_columns_find(const struct weblog_columns *columns, const char *name);

#endif
